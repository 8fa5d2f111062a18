import { describe, expect, it } from "vitest";
import { sparkPaths } from "./spark-paths.ts";

const box = { width: 30, height: 10, pad: 0 };

describe("the paths of a small line", () => {
  it("a gap is a gap: pieces end before it and begin after it", () => {
    const { line, dots, area } = sparkPaths([1, 0.5, null, 1], { ...box, max: 1 });
    expect(line).toBe("M0 0L10 5");
    expect(dots).toBe("M30 0L30 0");
    expect(area).toBe("M0 10L0 0L10 5L10 10Z");
  });

  it("values beyond the top stay within the box, and the top is the highest value when none is given", () => {
    expect(sparkPaths([2, 4], { ...box, max: 1 }).line).toBe("M0 0L30 0");
    expect(sparkPaths([2, 4], box).line).toBe("M0 5L30 0");
  });

  it("nothing known draws nothing, and all zeros lie at the bottom", () => {
    expect(sparkPaths([null, null], box)).toEqual({ line: "", dots: "", area: "" });
    expect(sparkPaths([], box)).toEqual({ line: "", dots: "", area: "" });
    expect(sparkPaths([0, 0], box).line).toBe("M0 10L30 10");
  });
});
