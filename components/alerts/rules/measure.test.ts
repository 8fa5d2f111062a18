import { describe, expect, it } from "vitest";
import { barOf, formatMeasure } from "./measure.ts";

describe("what an alert measured", () => {
  it("each kind's number is written in its unit", () => {
    expect(formatMeasure("success_rate", 0.625)).toBe("62.5%");
    expect(formatMeasure("queue_depth", 1200)).toBe("1,200");
    expect(formatMeasure("queue_age", 900_000)).toBe("15m 00s");
  });

  it("a bar holds the value and its threshold", () => {
    expect(barOf("success_rate", 0.5, 0.8)).toEqual({ value: 0.5, threshold: 0.8 });
    const { value, threshold } = barOf("queue_depth", 200, 100);
    expect(value).toBeGreaterThan(threshold);
    expect(value).toBeLessThanOrEqual(1);
    expect(barOf("queue_depth", 0, 0)).toEqual({ value: 0, threshold: 0 });
  });
});
