import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { tries } from "../../../../domain/kernel/depth.test-kit.ts";
import { startRedis, type TestRedis } from "../../../testing/redis.ts";
import type { HotTier, TierCommit } from "./hot-tier.ts";
import { MemoryTier } from "./memory-tier.ts";
import { RedisTier } from "./redis-tier.ts";
import { runAt, runsAt } from "./tiers.test-kit.ts";

const RUNS = tries(60);
/** Long enough for a busy machine. */
const SOON = { timeout: 20_000 };

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

/** A tier whose methods resolve when the write is done. */
interface Settled {
  tier: HotTier;
  commit(range: Partial<TierCommit> & { from: number; to: number }): Promise<void>;
  warm(seq: number, at: number, id?: string): Promise<void>;
  /** The version it has, and the position since which it is true. */
  seen(id?: string): Promise<{ seq: number; at: number } | undefined>;
}

const open: HotTier[] = [];
afterEach(() => {
  for (const tier of open.splice(0)) tier.close();
});

let logs = 0;
let tenant = "t";
const LOG = { debug() {}, info() {}, warn() {} };

function settled(tier: HotTier, written: () => Promise<void>): Settled {
  open.push(tier);
  return {
    tier,
    async commit(range) {
      const done = written();
      tier.commit(tenant, { rows: [], forgotten: [], ...range });
      await done;
    },
    async warm(seq, at, id = "r") {
      const done = written();
      tier.warm(tenant, "run", { row: runAt(id, seq), at });
      await done;
    },
    async seen(id = "r") {
      const held = await tier.get(tenant, "run", id);
      return held && { seq: held.row.seq, at: held.at };
    },
  };
}

async function memoryTier(ttlMs = 60_000): Promise<Settled> {
  return settled(new MemoryTier({ maxBytes: 1024 * 1024, ttlMs }), async () => {});
}

/** One server's view of the shared Redis; `log` separates the tests. */
async function redisTier(ttlMs = 60_000, log = `log-${++logs}`): Promise<Settled> {
  let waiting: (() => void)[] = [];
  const tier = new RedisTier({
    url: redis.url,
    ttlMs,
    log: LOG,
    patienceMs: 5000,
    identify: async () => ({ logId: log, head: Number.MAX_SAFE_INTEGER }),
    onWrite: () => waiting.shift()?.(),
  });
  await expect.poll(() => tier.stats().up, SOON).toBe(true);
  waiting = [];
  return settled(tier, () => new Promise((resolve) => waiting.push(resolve)));
}

describe.each([
  ["in this process", memoryTier],
  ["Redis", redisTier],
])("the hot tier, %s", (_name, create) => {
  test("holds what was committed, true at the newest position it received", async () => {
    const { commit, seen } = await create();
    expect(await seen()).toBeUndefined();
    await commit({ from: 1, to: 1, rows: runsAt(1, "r", "s") });
    await commit({ from: 2, to: 4, rows: runsAt(3, "s") });
    expect(await seen("r")).toEqual({ seq: 1, at: 4 });
    expect(await seen("s")).toEqual({ seq: 3, at: 4 });
  });

  test("forgets rows that a range changed without giving their new values", async () => {
    const { commit, seen } = await create();
    await commit({ from: 1, to: 1, rows: runsAt(1, "r", "s") });
    await commit({ from: 2, to: 2, forgotten: ["run:r"] });
    expect([await seen("r"), await seen("s")]).toEqual([undefined, { seq: 1, at: 2 }]);
  });

  test("writes are compared by position: late and repeated ones change nothing", async () => {
    const { commit, warm, seen } = await create();
    await commit({ from: 1, to: 1, rows: runsAt(1, "r") });
    await commit({ from: 2, to: 3, rows: runsAt(3, "r") });
    await commit({ from: 1, to: 1, rows: runsAt(1, "r") });
    await commit({ from: 2, to: 2, forgotten: ["run:r"] });
    await warm(1, 2);
    expect(await seen()).toEqual({ seq: 3, at: 3 });
    // Read beyond the tier's position: a newer row is taken, and an older one does not replace it.
    await warm(5, 6);
    expect((await seen())?.seq).toBe(5);
    await commit({ from: 4, to: 7, rows: runsAt(7, "s") });
    await warm(3, 7);
    expect(await seen()).toEqual({ seq: 5, at: 7 });
  });

  test("a gap clears it: what changed in between is unknown", async () => {
    const { commit, seen } = await create();
    await commit({ from: 1, to: 1, rows: runsAt(1, "r", "s") });
    await commit({ from: 3, to: 3, rows: runsAt(3, "s") });
    expect([await seen("r"), await seen("s")]).toEqual([undefined, { seq: 3, at: 3 }]);
    // An empty range gives the log's position and says that nothing before it is known.
    await commit({ from: 9, to: 8 });
    expect(await seen("s")).toBeUndefined();
  });

  test("a row read at the end of the gap or later stays", async () => {
    const { commit, warm, seen } = await create();
    await warm(5, 9, "s");
    await warm(4, 8, "r");
    await commit({ from: 10, to: 9 });
    const [r, s] = [await seen("r"), await seen("s")];
    expect(r).toBeUndefined();
    // The tier may or may not have kept it.
    expect(s ?? { seq: 5, at: 9 }).toEqual({ seq: 5, at: 9 });
  });

  test("is warmed by a row read elsewhere, and drops it after its time to live", async () => {
    const { commit, warm, seen } = await create(200);
    await commit({ from: 9, to: 8 });
    const warmed = async () => {
      await warm(5, 8);
      return seen();
    };
    await expect.poll(warmed, SOON).toEqual({ seq: 5, at: 8 });
    await expect.poll(() => seen(), SOON).toBeUndefined();
    await expect.poll(warmed, SOON).toEqual({ seq: 5, at: 8 });
  });

  test("keeps tenants apart", async () => {
    const { tier, commit } = await create();
    await commit({ from: 1, to: 1, rows: runsAt(1, "r") });
    expect(await tier.get("other", "run", "r")).toBeUndefined();
  });
});

