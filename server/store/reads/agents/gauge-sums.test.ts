import fc from "fast-check";
import { expect, test } from "vitest";
import { MINUTE_MS } from "../../../../domain/kernel/time.ts";
import { type GaugeMinute, highestSums, shareOf } from "./gauge-sums.ts";

interface Change {
  key: string;
  at: number;
  value: number;
}

/**
 * What the lane stores: for each minute the last and the highest value, starting with the one
 * before.
 */
function noted(changes: readonly Change[]): GaugeMinute[] {
  const rows: GaugeMinute[] = [];
  const standing = new Map<string, number>();
  for (const { key, at, value } of changes) {
    const t = Math.floor(at / MINUTE_MS) * MINUTE_MS;
    const was = standing.get(key) ?? 0;
    const row = rows.find((one) => one.key === key && one.t === t);
    if (row) Object.assign(row, { last: value, max: Math.max(row.max, value) });
    else rows.push({ key, t, last: value, max: Math.max(was, value) });
    standing.set(key, value);
  }
  return rows.sort((a, b) => a.t - b.t);
}

/** The highest sum of simultaneous values, from the changes themselves. */
function peakOf(changes: readonly Change[], from: number, to: number): number {
  const standing = new Map<string, number>();
  const sum = () => [...standing.values()].reduce((total, value) => total + value, 0);
  let peak = 0;
  for (const { key, at, value } of changes) {
    if (at >= to) break;
    if (at >= from) peak = Math.max(peak, sum());
    standing.set(key, value);
    if (at >= from) peak = Math.max(peak, sum());
  }
  return Math.max(peak, sum());
}

const changesArb = (keys: string[]) =>
  fc
    .array(fc.record({ key: fc.constantFrom(...keys), after: fc.integer({ min: 1, max: 90_000 }), value: fc.nat(4) }), {
      maxLength: 30,
    })
    .map((list) => {
      let at = 0;
      return list.map(({ key, after, value }) => {
        at += after;
        return { key, at, value };
      });
    });

test("two agents busy one after the other within a minute count as one at once, besides unchanged ones", () => {
  const apart = [
    { key: "a", at: 0, value: 1 },
    { key: "a", at: 15_000, value: 0 },
    { key: "b", at: 23_000, value: 1 },
    { key: "b", at: 38_000, value: 0 },
  ];
  expect(highestSums(noted(apart), { from: 0, step: MINUTE_MS }, 1)).toEqual([1]);
  const busy = ["c", "d"].map((key) => ({ key, t: -1, last: 1, max: 1 }));
  expect(highestSums([...busy, ...noted(apart)], { from: 0, step: MINUTE_MS }, 1)).toEqual([3]);
});

test("ten agents at work one after the other within an hour are a tenth of ten, not all of them", () => {
  const changes = Array.from({ length: 10 }, (_, n) => [
    { key: `a${n}`, at: n * 5 * MINUTE_MS, value: 1 },
    { key: `a${n}`, at: (n * 5 + 4) * MINUTE_MS, value: 0 },
  ]).flat();
  const capacity = Array.from({ length: 10 }, (_, n) => ({ key: `a${n}`, t: -1, last: 1, max: 1 }));
  expect(shareOf(noted(changes), capacity, { from: 0, step: 60 * MINUTE_MS }, 1)).toEqual([0.1]);
});

test("for one key the highest value is exact", () => {
  fc.assert(
    fc.property(changesArb(["a"]), fc.constantFrom(MINUTE_MS, 5 * MINUTE_MS), (changes, step) => {
      fc.pre(changes.length > 0);
      const steps = Math.ceil(((changes.at(-1)?.at ?? 0) + 1) / step);
      const values = highestSums(noted(changes), { from: 0, step }, steps);
      for (const [at, value] of values.entries()) {
        if (value !== null) expect(value).toBe(peakOf(changes, at * step, (at + 1) * step));
      }
    }),
  );
});

test("for several keys it is never more than the true peak, never less than the value at a minute's end", () => {
  fc.assert(
    fc.property(changesArb(["a", "b", "c"]), fc.constantFrom(MINUTE_MS, 5 * MINUTE_MS), (changes, step) => {
      fc.pre(changes.length > 0);
      const steps = Math.ceil(((changes.at(-1)?.at ?? 0) + 1) / step);
      const values = highestSums(noted(changes), { from: 0, step }, steps);
      const alone = new Set(changes.map(({ key, at }) => `${key} ${Math.floor(at / MINUTE_MS)}`)).size;
      const minutes = new Set(changes.map(({ at }) => Math.floor(at / MINUTE_MS))).size;
      for (const [at, value] of values.entries()) {
        if (value === null) continue;
        const peak = peakOf(changes, at * step, (at + 1) * step);
        expect(value).toBeLessThanOrEqual(peak);
        // No two changed within the same minute.
        if (alone === minutes) expect(value).toBe(peak);
      }
    }),
  );
});
