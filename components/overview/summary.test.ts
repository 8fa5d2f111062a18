import { expect, test } from "vitest";
import { totalOf } from "../charts/minutes.ts";
import { refreshIn, windowName } from "./summary.ts";

test("figures older than the log's head are refetched, at most every second and a half", () => {
  expect(refreshIn(10, 11, 0, 5_000)).toBe(0);
  expect(refreshIn(10, 11, 4_800, 5_000)).toBe(1_300);
});

test("figures of a quiet log are refetched once a minute, as time windows move", () => {
  expect(refreshIn(10, 10, 0, 5_000)).toBe(55_000);
  expect(refreshIn(10, 9, 0, 61_000)).toBe(0);
});

test("the hour's figures are the sum of its minutes", () => {
  const minute = (completed: number, failed: number) => ({ t: "2026-11-21T00:00:00.000Z", completed, failed });
  expect(totalOf([minute(3, 1), minute(0, 0), minute(2, 2)])).toEqual({ completed: 5, failed: 3 });
  expect(totalOf([{ t: "2026-11-21T10:00:00.000Z", completed: null, failed: null }, minute(1, 0)])).toEqual({
    completed: 1,
    failed: 0,
  });
  expect(totalOf([])).toEqual({ completed: 0, failed: 0 });
});

test("a window is named in hours where it can be", () => {
  expect([86_400_000, 3_600_000, 900_000].map(windowName)).toEqual(["24 h", "1 h", "15 min"]);
});
