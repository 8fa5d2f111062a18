import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { DAY_MS, HOUR_MS } from "../../domain/kernel/time.ts";
import { countTicks, durationTicks, stepLabel, tenMinuteTicks, timeLabel, timeTicks } from "./ticks.ts";

test("marks of a count are round numbers and reach over the highest bar", () => {
  expect(countTicks(0)).toEqual([0, 1]);
  expect(countTicks(3)).toEqual([0, 1, 2, 3]);
  expect(countTicks(340)).toEqual([0, 100, 200, 300, 400]);
  expect(countTicks(1_234)).toEqual([0, 500, 1_000, 1_500]);
});

test("minutes are marked at full tens", () => {
  const minutes = Array.from({ length: 25 }, (_, at) => new Date(Date.UTC(2026, 10, 21, 3, 47 + at)).toISOString());
  expect(tenMinuteTicks(minutes).map((t) => t.slice(14, 16))).toEqual(["50", "00", "10"]);
});

test("marks of durations are those of a clock", () => {
  expect(durationTicks(0)).toEqual([0, 1]);
  expect(durationTicks(180)).toEqual([0, 50, 100, 150, 200]);
  expect(durationTicks(7_000)).toEqual([0, 2_000, 4_000, 6_000, 8_000]);
  expect(durationTicks(50_000)).toEqual([0, 15_000, 30_000, 45_000, 60_000]);
  expect(durationTicks(40 * 86_400_000).at(-1)).toBe(40 * 86_400_000);
});

const local = (hour: number, minute = 0, day = 21) => new Date(2026, 10, day, hour, minute).getTime();

test("times are marked at round values for any stretch", () => {
  expect(timeTicks(local(9, 13), local(10, 13), 4).map(timeLabel)).toEqual(["09:15", "09:30", "09:45", "10:00"]);
  expect(timeTicks(local(21), local(9, 0, 22), 4).map(timeLabel)).toEqual([
    "21:00",
    "Nov 22",
    "03:00",
    "06:00",
    "09:00",
  ]);
  expect(timeTicks(local(9, 0, 14), local(9, 0, 21), 7).map(timeLabel)).toEqual(
    [15, 16, 17, 18, 19, 20, 21].map((day) => `Nov ${day}`),
  );
  expect(timeTicks(local(9, 0, 1), local(9, 0, 29), 7)).toHaveLength(7);
});

test("a step is named from its beginning to its end", () => {
  expect(stepLabel(local(9, 14), 60_000)).toBe("Nov 21, 09:14 – 09:15");
  expect(stepLabel(local(23), 3_600_000)).toBe("Nov 21, 23:00 – Nov 22, 00:00");
});

const zone = process.env.TZ;
afterEach(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

const clockOf = (t: number) =>
  `${String(new Date(t).getHours()).padStart(2, "0")}:${String(new Date(t).getMinutes()).padStart(2, "0")}`;

test("marks stay on round times of the clock when summer time begins or ends", () => {
  for (const [name, at] of [
    ["America/New_York", "2026-11-01T04:00:00Z"],
    ["Europe/Berlin", "2026-03-28T23:00:00Z"],
    ["Australia/Lord_Howe", "2026-04-04T13:00:00Z"],
  ] as const) {
    process.env.TZ = name;
    const from = Date.parse(at);
    const clocks = timeTicks(from, from + DAY_MS, 5).map(clockOf);
    expect([name, clocks]).toEqual([
      name,
      ["00:00", "06:00", "12:00", "18:00"].concat(clocks[4] ?? []).slice(0, clocks.length),
    ]);
  }
});

test("a day without a midnight is marked where it begins, and the days after it at midnight", () => {
  for (const [name, day] of [
    ["America/Sao_Paulo", [2018, 10, 4]],
    ["Africa/Cairo", [2026, 3, 24]],
    ["America/Havana", [2026, 2, 8]],
    ["Asia/Beirut", [2026, 2, 29]],
  ] as const) {
    process.env.TZ = name;
    const [year, month, date] = day;
    const from = new Date(year, month, date - 3).getTime();
    const ticks = timeTicks(from, from + 8 * DAY_MS, 8);
    const firsts = ticks.map((t) =>
      new Date(new Date(t).getFullYear(), new Date(t).getMonth(), new Date(t).getDate()).getTime(),
    );
    expect([name, ticks]).toEqual([name, firsts]);
    expect(ticks.map(clockOf).filter((clock) => clock !== "00:00")).toEqual(["01:00"]);
    expect(ticks.map(timeLabel).every((label) => /^[A-Z][a-z]{2} \d+$/.test(label))).toBe(true);
  }
});

test("in every time zone and stretch marks are round, ordered and few", () => {
  const stretch = fc.constantFrom(HOUR_MS / 4, HOUR_MS, 6 * HOUR_MS, DAY_MS, 3 * DAY_MS, 7 * DAY_MS, 30 * DAY_MS);
  const from = fc.integer({ min: Date.parse("2005-01-01"), max: Date.parse("2037-01-01") });
  fc.assert(
    fc.property(
      fc.constantFrom(...Intl.supportedValuesOf("timeZone")),
      from,
      stretch,
      fc.integer({ min: 2, max: 12 }),
      (name, start, span, count) => {
        process.env.TZ = name;
        const ticks = timeTicks(start, start + span, count);
        for (const [at, t] of ticks.entries()) {
          expect(t).toBeGreaterThanOrEqual(start);
          expect(t).toBeLessThanOrEqual(start + span);
          if (at > 0) expect(t).toBeGreaterThan(ticks[at - 1] as number);
          expect(
            new Date(t).getMinutes() === 0 ||
              new Date(t).getMinutes() % 5 === 0 ||
              span < HOUR_MS ||
              /^[A-Z]/.test(timeLabel(t)),
          ).toBe(true);
        }
        expect(ticks.length).toBeLessThanOrEqual(2 * count + 2);
      },
    ),
  );
});

test("a step within which the reader's clock is changed says how far it is from UTC", () => {
  // The date is that of the zone this began in: formats keep theirs.
  const clocks = (at: string, ms: number) => stepLabel(Date.parse(at), ms).replace(/^\w+ \d+, /, "");
  process.env.TZ = "America/New_York";
  expect(clocks("2026-11-01T05:00:00Z", 3_600_000)).toBe("01:00 UTC−4 – 01:00 UTC−5");
  process.env.TZ = "Australia/Lord_Howe";
  expect(clocks("2026-04-04T14:30:00Z", 1_800_000)).toBe("01:30 UTC+11 – 01:30 UTC+10:30");
  expect(clocks("2026-04-04T15:00:00Z", 1_800_000)).toBe("01:30 – 02:00");
});
