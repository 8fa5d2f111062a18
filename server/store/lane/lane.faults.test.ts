import { Registry } from "prom-client";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Mutation } from "../../../domain/commit/mutations.ts";
import { createDatabase, type Database } from "../../database/client.ts";
import { givenTenants } from "../../testing/given.ts";
import { createPgProxy, type PgProxy } from "../../testing/pg-proxy.ts";
import { createStore } from "../index.ts";
import type { Store } from "../types.ts";
import { BY, commit, follow, openStore } from "./lane.test-kit.ts";

const given = givenTenants();

async function store(over: Database = given.database, more = {}): Promise<Store> {
  const opened = await openStore(over, given.tenant, more);
  given.closing(opened);
  return opened;
}

async function node(url = given.database.url, more = {}): Promise<Store> {
  const own = createDatabase(url, { max: 4 });
  given.closing(own);
  return await store(own, more);
}

const append = (name: string) => ({ type: "event.append" as const, eventType: `x.${name}` });
const types = (events: { type: string }[]) => events.map((event) => event.type);

describe("two servers on one database", () => {
  test("both committing to one tenant: gapless, no lost update, and followers of both get everything in order", async () => {
    const [a, b] = [await node(), await node()];
    const followers = [follow(a, given.tenant), follow(b, given.tenant)];
    await commit(
      a,
      [
        { type: "run.create", runId: "r", workflow: "w" },
        { type: "workstream.create", runId: "r", workstreamId: "w", title: "W" },
      ],
      {},
      given.tenant,
    );
    await Promise.all([a.head(given.tenant), b.head(given.tenant)]);
    for (const one of [a, b]) given.closing({ close: () => one.watch(given.tenant)() });
    const stops = [a.watch(given.tenant), b.watch(given.tenant)];
    const work = Array.from({ length: 200 }, (_, index) =>
      commit(
        index % 2 ? a : b,
        [{ type: "job.enqueue", jobId: `j${index}`, runId: "r", workstreamId: "w" }],
        {},
        given.tenant,
      ),
    );
    const outcomes = await Promise.all(work);
    const receipts = outcomes.map((outcome) => outcome.receipt).sort((x, y) => x.firstSeq - y.firstSeq);
    for (const [index, receipt] of receipts.entries()) {
      if (index > 0) expect(receipt.firstSeq).toBe((receipts[index - 1]?.lastSeq ?? 0) + 1);
    }
    const run = await given.database.prisma.run.findFirstOrThrow({ where: { tenantId: given.tenant, id: "r" } });
    expect(run.jobCounts).toMatchObject({ queued: 200 });
    expect(await a.verify(given.tenant)).toEqual({ valid: true, from: 1, checked: 201 });
    const { head } = await a.head(given.tenant);
    await expect.poll(() => followers.map(({ seen }) => seen.ranges.at(-1)?.to)).toEqual([head, head]);
    expect(followers[0]?.seen.events.map((event) => event.seq)).toEqual(
      Array.from({ length: head }, (_, index) => index + 1),
    );
    for (const stop of stops) stop();
  });

  test("a refusal is never given from a stale cache", async () => {
    const [a, b] = [await node(), await node()];
    await commit(a, [{ type: "run.create", runId: "r", workflow: "w" }], {}, given.tenant);
    await commit(a, [{ type: "run.transition", runId: "r", to: "running" }], {}, given.tenant);
    await commit(b, [{ type: "run.transition", runId: "r", to: "blocked" }], {}, given.tenant);
    // `a` still has the run as running, where "running" is illegal; in the database it is
    // blocked, where it is legal.
    await commit(a, [{ type: "run.transition", runId: "r", to: "running" }], {}, given.tenant);
    await commit(b, [{ type: "run.transition", runId: "r", to: "completed" }], {}, given.tenant);
    await expect(
      commit(a, [{ type: "run.transition", runId: "r", to: "blocked" }], {}, given.tenant),
    ).rejects.toMatchObject({
      code: "commit_refused",
      errors: [{ code: "illegal_transition", legal: [] }],
    });
  });

  test("a version that another server has moved on is refused", async () => {
    const [a, b] = [await node(), await node()];
    await commit(a, [{ type: "run.create", runId: "r", workflow: "w" }], {}, given.tenant);
    await commit(b, [{ type: "run.transition", runId: "r", to: "running" }], {}, given.tenant, { r: 1 });
    await expect(
      commit(a, [{ type: "run.transition", runId: "r", to: "cancelled" }], {}, given.tenant, { r: 1 }),
    ).rejects.toMatchObject({ code: "stale_expectation" });
  });

  test("the same idempotency key on both yields one receipt", async () => {
    const [a, b] = [await node(), await node()];
    await commit(a, [append("warm")], {}, given.tenant);
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        commit(index % 2 ? a : b, [append("once")], { idempotencyKey: "k", fingerprint: "f" }, given.tenant),
      ),
    );
    expect(new Set(outcomes.map((outcome) => outcome.receipt.receiptId)).size).toBe(1);
    expect(types(await a.readEvents(given.tenant, { after: 0, limit: 100 }))).toEqual(["x.warm", "x.once"]);
  });
});

