import { expect, test } from "vitest";
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

test("times are marked at round ones, whatever the stretch", () => {
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

test("a step is told from its beginning to its end", () => {
  expect(stepLabel(local(9, 14), 60_000)).toBe("Nov 21, 09:14 – 09:15");
  expect(stepLabel(local(23), 3_600_000)).toBe("Nov 21, 23:00 – Nov 22, 00:00");
});
