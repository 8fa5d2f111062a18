import { describe, expect, it } from "vitest";
import { SNOOZES } from "./snooze.ts";

const termsOf = (id: string, now: number) => SNOOZES.find((choice) => choice.id === id)?.terms(now);
const NOW = Date.parse("2026-11-21T22:30:00.000Z");

describe("what a snooze can last", () => {
  it("C13: spans end so long after now", () => {
    expect(termsOf("15m", NOW)).toEqual({ until: "2026-11-21T22:45:00.000Z" });
    expect(termsOf("4h", NOW)).toEqual({ until: "2026-11-22T02:30:00.000Z" });
  });

  it("C13: tomorrow is nine in the morning of the reader's next day", () => {
    const until = new Date(termsOf("tomorrow", NOW)?.until ?? "");
    const today = new Date(NOW);
    expect(until.getHours()).toBe(9);
    expect(until.getDate()).toBe(new Date(today.getFullYear(), today.getMonth(), today.getDate() + 1).getDate());
    expect(until.getTime()).toBeGreaterThan(NOW);
  });

  it("C13: until resolved and until worse have no end", () => {
    expect(termsOf("resolved", NOW)).toEqual({ mode: "resolved" });
    expect(termsOf("worse", NOW)).toEqual({ mode: "worse" });
  });
});
