import { afterEach, describe, expect, it } from "vitest";
import { formatLocal, zoneName } from "../ui/local-time.ts";
import { endWords, SNOOZES } from "./snooze.ts";

const termsOf = (id: string, now: number) => SNOOZES.find((choice) => choice.id === id)?.terms(now);
const NOW = Date.parse("2026-11-21T22:30:00.000Z");

describe("what a snooze can last", () => {
  it("spans end so long after now", () => {
    expect(termsOf("15m", NOW)).toEqual({ until: "2026-11-21T22:45:00.000Z" });
    expect(termsOf("4h", NOW)).toEqual({ until: "2026-11-22T02:30:00.000Z" });
  });

  it("tomorrow is nine in the morning of the reader's next day", () => {
    const until = new Date(termsOf("tomorrow", NOW)?.until ?? "");
    const today = new Date(NOW);
    expect(until.getHours()).toBe(9);
    expect(until.getDate()).toBe(new Date(today.getFullYear(), today.getMonth(), today.getDate() + 1).getDate());
    expect(until.getTime()).toBeGreaterThan(NOW);
  });

  it("until resolved and until worse have no end", () => {
    expect(termsOf("resolved", NOW)).toEqual({ mode: "resolved" });
    expect(termsOf("worse", NOW)).toEqual({ mode: "worse" });
  });
});

const zone = process.env.TZ;
afterEach(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

describe("tomorrow at nine, in the zone of the screen", () => {
  const endOf = (name: string, now: string) => {
    process.env.TZ = name;
    const terms = termsOf("tomorrow", Date.parse(now)) ?? {};
    return [terms.until, endWords(terms, formatLocal, zoneName())];
  };

  it.each([
    // The night in which the clock goes forward, and the one in which it goes back.
    ["America/New_York", "2026-03-07T22:00:00-05:00", "2026-03-08T13:00:00.000Z", "2026-03-08 09:00 UTC−4"],
    ["America/New_York", "2026-10-31T22:00:00-04:00", "2026-11-01T14:00:00.000Z", "2026-11-01 09:00 UTC−5"],
    ["Europe/Berlin", "2026-03-28T22:00:00+01:00", "2026-03-29T07:00:00.000Z", "2026-03-29 09:00 UTC+2"],
    ["Europe/Berlin", "2026-10-24T22:00:00+02:00", "2026-10-25T08:00:00.000Z", "2026-10-25 09:00 UTC+1"],
    // Half an hour.
    ["Australia/Lord_Howe", "2026-10-03T22:00:00+10:30", "2026-10-03T22:00:00.000Z", "2026-10-04 09:00 UTC+11"],
    ["Australia/Lord_Howe", "2026-04-04T22:00:00+11:00", "2026-04-04T22:30:00.000Z", "2026-04-05 09:00 UTC+10:30"],
    // There is no midnight: 23:59 is followed by 01:00. Half past midnight of the day before has no
    // counterpart on that day.
    ["America/Santiago", "2026-09-05T22:00:00-04:00", "2026-09-06T12:00:00.000Z", "2026-09-06 09:00 UTC−3"],
    ["America/Santiago", "2026-09-05T00:30:00-04:00", "2026-09-06T12:00:00.000Z", "2026-09-06 09:00 UTC−3"],
    // 23:00 to 24:00 comes twice; both are of the same day.
    ["America/Santiago", "2026-04-04T23:30:00-03:00", "2026-04-05T13:00:00.000Z", "2026-04-05 09:00 UTC−4"],
    ["America/Santiago", "2026-04-04T23:30:00-04:00", "2026-04-05T13:00:00.000Z", "2026-04-05 09:00 UTC−4"],
    // At two in the night it is the next day's, and the zone says which day that is.
    ["Asia/Tokyo", "2026-11-21T17:30:00Z", "2026-11-23T00:00:00.000Z", "2026-11-23 09:00 UTC+9"],
  ])("%s, from %s", (name, now, until, words) => {
    expect(endOf(name, now)).toEqual([until, `${words}, ${name}`]);
  });
});