describe("the connection to Postgres is cut after the batch was sent", () => {
  let proxy: PgProxy;
  beforeEach(async () => {
    proxy = await createPgProxy(given.database.url);
  });
  afterEach(() => proxy.close());

  for (const when of ["before it arrives", "after it has run"] as const) {
    test(`${when}: applied exactly once, and answered`, async () => {
      const lane = await node(proxy.url);
      const { seen } = follow(lane, given.tenant);
      await commit(lane, [{ type: "run.create", runId: "r", workflow: "w" }], {}, given.tenant);
      proxy.cutNext('"cut-here"', when);
      const outcomes = await Promise.all([
        commit(lane, [{ type: "job.enqueue", jobId: "cut-here", runId: "r" }], {}, given.tenant),
        commit(lane, [append("beside")], { idempotencyKey: "k", fingerprint: "f" }, given.tenant),
      ]);
      expect(proxy.cuts).toBe(1);
      await commit(lane, [append("after")], {}, given.tenant);
      const events = await lane.readEvents(given.tenant, { after: 0, limit: 100 });
      expect(types(events)).toEqual(["run.created", "job.enqueued", "x.beside", "x.after"]);
      expect(types(seen.events)).toEqual(types(events));
      expect(outcomes.map((outcome) => outcome.receipt.firstSeq)).toEqual([2, 3]);
      const stored = await given.database.prisma.receipt.findMany({
        where: { tenantId: given.tenant },
        orderBy: { lastSeq: "asc" },
      });
      expect(outcomes.map((outcome) => outcome.receipt.hash)).toEqual(
        stored.slice(1, 3).map((receipt) => receipt.hash),
      );
      expect(await lane.verify(given.tenant)).toEqual({ valid: true, from: 1, checked: 4 });
    });
  }

  test("the database away: callers get an error that says so, nothing is half applied, and commits resume without help", async () => {
    const lane = await node(proxy.url);
    await commit(lane, [append("before")], {}, given.tenant);
    proxy.setAway(true);
    await expect(commit(lane, [append("lost")], {}, given.tenant)).rejects.toMatchObject({ code: "database_away" });
    await expect(commit(lane, [append("lost")], {}, given.tenant)).rejects.toMatchObject({ code: "database_away" });
    proxy.setAway(false);
    await expect
      .poll(
        () =>
          commit(lane, [append("back")], { idempotencyKey: "b", fingerprint: "f" }, given.tenant).then(
            () => "ok",
            () => "away",
          ),
        { timeout: 5000 },
      )
      .toBe("ok");
    expect(types(await lane.readEvents(given.tenant, { after: 0, limit: 100 }))).toEqual(["x.before", "x.back"]);
  });
});

describe("the database away before the lane has read the head", () => {
  let proxy: PgProxy;
  beforeEach(async () => {
    proxy = await createPgProxy(given.database.url);
    given.closing(proxy);
  });

  test("the position of the log can be asked for, also while commits are refused", async () => {
    await store();
    const own = createDatabase(proxy.url, { max: 4 });
    given.closing(own);
    const lane = createStore({ pool: own.pool, registry: new Registry(), idempotencyTtlSeconds: 60 });
    given.closing(lane);
    proxy.setAway(true);
    await expect(commit(lane, [append("lost")], {}, given.tenant)).rejects.toMatchObject({ code: "database_away" });
    await expect(lane.head(given.tenant)).rejects.toThrow();
    proxy.setAway(false);
    await expect.poll(() => lane.head(given.tenant).catch(() => null), { timeout: 5000 }).toMatchObject({ head: 0 });
  });
});

