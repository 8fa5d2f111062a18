import { describe, expect, it } from "vitest";
import { alert } from "./alert.test-kit.ts";
import type { AlertRow } from "./alert-model.ts";
import { countsPath, type InboxFilter, inboxPath, isCounted, isNarrowed } from "./inbox-filter.ts";
import { type AlertPage, windowOf } from "./inbox-window.ts";

const open: InboxFilter = { view: "open", severity: [], rule: null, q: null };
const at = (minute: number) => `2026-11-21T10:${String(minute).padStart(2, "0")}:00.000Z`;
const shown = (pages: AlertPage[], live: AlertRow[], filter: InboxFilter) => windowOf(filter)(pages, live, "all").shown;
const ids = (rows: readonly { id: string }[]) => rows.map(({ id }) => id).join(" ");

describe("the loaded beginning of a long inbox", () => {
  const page = {
    items: [alert("c", { firedAt: at(5) }), alert("b", { firedAt: at(4) }), alert("a", { firedAt: at(3) })],
    nextCursor: "more",
    seq: 10,
  };

  it("a new alert takes its place, one that belongs behind the last page waits for its page", () => {
    const worst = alert("worst", { severity: "critical", firedAt: at(1), seq: 11 });
    const between = alert("between", { firedAt: at(4), seq: 12 });
    const behind = alert("behind", { severity: "info", firedAt: at(9), seq: 13 });
    expect(ids(shown([page], [worst, between, behind], open))).toBe("worst c between b a");
    expect(ids(shown([{ ...page, nextCursor: null }], [worst, between, behind], open))).toBe(
      "worst c between b a behind",
    );
  });

  it("a newer row replaces the page's, a click's effect too, and one that no longer matches goes", () => {
    const moved = alert("c", { firedAt: at(5), status: "resolved", seq: 12 });
    const clicked = { ...alert("b", { firedAt: at(4), status: "acknowledged" }), pending: true };
    const stale = alert("a", { firedAt: at(3), status: "snoozed", seq: 0 });
    const rows = shown([page], [moved, clicked, stale], open);
    expect(rows.map(({ id, status }) => `${id} ${status}`)).toEqual(["b acknowledged", "a firing"]);
  });

  it("what the server no longer lists stays out, though an old row says otherwise", () => {
    expect(ids(shown([page], [alert("ghost", { firedAt: at(5), seq: 9 })], open))).toBe("c b a");
    expect(ids(shown([page], [alert("back", { firedAt: at(5), seq: 11 })], open))).toBe("c back b a");
  });

  it("an effect is listed below its cause, though its own page is not loaded yet, and so does an effect of it", () => {
    const effect = alert("effect", { severity: "info", causeId: "b", firedAt: at(6), seq: 11 });
    const further = alert("further", { severity: "info", causeId: "effect", firedAt: at(6), seq: 11 });
    const orphan = alert("orphan", { severity: "info", causeId: "elsewhere", firedAt: at(6), seq: 11 });
    expect(ids(shown([page], [further, orphan, effect], open))).toBe("c b a further effect");
  });

  it("an alert that two pages have is shown once", () => {
    const second = { items: [alert("a", { firedAt: at(3) }), alert("z", { firedAt: at(2) })], nextCursor: null };
    expect(ids(shown([page, second], [], open))).toBe("c b a z");
  });

  it("resolved ones are in the order they fired, not by severity", () => {
    const old = alert("old", { status: "resolved", severity: "critical", firedAt: at(1) });
    const late = alert("late", { status: "resolved", severity: "info", firedAt: at(2) });
    expect(ids(shown([{ items: [late, old], nextCursor: null }], [], { ...open, view: "resolved" }))).toBe("late old");
  });
});

describe("the filter of the inbox", () => {
  it("becomes the API's query, the same for equal filters", () => {
    const narrow: InboxFilter = { view: "firing", severity: ["info", "critical"], rule: "stuck", q: " Codex " };
    expect(inboxPath(narrow, "c1")).toBe(
      "/alerts?severity=critical%2Cinfo&rule=stuck&q=Codex&status=firing&sort=urgency&limit=100&large=omit&cursor=c1",
    );
    expect(countsPath(narrow)).toBe("/alerts/counts?severity=critical%2Cinfo&rule=stuck&q=Codex");
    expect(inboxPath({ ...open, view: "resolved" }, null)).toBe("/alerts?status=resolved&limit=100&large=omit");
    expect(isNarrowed({ ...open, severity: ["info", "warning", "critical"], q: "  " })).toBe(false);
    expect(isNarrowed(narrow)).toBe(true);
  });

  it("passes what the server passes: words in the title or the subject's id, upper and lower case alike", () => {
    const one = alert("x", { title: "Breaker of Flaky is open", subjectId: "flaky-2", severity: "info" });
    expect(isCounted(one, { ...open, q: "FLAKY is" })).toBe(true);
    expect(isCounted(one, { ...open, q: "KY-2" })).toBe(true);
    expect(isCounted(one, { ...open, q: "other" })).toBe(false);
    expect(isCounted(one, { ...open, severity: ["critical"] })).toBe(false);
    expect(isCounted(one, { ...open, rule: "stuck" })).toBe(false);
  });
});
