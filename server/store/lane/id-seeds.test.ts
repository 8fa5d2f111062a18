import { expect, test } from "vitest";
import { IdSeeds } from "./id-seeds.ts";

test("ids of one generator sort in the order of creation, within a millisecond and when the clock goes back", () => {
  const seeds = new IdSeeds();
  const now = Date.UTC(2026, 11, 1);
  const made = Array.from({ length: 3000 }, (_, index) => seeds.next(now + Math.floor(index / 100) - (index % 7)));
  expect(made).toEqual([...made].sort());
  expect(new Set(made).size).toBe(3000);
  for (const seed of made) expect(seed).toMatch(/^[0-7][0-9a-hjkmnp-tv-z]{22}$/);
});

test("two generators yield different ids at the same moment, and ids sort by time first", () => {
  const now = Date.UTC(2026, 11, 1);
  const [one, other] = [new IdSeeds().next(now), new IdSeeds().next(now)];
  expect(one.slice(0, 10)).toBe(other.slice(0, 10));
  expect(one).not.toBe(other);
  expect(new IdSeeds().next(now + 1) > one).toBe(true);
});
