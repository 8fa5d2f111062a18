import { expect, test } from "vitest";
import { TtlCache } from "./ttl-cache.ts";

/** A cache over a table that tests change, on a clock that tests turn. */
function setUp() {
  const table = new Map<string, string>();
  const clock = { now: 0 };
  const looked: string[] = [];
  const cache = new TtlCache<string>({
    ttlMs: 5_000,
    missTtlMs: 500,
    max: 3,
    now: () => clock.now,
    load: async (key) => {
      looked.push(key);
      return table.get(key) ?? null;
    },
  });
  return { table, clock, looked, cache };
}

test("a value is looked up once and served from memory until half of its time", async () => {
  const { table, clock, looked, cache } = setUp();
  table.set("a", "1");
  expect(cache.peek("a")).toBeUndefined();
  expect(await cache.get("a")).toBe("1");
  clock.now = 2_499;
  expect(cache.peek("a")).toBe("1");
  expect(looked).toEqual(["a"]);
});

test("callers at one time share one look-up", async () => {
  const { table, looked, cache } = setUp();
  table.set("a", "1");
  expect(await Promise.all([cache.get("a"), cache.get("a"), cache.get("a")])).toEqual(["1", "1", "1"]);
  expect(looked).toEqual(["a"]);
});

test("a removed value is served no longer than its time to live", async () => {
  const { table, clock, cache } = setUp();
  table.set("a", "1");
  await cache.get("a");
  table.delete("a");
  clock.now = 5_000;
  expect(cache.peek("a")).toBeUndefined();
  expect(await cache.get("a")).toBeNull();
});

test("a hit past half of the time starts the next look-up without waiting for it", async () => {
  const { table, clock, looked, cache } = setUp();
  table.set("a", "1");
  await cache.get("a");
  table.set("a", "2");
  clock.now = 3_000;
  expect(cache.peek("a")).toBe("1");
  expect(looked).toEqual(["a", "a"]);
  await Promise.resolve();
  await Promise.resolve();
  expect(cache.peek("a")).toBe("2");
  expect(looked).toEqual(["a", "a"]);
});

test("a key deleted while it is being looked up does not come back", async () => {
  const { table, cache } = setUp();
  table.set("a", "1");
  const looking = cache.get("a");
  cache.delete("a");
  expect(await looking).toBe("1");
  expect(cache.peek("a")).toBeUndefined();
});

test("a miss is remembered for its own, shorter time", async () => {
  const { table, clock, cache } = setUp();
  expect(await cache.get("a")).toBeNull();
  table.set("a", "1");
  clock.now = 499;
  expect(cache.peek("a")).toBeNull();
  clock.now = 500;
  expect(await cache.get("a")).toBe("1");
});

test("a failed look-up fails its callers and is tried again", async () => {
  let away = true;
  const cache = new TtlCache<string>({
    ttlMs: 5_000,
    missTtlMs: 500,
    max: 3,
    load: async () => {
      if (away) throw new Error("away");
      return "1";
    },
  });
  await expect(cache.get("a")).rejects.toThrow("away");
  away = false;
  expect(await cache.get("a")).toBe("1");
});

test("it holds no more than its bound; the oldest goes first", async () => {
  const { cache } = setUp();
  for (const key of ["a", "b", "c", "d"]) await cache.get(key);
  expect(["a", "b", "c", "d"].map((key) => cache.peek(key))).toEqual([undefined, null, null, null]);
});

test("keys that there are not push out no key that there is", async () => {
  const { table, cache } = setUp();
  table.set("good", "1");
  await cache.get("good");
  for (const key of ["a", "b", "c", "d"]) await cache.get(key);
  expect(cache.peek("good")).toBe("1");
});
