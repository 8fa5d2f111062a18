import { describe, expect, it } from "vitest";
import { formatUtc } from "../ui/format.ts";
import { historyText as textOf } from "./history-text.ts";

const historyText = (event: Parameters<typeof textOf>[0]) => textOf(event, formatUtc);

describe("the history of an alert in words", () => {
  it("a person's act names the person and quotes the words", () => {
    const payload = { rule: "stuck", by: "user:ada", note: "looking" };
    expect(historyText({ type: "alert.acknowledged", actor: "user:ada", payload })).toEqual({
      what: "Acknowledged",
      by: "ada",
      words: "looking",
    });
  });

  it("a snooze says until when", () => {
    const say = (payload: { [key: string]: unknown }) =>
      historyText({ type: "alert.snoozed", actor: "user:ada", payload }).what;
    expect(say({ mode: "resolved", until: null })).toBe("Snoozed until it is resolved");
    expect(say({ mode: "worse", until: null })).toBe("Snoozed until it gets worse");
    expect(say({ mode: "time", until: "2026-11-21T12:30:00.000Z" })).toBe("Snoozed until 2026-11-21 12:30 UTC");
  });

  it("what the clock does has no person, and an unknown type is shown by its name", () => {
    const text = historyText({ type: "alert.something_new", actor: "system:clock", payload: {} });
    expect(text).toEqual({ what: "something new", by: null, words: null });
  });
});
