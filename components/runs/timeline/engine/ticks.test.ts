import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { elapsed, stepFor, ticksFor } from "./ticks.ts";

describe("ticks of the time axis", () => {
  it("are at whole steps since the origin, labelled with the elapsed time", () => {
    const labels = (from: number, to: number, most: number) =>
      ticksFor({ from: 500 + from, to: 500 + to }, 500, most).map((tick) => tick.label);
    expect(labels(0, 10_000, 6)).toEqual(["0s", "2s", "4s", "6s", "8s", "10s"]);
    expect(labels(50_000, 100_000, 6)).toEqual(["50s", "1m 00s", "1m 10s", "1m 20s", "1m 30s", "1m 40s"]);
    expect(labels(0, 7_200_000, 5)).toEqual(["0s", "30m", "1h 00m", "1h 30m", "2h 00m"]);
  });

  it("use steps that people count in", () => {
    expect(
      [90, 900, 9000, 90_000, 900_000, 9_000_000, 90_000_000, 900_000_000].map((span) => stepFor(span, 8)),
    ).toEqual([20, 200, 2000, 15_000, 120_000, 1_800_000, 21_600_000, 172_800_000]);
  });

  it("show parts of a second where the step needs them", () => {
    expect(elapsed(1250, 50)).toBe("1.25s");
    expect(elapsed(61_250, 1)).toBe("1m 01.250s");
    expect(elapsed(20, 10)).toBe("20ms");
    expect(elapsed(0, 10)).toBe("0s");
    expect(elapsed(-2000, 1000)).toBe("−2s");
  });

  it("are never more than asked for, plus one for both edges, and all different", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e9 }),
        fc.integer({ min: 5, max: 1e9 }),
        fc.integer({ min: 2, max: 20 }),
        (from, span, most) => {
          const ticks = ticksFor({ from, to: from + span }, 0, most);
          expect(ticks.length).toBeLessThanOrEqual(most + 1);
          expect(new Set(ticks.map((tick) => tick.label)).size).toBe(ticks.length);
        },
      ),
    );
  });
});
