import { describe, expect, it } from "vitest";
import { alert } from "./alert.test-kit.ts";
import { beginSeeing, isShown, newsOf } from "./browser-news.ts";

const SINCE = "2026-11-21T10:00:00.000Z";
const later = "2026-11-21T10:05:00.000Z";
const ids = (rows: readonly { id: string }[]) => rows.map(({ id }) => id);

describe("what a browser notification is shown for", () => {
  it("what begins to fire after the page was opened, once", () => {
    const old = alert("old", { firedAt: "2026-11-21T09:00:00.000Z" });
    const seen = beginSeeing([old], SINCE);
    const fresh = alert("fresh", { firedAt: later });
    const loadedNow = alert("behind", { firedAt: "2026-11-21T08:00:00.000Z" });
    expect(ids(newsOf(seen, [old, fresh, loadedNow]).fired)).toEqual(["fresh"]);
    expect(newsOf(seen, [old, { ...fresh, comments: [{ by: "user:a", at: later, text: "hm" }] }, loadedNow])).toEqual({
      fired: [],
      ended: [],
    });
  });

  it("what fires again: reopened, woken, its acknowledgement over; what ends is taken back", () => {
    const seen = beginSeeing([alert("a"), alert("b", { status: "acknowledged" })], SINCE);
    expect(newsOf(seen, [alert("a", { status: "resolved" })])).toEqual({ fired: [], ended: ["a"] });
    expect(ids(newsOf(seen, [alert("a", { firedAt: later }), alert("b")]).fired)).toEqual(["a", "b"]);
  });

  it("neither a click of one's own nor what is held under its open cause", () => {
    const seen = beginSeeing([alert("a", { status: "acknowledged" })], SINCE);
    expect(newsOf(seen, [{ ...alert("a"), pending: true }]).fired).toEqual([]);
    expect(newsOf(seen, [alert("a", { seq: 2 })]).fired).toEqual([]);
    expect(newsOf(seen, [alert("c", { firedAt: later, heldAt: later })]).fired).toEqual([]);
  });

  it("critical ones, and those whose rule names a browser channel", () => {
    const rules = [{ ruleId: "stuck", channels: ["pager", "here"] }];
    expect(isShown(alert("a", { severity: "critical" }), [], new Set())).toBe(true);
    expect(isShown(alert("a", { rule: "stuck" }), rules, new Set(["here"]))).toBe(true);
    expect(isShown(alert("a", { rule: "stuck" }), rules, new Set(["other"]))).toBe(false);
    expect(isShown(alert("a", { rule: "gone" }), rules, new Set(["here"]))).toBe(false);
  });
});