describe("in this process", () => {
  test("all tenants together are bounded in bytes, and the tenant idle longest is evicted first", async () => {
    const tier = new MemoryTier({ maxBytes: 100_000, ttlMs: 60_000 });
    const text = "x".repeat(5000);
    for (let seq = 1; seq <= 40; seq += 1) {
      const row = runAt(`r${seq}`, seq, { context: { text } });
      tier.commit(seq <= 10 ? "quiet" : "busy", { from: seq, to: seq, rows: [{ kind: "run", row }], forgotten: [] });
      expect(tier.stats().bytes).toBeLessThanOrEqual(100_000);
    }
    expect(tier.get("quiet", "run", "r10")).toBeUndefined();
    expect(tier.get("busy", "run", "r40")?.row.seq).toBe(40);
    const { rows } = tier.stats();
    expect(rows).toBeGreaterThan(4);
    tier.shrinkTo(tier.stats().bytes / 2);
    expect(tier.stats().rows).toBeLessThanOrEqual(rows / 2);
    tier.shrinkTo(0);
    expect(tier.stats()).toMatchObject({ rows: 0, bytes: 0 });
  });
});

describe("Redis, shared by servers", () => {
  test("a range that another server sent first is no gap, and its rows are still taken", async () => {
    const log = "shared-1";
    const [a, b] = [await redisTier(60_000, log), await redisTier(60_000, log)];
    await a.commit({ from: 1, to: 1, rows: runsAt(1, "r") });
    // The writer of position 2 is slower than the server that received it and goes on.
    await b.commit({ from: 2, to: 2, forgotten: ["run:s"] });
    await a.commit({ from: 2, to: 2, rows: runsAt(2, "s") });
    await a.commit({ from: 1, to: 2, forgotten: ["run:s"] });
    expect(await b.seen("s")).toEqual({ seq: 2, at: 2 });
    expect(await b.seen("r")).toEqual({ seq: 1, at: 2 });
  });

  test("rows of another log are not seen, nor those of a log that was cut short", async () => {
    const a = await redisTier(60_000, "whole");
    await a.commit({ from: 1, to: 9, rows: runsAt(9, "r") });
    expect(await (await redisTier(60_000, "another")).seen()).toBeUndefined();
    const cut = new RedisTier({
      url: redis.url,
      ttlMs: 60_000,
      log: LOG,
      patienceMs: 5000,
      identify: async () => ({ logId: "whole", head: 5 }),
      onWrite: () => {},
    });
    open.push(cut);
    await expect.poll(() => cut.stats().up, SOON).toBe(true);
    expect(await cut.get("t", "run", "r")).toBeUndefined();
    expect(await a.seen()).toBeUndefined();
  });

  test("a large row is not sent with every change: it is dropped, and stored when read", async () => {
    const { tier, commit, seen } = await redisTier();
    await commit({ from: 1, to: 1, rows: runsAt(1, "r") });
    const large = runAt("r", 2, { context: { text: "x".repeat(100_000) } });
    await commit({ from: 2, to: 2, rows: [{ kind: "run", row: large }] });
    expect(await seen()).toBeUndefined();
    tier.warm("t", "run", { row: large, at: 2 });
    await expect.poll(() => seen(), SOON).toEqual({ seq: 2, at: 2 });
  });

  test("waiting ranges are merged and bounded: when too much waits, the rows are dropped", async () => {
    const outcomes: string[] = [];
    const tier = new RedisTier({
      url: redis.url,
      ttlMs: 60_000,
      log: LOG,
      patienceMs: 5000,
      identify: async () => ({ logId: "bounded", head: Number.MAX_SAFE_INTEGER }),
      onWrite: (outcome) => outcomes.push(outcome),
    });
    open.push(tier);
    await expect.poll(() => tier.stats().up, SOON).toBe(true);
    const last = 20_000;
    for (let seq = 1; seq <= last; seq += 1) {
      tier.commit("t", { from: seq, to: seq, rows: runsAt(seq, `r${seq}`), forgotten: [] });
    }
    await expect.poll(async () => (await tier.get("t", "run", `r${last}`))?.at, SOON).toBe(last);
    expect(outcomes.length).toBeLessThan(20);
    expect(outcomes).not.toContain("failed");
    expect(await tier.get("t", "run", "r1")).toBeUndefined();
  });

  test("ranges late, twice, lost or out of order, and data lost by Redis: no row is older than its position says", async () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ do: fc.constant("commit" as const), node: fc.nat(2), row: fc.nat(2) }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constant("deliver" as const), node: fc.nat(2) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("lose" as const), node: fc.nat(2) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("catchUp" as const), node: fc.nat(2) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant("read" as const), row: fc.nat(2) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant("warm" as const), node: fc.nat(2), which: fc.nat(9) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("forgetAll" as const), rows: fc.boolean() }) },
    );
    let hits = 0;
    const log = `log-${++logs}`;
    const nodes = [await redisTier(60_000, log), await redisTier(60_000, log), await redisTier(60_000, log)];
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
        tenant = `random-${++logs}`;
        // The log: which row each position changed. Each server's position, and the ranges it still
        // has to pass on.
        const changed: number[] = [];
        const outbox: Parameters<Settled["commit"]>[0][][] = [[], [], []];
        const position = [0, 0, 0];
        const read: { row: number; seq: number; at: number }[] = [];
        const newest = (row: number, upTo: number) => changed.slice(0, upTo).lastIndexOf(row) + 1;
        const catchUp = (node: number) => {
          const from = (position[node] as number) + 1;
          const forgotten = [...new Set(changed.slice(from - 1))].map((row) => `run:r${row}`);
          if (from <= changed.length) outbox[node]?.push({ from, to: changed.length, forgotten });
          position[node] = changed.length;
        };
        for (const one of steps) {
          if (one.do === "commit") {
            catchUp(one.node);
            changed.push(one.row);
            const at = changed.length;
            outbox[one.node]?.push({ from: at, to: at, rows: runsAt(at, `r${one.row}`) });
            position[one.node] = at;
          }
          if (one.do === "catchUp") catchUp(one.node);
          if (one.do === "lose") outbox[one.node]?.shift();
          if (one.do === "deliver") {
            const range = outbox[one.node]?.shift();
            if (range) await nodes[one.node]?.commit(range);
          }
          if (one.do === "read") {
            const seq = newest(one.row, changed.length);
            if (seq > 0) read.push({ row: one.row, seq, at: changed.length });
          }
          if (one.do === "warm" && read.length > 0) {
            const found = read[one.which % read.length] as (typeof read)[number];
            await nodes[one.node]?.warm(found.seq, found.at, `r${found.row}`);
          }
          if (one.do === "forgetAll") {
            const keys = (await redis.command("KEYS", `*{${log}:${tenant}}*`)) as string[];
            // Sometimes only the tenant's position: a full Redis picks what to evict.
            const lost = one.rows ? keys : keys.filter((key) => key.endsWith("}"));
            if (lost.length > 0) await redis.command("DEL", ...lost);
          }
          for (let row = 0; row < 3; row += 1) {
            const held = await nodes[0]?.seen(`r${row}`);
            if (!held) continue;
            hits += 1;
            expect(held.seq).toBeGreaterThanOrEqual(newest(row, held.at));
            expect(held.at).toBeLessThanOrEqual(changed.length);
          }
        }
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
    tenant = "t";
    expect(hits).toBeGreaterThan(3 * RUNS);
  });
});
