import { Registry } from "prom-client";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createDatabase } from "../../../database/client.ts";
import { createTestDatabase, type TestDatabase } from "../../../testing/database.ts";
import { startRedis, type TestRedis } from "../../../testing/redis.ts";
import type { StoreDeps } from "../../index.ts";
import type { Store } from "../../types.ts";
import { commit, openStore } from "../lane.test-kit.ts";

let database: TestDatabase;
let redis: TestRedis;
beforeAll(async () => {
  [database, redis] = await Promise.all([createTestDatabase(), startRedis()]);
});
afterAll(async () => {
  await database.drop();
  await redis.stop();
});

/** Long enough for a busy machine. */
const SOON = { timeout: 20_000 };

let tenants = 0;
let tenant = "";
let jobs = 0;
const open: { close(): Promise<void> }[] = [];
beforeEach(() => {
  tenants += 1;
  tenant = `t${tenants}`;
});
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

/** A server: a store with connections of its own. */
async function server(more: Partial<StoreDeps> = {}): Promise<Store> {
  const own = createDatabase(database.url, { max: 4 });
  const store = await openStore(own, tenant, more);
  open.push(own, store);
  if (more.redisUrl) await expect.poll(() => store.tiers.figures().redis?.up, SOON).toBe(true);
  return store;
}

const withRedis = () => server({ redisUrl: redis.url });
const createRun = (store: Store, runId = "r") =>
  commit(store, [{ type: "run.create", runId, workflow: "w" }], {}, tenant);

/** Changes the run: one more job. Returns the receipt's last position. */
async function change(store: Store, runId = "r"): Promise<number> {
  jobs += 1;
  const { receipt } = await commit(store, [{ type: "job.enqueue", jobId: `j${jobs}`, runId }], {}, tenant);
  return receipt.lastSeq;
}

/** The result of a read: the run's number of jobs, the tier that served it, and its position. */
async function seen(store: Store, minSeq?: number, runId = "r") {
  const served = await store.read(tenant, "run", runId, minSeq);
  return served && { jobs: served.row.jobCounts.queued, tier: served.tier, at: served.at };
}

describe("durable first", () => {
  test("after its time to live a run is served from the durable storage, and the hot tier is warm again", async () => {
    const store = await server({ hotTierTtlMs: 100 });
    await createRun(store);
    const at = await change(store);
    expect(await seen(store)).toEqual({ jobs: 1, tier: "memory", at });
    await expect.poll(() => seen(store), { ...SOON, interval: 120 }).toEqual({ jobs: 1, tier: "durable", at });
    await expect.poll(() => seen(store), { ...SOON, interval: 1 }).toEqual({ jobs: 1, tier: "memory", at });
  });

  test("the same with Redis: both expire, the durable storage serves, both are warm again", async () => {
    const a = await server({ redisUrl: redis.url, hotTierTtlMs: 500 });
    await createRun(a);
    const at = await change(a);
    await expect.poll(() => seen(a), { ...SOON, interval: 600 }).toEqual({ jobs: 1, tier: "durable", at });
    expect(await seen(a)).toMatchObject({ jobs: 1 });
    await expect.poll(async () => seen(await withRedis()), SOON).toEqual({ jobs: 1, tier: "redis", at });
  });

  test("after a restart the first read comes from the durable storage, or from Redis if there is one", async () => {
    const first = await withRedis();
    await createRun(first);
    const at = await change(first);
    const cold = await server();
    expect(await seen(cold)).toEqual({ jobs: 1, tier: "durable", at });
    expect(await seen(cold)).toEqual({ jobs: 1, tier: "memory", at });
    // Redis is updated after the answer.
    await expect.poll(async () => (await seen(await withRedis()))?.tier, SOON).toBe("redis");
  });

  test("nothing is hot that is not durable: a refused commit leaves no trace", async () => {
    const store = await withRedis();
    await createRun(store);
    const at = await change(store);
    await expect(
      commit(
        store,
        [
          { type: "job.enqueue", jobId: "never", runId: "r" },
          { type: "job.retry", jobId: "none" },
        ],
        {},
        tenant,
      ),
    ).rejects.toMatchObject({ code: "commit_refused" });
    expect(await seen(store)).toMatchObject({ jobs: 1, at });
  });

  test("an unknown run is not found, and a position not reached yet is reported as such", async () => {
    const store = await withRedis();
    await createRun(store);
    expect(await seen(store, undefined, "nobody")).toBeUndefined();
    const at = await change(store);
    for (const runId of ["r", "nobody"]) {
      await expect(seen(store, at + 1, runId)).rejects.toMatchObject({ code: "not_there_yet", extra: { head: at } });
    }
    expect(await seen(store, at)).toMatchObject({ jobs: 1, tier: "memory" });
  });
});