describe("one bad row does not fail its neighbours", () => {
  // Bypasses the contracts, like a fault in them.
  const poison: { [name: string]: Mutation } = {
    "a NUL": { type: "event.append", eventType: "x.bad", payload: { text: "a\0b" } },
    "a lone surrogate": { type: "event.append", eventType: "x.bad", payload: { text: "\ud800" } },
    "a number that Postgres refuses": { type: "agent.register", agentKey: "a", capacity: 2 ** 40 },
  };
  for (const [name, mutation] of Object.entries(poison)) {
    test(`${name}, in a batch with nine good commits of other clients: only the culprit is refused`, async () => {
      const lane = await store();
      await commit(lane, [append("warm")], {}, given.tenant);
      const all = await Promise.allSettled(
        Array.from({ length: 10 }, (_, index) =>
          index === 4
            ? lane.commit(given.tenant, BY, { mutations: [mutation] })
            : commit(lane, [append(`good${index}`)], {}, given.tenant),
        ),
      );
      expect(all.map((one) => one.status === "fulfilled")).toEqual(
        Array.from({ length: 10 }, (_, index) => index !== 4),
      );
      expect(all[4]).toMatchObject({ reason: { code: "commit_refused", errors: [{ code: "not_storable" }] } });
      expect(await lane.verify(given.tenant)).toEqual({ valid: true, from: 1, checked: 10 });
    });
  }
});

describe("the hot tier", () => {
  test("evicted rows are loaded again, never overwritten", async () => {
    const tiny = await store(given.database, { hotTierBytes: 1 });
    await commit(
      tiny,
      [{ type: "run.create", runId: "r", workflow: "w", context: { big: "x".repeat(5000) } }],
      {},
      given.tenant,
    );
    for (let index = 0; index < 5; index += 1) {
      await commit(tiny, [{ type: "job.enqueue", jobId: `j${index}`, runId: "r" }], {}, given.tenant);
    }
    await commit(
      tiny,
      [
        { type: "run.transition", runId: "r", to: "running" },
        { type: "job.start", jobId: "j0", agentKey: "a" },
      ],
      {},
      given.tenant,
    );
    const run = await given.database.prisma.run.findFirstOrThrow({ where: { tenantId: given.tenant } });
    expect(run).toMatchObject({
      status: "running",
      jobCounts: { queued: 4, running: 1 },
      context: { big: "x".repeat(5000) },
      version: 2,
    });
  });

  test("the queue is bounded: beyond its limit a commit is refused and nothing changes", async () => {
    const narrow = await store(given.database, { maxQueue: 3 });
    const all = await Promise.allSettled(
      Array.from({ length: 10 }, () => commit(narrow, [append("e")], {}, given.tenant)),
    );
    const full = all.filter(
      (one) => one.status === "rejected" && (one.reason as { code: string }).code === "lane_full",
    );
    expect(full.length).toBe(7);
    expect(await narrow.head(given.tenant)).toMatchObject({ head: 3 });
  });
});

describe("the hash chain", () => {
  for (const [what, sql] of Object.entries({
    "an edited event": `UPDATE "Event" SET "payload" = '{"n": 99}' WHERE "tenantId" = $1 AND "seq" = 2`,
    "a deleted event": `DELETE FROM "Event" WHERE "tenantId" = $1 AND "seq" = 2`,
    "a deleted receipt": `DELETE FROM "Receipt" WHERE "tenantId" = $1 AND "lastSeq" = 2`,
    "a cut tail": `WITH d AS (DELETE FROM "Receipt" WHERE "tenantId" = $1 AND "lastSeq" = 3) DELETE FROM "Event" WHERE "tenantId" = $1 AND "seq" = 3`,
  })) {
    test(`${what} is found`, async () => {
      const lane = await store();
      for (let n = 1; n <= 3; n += 1)
        await commit(lane, [{ ...append("e"), payload: { n, deep: { b: 1.5, a: [null, "é"] } } }], {}, given.tenant);
      expect(await lane.verify(given.tenant)).toEqual({ valid: true, from: 1, checked: 3 });
      await given.database.pool.query(sql, [given.tenant]);
      expect(await lane.verify(given.tenant)).toMatchObject({ valid: false });
    });
  }
});
