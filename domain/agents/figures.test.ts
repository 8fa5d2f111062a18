import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addDuration,
  type Histogram,
  mergeHistograms,
  PERCENTILE_ERROR_FACTOR,
  percentile,
  removeDuration,
  wilsonLowerBound,
} from "./figures.ts";

const histogramOf = (durations: number[]): Histogram => durations.reduce(addDuration, {});
const durations = fc.array(fc.double({ min: 1, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 200 });

describe("duration histogram", () => {
  test("an empty histogram has no percentile", () => {
    expect(percentile({}, 0.95)).toBeNull();
  });

  test("is a sparse map of bucket to count that survives JSON", () => {
    const h = histogramOf([1, 1, 2, 1000]);
    expect(h).toEqual({ "0": 2, "8": 1, "79": 1 });
    expect(JSON.parse(JSON.stringify(h))).toEqual(h);
  });

  test("every percentile is within the documented factor of the exact one", () => {
    fc.assert(
      fc.property(durations, fc.integer({ min: 1, max: 100 }), (values, percent) => {
        const exact = values.toSorted((a, b) => a - b)[Math.ceil((percent * values.length) / 100) - 1] ?? Number.NaN;
        const ratio = (percentile(histogramOf(values), percent / 100) ?? Number.NaN) / exact;
        expect(ratio).toBeLessThanOrEqual(PERCENTILE_ERROR_FACTOR * (1 + 1e-9));
        expect(ratio).toBeGreaterThanOrEqual((1 / PERCENTILE_ERROR_FACTOR) * (1 - 1e-9));
      }),
    );
    expect(PERCENTILE_ERROR_FACTOR).toBeLessThan(1.045);
  });

  test("with the sum of all, a percentile is no further off, and one duration is its own percentile, short or long", () => {
    for (const only of [0, 0.4, 1, 7, 1561, 3_600_000]) {
      expect(percentile(histogramOf([only]), 0.95, { timed: 1, totalDurationMs: only })).toBe(only);
    }
    const two = percentile(histogramOf([1000, 3_600_000]), 0.95, { timed: 2, totalDurationMs: 3_601_000 });
    expect(Math.abs((two ?? 0) - 3_600_000)).toBeLessThan(100);
    fc.assert(
      fc.property(durations, fc.integer({ min: 1, max: 100 }), (values, percent) => {
        const sorted = values.toSorted((a, b) => a - b);
        const exact = sorted[Math.ceil((percent * values.length) / 100) - 1] ?? Number.NaN;
        const h = histogramOf(values);
        const off = (value: number | null) => Math.abs(Math.log((value ?? Number.NaN) / exact));
        const of = { timed: values.length, totalDurationMs: values.reduce((sum, value) => sum + value, 0) };
        expect(off(percentile(h, percent / 100, of))).toBeLessThanOrEqual(off(percentile(h, percent / 100)) + 1e-6);
      }),
    );
  });

  test("taking durations back in any order leaves what was there before", () => {
    fc.assert(
      fc.property(durations, durations, (kept, removed) => {
        const taken = removed.toReversed().reduce(removeDuration, histogramOf([...kept, ...removed]));
        expect(taken).toEqual(histogramOf(kept));
      }),
    );
  });

  test("taking back a duration that was never added changes nothing", () => {
    const h = histogramOf([5]);
    expect(removeDuration(h, 5000)).toBe(h);
    expect(removeDuration({}, 5)).toEqual({});
  });

  test("merging two histograms is the histogram of both", () => {
    fc.assert(
      fc.property(durations, durations, (a, b) => {
        expect(mergeHistograms(histogramOf(a), histogramOf(b))).toEqual(histogramOf([...a, ...b]));
      }),
    );
  });

  test("adding, removing and merging leave their inputs alone", () => {
    const h = Object.freeze(histogramOf([5]));
    addDuration(h, 5);
    removeDuration(h, 5);
    mergeHistograms(h, h);
    expect(h).toEqual(histogramOf([5]));
  });

  test("durations under 1 ms, negative and unreal ones fall into the first bucket, endless ones into a real one", () => {
    expect(histogramOf([0, 0.2, -3, Number.NaN])).toEqual({ "0": 4 });
    expect(percentile(histogramOf([Number.POSITIVE_INFINITY]), 1)).toBeLessThan(1e16);
  });

  test("the rank of a percentile does not suffer from rounding", () => {
    const h = histogramOf([...Array(7).fill(1), ...Array(93).fill(1000)]);
    expect(percentile(h, 0.07)).toBeLessThan(2);
    expect(percentile(h, 0.08)).toBeGreaterThan(900);
  });
});

describe("Wilson's lower bound", () => {
  test("is 0 without tries and without successes", () => {
    expect(wilsonLowerBound(0, 0)).toBe(0);
    expect(wilsonLowerBound(0, 50)).toBe(0);
  });

  test("agrees with published values", () => {
    expect(wilsonLowerBound(1, 1)).toBeCloseTo(0.2065, 4);
    expect(wilsonLowerBound(8, 10)).toBeCloseTo(0.4902, 4);
    expect(wilsonLowerBound(90, 100)).toBeCloseTo(0.8256, 4);
  });

  test("ranks a long good record above a short perfect one", () => {
    expect(wilsonLowerBound(90, 100)).toBeGreaterThan(wilsonLowerBound(3, 3));
  });

  test("never exceeds the rate itself, and grows with the sample at the same rate", () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(1000), (successes, failures) => {
        const total = successes + failures;
        fc.pre(total > 0);
        const bound = wilsonLowerBound(successes, total);
        expect(bound).toBeGreaterThanOrEqual(0);
        expect(bound).toBeLessThanOrEqual(successes / total);
        expect(wilsonLowerBound(successes * 2, total * 2)).toBeGreaterThanOrEqual(bound);
      }),
    );
  });
});