describe.each([
  ["without Redis", server],
  ["with Redis", withRedis],
])("two servers on one database, %s", (_name, create) => {
  test("with minSeq of the other's receipt, never an older answer; without it, never one older than the request", async () => {
    const [a, b] = [await create(), await create()];
    await createRun(a);
    const stops = [a.watch(tenant), b.watch(tenant)];
    let written = 0;
    let enough = false;
    let reads = 0;
    const reader = async (store: Store) => {
      while (!enough) {
        const before = written;
        const answer = await seen(store);
        expect(answer?.jobs).toBeGreaterThanOrEqual(before);
        reads += 1;
      }
    };
    const readers = [reader(a), reader(b), reader(b)];
    for (let round = 1; round <= 150; round += 1) {
      const [writer, other] = round % 3 ? [a, b] : [b, a];
      const minSeq = await change(writer);
      written = round;
      const answers = await Promise.all([seen(other, minSeq), seen(writer, minSeq), seen(other)]);
      for (const answer of answers) {
        expect(answer?.jobs).toBeGreaterThanOrEqual(round);
        expect(answer?.at).toBeGreaterThanOrEqual(minSeq);
      }
    }
    enough = true;
    await Promise.all(readers);
    expect(reads).toBeGreaterThan(50);
    const { memory } = b.tiers.figures();
    expect(memory.hits).toBeGreaterThan(0);
    for (const stop of stops) stop();
  });
});

test("a server without followers does not serve its own old copy for ever, even with a low minSeq", async () => {
  const [a, b] = [await server(), await server()];
  await createRun(a);
  const minSeq = await change(a);
  expect(await seen(b, minSeq)).toMatchObject({ jobs: 1 });
  await change(a);
  // It may be half a second behind.
  await expect.poll(async () => (await seen(b, minSeq))?.jobs, SOON).toBe(2);
});

test("a server that dies before it updates Redis: the next read corrects Redis", async () => {
  const a = await withRedis();
  await createRun(a);
  // It has no Redis: as if it had died in between.
  const mute = await server();
  const at = await change(mute);
  const reader = await withRedis();
  const afterwards = async () => {
    await seen(reader);
    return seen(await withRedis());
  };
  await expect.poll(afterwards, SOON).toEqual({ jobs: 1, tier: "redis", at });
});

