import { expect, test } from "vitest";
import { span } from "./span.ts";

test("a duration is said by its two largest units, whatever its size", () => {
  expect([0, 300, 1_500, 8_000, 150_000, 900_000, 7_500_000, 93_600_000].map(span)).toEqual([
    "0 ms",
    "300 ms",
    "1.5 s",
    "8 s",
    "2 min 30 s",
    "15 min",
    "2 h 5 min",
    "1 d 2 h",
  ]);
});
