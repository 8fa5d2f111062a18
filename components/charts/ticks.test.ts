import { expect, test } from "vitest";
import { countTicks, tenMinuteTicks } from "./ticks.ts";

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