describe("Redis in trouble", () => {
  /** Writes and reads on two servers until stopped; checks every answer. */
  function traffic(a: Store, b: Store) {
    let written = 0;
    let going = true;
    const write = async () => {
      while (going) {
        const minSeq = await change(a);
        written += 1;
        const least = written;
        for (const answer of await Promise.all([seen(b, minSeq), seen(a, minSeq)])) {
          expect(answer?.jobs).toBeGreaterThanOrEqual(least);
        }
      }
    };
    const read = async () => {
      while (going) {
        const least = written;
        for (const answer of await Promise.all([seen(a), seen(b)])) expect(answer?.jobs).toBeGreaterThanOrEqual(least);
      }
    };
    const work = Promise.all([write(), read()]);
    // Prevents an unhandled rejection before it is awaited.
    work.catch(() => {});
    return {
      /** Waits for this many further writes and reads. */
      async goesOn(more = 10) {
        const until = written + more;
        await Promise.race([work, expect.poll(() => written, SOON).toBeGreaterThanOrEqual(until)]);
      },
      async end() {
        going = false;
        await work;
        return written;
      },
    };
  }

  test.each([
    ["empty", false],
    ["with what it had saved long before", true],
  ])("killed and restarted in the middle, %s: no error, no wrong value, and it serves again", async (_name, saves) => {
    const [a, b] = [await withRedis(), await withRedis()];
    await createRun(a);
    const { goesOn, end } = traffic(a, b);
    await goesOn();
    if (saves) await redis.command("SAVE");
    await goesOn();
    await redis.kill();
    await goesOn();
    await redis.start();
    await goesOn();
    await expect.poll(() => [a, b].map((one) => one.tiers.figures().redis?.up), SOON).toEqual([true, true]);
    await goesOn();
    const written = await end();
    await change(a);
    const fresh = await withRedis();
    await expect.poll(() => seen(fresh), SOON).toMatchObject({ jobs: written + 1, tier: "redis" });
    await redis.command("FLUSHALL");
    await redis.command("SAVE");
  });

  test("frozen: no error, no wrong value, no second wait; it serves again when it wakes", async () => {
    const [a, b] = [await withRedis(), await withRedis()];
    await createRun(a);
    const { goesOn, end } = traffic(a, b);
    await goesOn();
    redis.freeze();
    await expect.poll(() => [a, b].map((one) => one.tiers.figures().redis?.up), SOON).toEqual([false, false]);
    await goesOn();
    redis.thaw();
    await expect.poll(() => [a, b].map((one) => one.tiers.figures().redis?.up), SOON).toEqual([true, true]);
    await goesOn();
    const written = await end();
    await change(a);
    const fresh = await withRedis();
    await expect.poll(() => seen(fresh), SOON).toMatchObject({ jobs: written + 1, tier: "redis" });
  });

  test("full: rows that it refuses to store are read elsewhere", async () => {
    const [a, b] = [await withRedis(), await withRedis()];
    await createRun(a);
    await redis.command("CONFIG", "SET", "maxmemory", "1");
    const minSeq = await change(a);
    expect(await seen(b, minSeq)).toMatchObject({ jobs: 1, tier: "durable" });
    await redis.command("CONFIG", "SET", "maxmemory", "0");
    const later = await change(a);
    await expect.poll(async () => seen(await withRedis(), later), SOON).toMatchObject({ jobs: 2, tier: "redis" });
  });

  test("absent at start: the server starts and serves without it, and uses it when it is there", async () => {
    await redis.kill();
    const a = await server({ redisUrl: undefined });
    const own = createDatabase(database.url, { max: 4 });
    const b = await openStore(own, tenant, { redisUrl: redis.url });
    open.push(own, b);
    await createRun(a);
    const minSeq = await change(a);
    expect(await seen(b, minSeq)).toMatchObject({ jobs: 1, tier: "durable" });
    await redis.start();
    await expect.poll(() => b.tiers.figures().redis?.up, SOON).toBe(true);
    expect(await seen(b, minSeq)).toMatchObject({ jobs: 1 });
  });
});

test("reads and writes are seen: by tier in the metrics, and line by line in the log at level debug", async () => {
  const registry = new Registry();
  const lines: [object, string][] = [];
  const debug = (facts: object, message: string) => void lines.push([facts, message]);
  const store = await server({ registry, redisUrl: redis.url, log: { debug, info() {}, warn() {} } });
  await createRun(store);
  const at = await change(store);
  await seen(store);
  expect(lines).toContainEqual([expect.objectContaining({ to: at, strategy: "durable-first" }), "stored"]);
  expect(lines).toContainEqual([expect.objectContaining({ kind: "run", id: "r", tier: "memory", at }), "read"]);
  const cold = await server({ registry: new Registry(), log: { debug, info() {}, warn() {} } });
  await seen(cold);
  expect(lines).toContainEqual([expect.objectContaining({ tier: "durable", at }), "read"]);
  await expect.poll(() => registry.metrics(), SOON).toContain('switchyard_redis_writes_total{outcome="reset"}');
  const text = await registry.metrics();
  expect(text).toContain('switchyard_tier_reads_total{tier="memory",result="hit"} 1');
  expect(text).toContain('switchyard_tier_read_seconds_count{tier="memory"} 1');
  expect(text).toContain('switchyard_hot_tier_hit_ratio{tier="memory"} 1');
  expect(text).toMatch(/switchyard_hot_tier_rows\{tier="memory"\} [1-9]/);
  expect(text).toMatch(/switchyard_hot_tier_bytes\{tier="memory"\} [1-9]/);
  expect(text).toContain('switchyard_hot_tier_up{tier="redis"} 1');
});
