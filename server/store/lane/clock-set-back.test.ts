import { Registry } from "prom-client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ClientMutationInput } from "../../../domain/commit/mutations.ts";
import { DAY_MS } from "../../../domain/kernel/time.ts";
import { createClock } from "../../clock/index.ts";
import { DatabaseClock } from "../../database/clock.ts";
import { eventually } from "../../testing/eventually.ts";
import { givenTenants } from "../../testing/given.ts";
import type { LeaderLoop } from "../leader-loop.ts";
import { Lease } from "../lease.ts";
import { rollUp } from "../maintenance/rollups.ts";
import type { Store } from "../types.ts";
import { commit as commitTo, openStore } from "./lane.test-kit.ts";
import { laneDatabase } from "./lane-database.ts";

/** A clock that can be set wrong, as the database's may be. */
class WrongClock extends DatabaseClock {
  ahead = 0;
  override now(): number {
    return super.now() + this.ahead;
  }
}

const given = givenTenants("back");
let store: Store;
let wrong: WrongClock;
let clock: LeaderLoop;
let registry: Registry;
const warnings: string[] = [];

beforeEach(async () => {
  wrong = new WrongClock();
  await wrong.ask(given.database.pool);
  registry = new Registry();
  const log = { debug() {}, info() {}, warn: (_facts: object, message: string) => void warnings.push(message) };
  store = await openStore(given.database, given.tenant, { clock: wrong, registry, log });
  clock = createClock({ store, queries: laneDatabase(given.database.pool), log, everyMs: 20 });
  clock.start();
});
afterEach(async () => {
  await clock.close();
  await store.close();
  warnings.length = 0;
});

const commit = (...mutations: ClientMutationInput[]) => commitTo(store, mutations, {}, given.tenant);
const where = (id: string) => ({ where: { tenantId: given.tenant, id } });
const job = (id: string) => given.database.prisma.job.findFirstOrThrow(where(id));
const aheadMetric = async () =>
  (await registry.getSingleMetric("switchyard_log_ahead_seconds")?.get())?.values[0]?.value;
const RUN: ClientMutationInput = { type: "run.create", runId: "r", workflow: "w" };
const enqueue = (jobId: string, more: object = {}): ClientMutationInput => ({
  type: "job.enqueue",
  jobId,
  runId: "r",
  ...more,
});
/** Runs these mutations while the clock is forty days ahead, then corrects it. */
async function fortyDaysAhead(...mutations: ClientMutationInput[]) {
  wrong.ahead = 40 * DAY_MS;
  const done = await commit(...mutations);
  wrong.ahead = 0;
  return done;
}

test("after one commit at a time too far ahead, leases, time limits and back-offs keep their length", async () => {
  await fortyDaysAhead(RUN);
  await commit(enqueue("leased", { maxAttempts: 1 }), enqueue("limited", { timeoutMs: 300, maxAttempts: 1 }));
  await commit(
    { type: "job.start", jobId: "leased", agentKey: "a", leaseMs: 300 },
    { type: "job.start", jobId: "limited", agentKey: "a" },
  );
  await eventually(async () => expect(await job("leased")).toMatchObject({ status: "failed" }));
  await eventually(async () => expect(await job("limited")).toMatchObject({ status: "timed_out" }));
});

test("committedAt and events never go back, and rows use the correct time", async () => {
  const ahead = await fortyDaysAhead(RUN);
  const after = await commit(enqueue("j"));
  expect(after.receipt.committedAt >= ahead.receipt.committedAt).toBe(true);
  const events = await store.readEvents(given.tenant, { after: 0, limit: 100 });
  expect(events.map(({ at }) => at)).toEqual(events.map(({ at }) => at).sort());
  expect((await job("j")).createdAt.getTime()).toBeLessThan(Date.now() + DAY_MS);
  expect(warnings.filter((line) => line.includes("clock is behind the log"))).toHaveLength(1);
  expect(await aheadMetric()).toBeCloseTo(40 * 86_400, -3);
});

test("a clock set back is noticed without a commit, and so is that it has caught up", async () => {
  await commit(RUN);
  expect(await store.head(given.tenant)).toMatchObject({ head: 1, aheadMs: 0 });
  wrong.ahead = -3 * DAY_MS;
  await eventually(() => expect(warnings).toEqual([expect.stringContaining("clock is behind the log")]));
  expect((await store.head(given.tenant)).aheadMs).toBeGreaterThan(2 * DAY_MS);
  wrong.ahead = 0;
  await eventually(async () => expect(await aheadMetric()).toBe(0));
  expect(await store.head(given.tenant)).toMatchObject({ aheadMs: 0 });
});

test("waiting times that began by the wrong clock start over by the right one", async () => {
  await fortyDaysAhead(
    RUN,
    { type: "run.create", runId: "late", workflow: "w", timeoutMs: 300 },
    enqueue("leased", { maxAttempts: 1 }),
    { type: "job.start", jobId: "leased", agentKey: "a", leaseMs: 300 },
    enqueue("limited", { timeoutMs: 300, maxAttempts: 1 }),
    { type: "job.start", jobId: "limited", agentKey: "a" },
    enqueue("plain", { queue: "q" }),
    enqueue("failed", { queue: "q", backoffMs: 100, maxAttempts: 2 }),
    { type: "job.start", jobId: "failed", agentKey: "a" },
    { type: "job.fail", jobId: "failed", error: "no" },
    { type: "agent.register", agentKey: "x", breaker: { minimumCalls: 1, windowSize: 1, openMs: 300 } },
    { type: "breaker.record", agentKey: "x", success: false },
  );
  await eventually(async () => expect(await job("leased")).toMatchObject({ status: "failed" }));
  await eventually(async () => expect(await job("limited")).toMatchObject({ status: "timed_out" }));
  await eventually(async () => {
    const run = await given.database.prisma.run.findFirstOrThrow(where("late"));
    expect(run.status).toBe("failed");
  });
  await eventually(async () => {
    const breaker = await given.database.prisma.breaker.findFirstOrThrow(where("x"));
    expect(breaker.state).toBe("half_open");
  });
  await eventually(async () => {
    await commit({ type: "job.claim", agentKey: "b", queues: ["q"], max: 5, leaseMs: 60_000 });
    expect(await job("plain")).toMatchObject({ status: "running" });
    expect(await job("failed")).toMatchObject({ status: "running", attempt: 2 });
  });
});

test("an attempt that began by the wrong clock has no negative duration", async () => {
  await fortyDaysAhead(RUN, enqueue("j"), { type: "job.start", jobId: "j", agentKey: "a" });
  await commit({ type: "job.complete", jobId: "j" });
  const { durationMs } = await job("j");
  expect(durationMs).toBeGreaterThanOrEqual(0);
  expect(durationMs).toBeLessThan(60_000);
});

test("figures after the correction are counted at their time, rolled up or not", async () => {
  await fortyDaysAhead(RUN, { type: "breaker.record", agentKey: "x", success: true });
  await rollUp(laneDatabase(given.database.pool));
  await commit({ type: "breaker.record", agentKey: "x", success: true });
  await rollUp(laneDatabase(given.database.pool));
  const marks = await given.database.prisma.rollupMark.findMany({ where: { tenantId: given.tenant } });
  for (const { upTo } of marks) expect(upTo.getTime()).toBeLessThan(Date.now() + DAY_MS);
  const tallies = await given.database.prisma.tally.findMany({ where: { tenantId: given.tenant, width: "minute" } });
  expect(tallies.filter(({ t }) => t.getTime() < Date.now() + DAY_MS)).toMatchObject([{ total: 1 }]);
});

test("a leader's lease dated in the future does not lock out the next leader", async () => {
  const queries = laneDatabase(given.database.pool);
  expect(await new Lease(queries, "test", 20 * DAY_MS).take()).toBe(true);
  expect(await new Lease(queries, "test", 1_000).take()).toBe(true);
  expect(await new Lease(queries, "test", 1_000).take()).toBe(false);
});

test("two nodes, one with a clock minutes off, use the same times", async () => {
  const other = await openStore(given.database, given.tenant);
  vi.useFakeTimers({ now: Date.now() + 600_000, toFake: ["Date"] });
  try {
    await commitTo(other, [RUN, enqueue("j", { maxAttempts: 2 })], {}, given.tenant);
    const { receipt } = await commit({ type: "job.start", jobId: "j", agentKey: "a", leaseMs: 300 });
    const { rows } = await given.database.pool.query("SELECT now() AS now");
    expect(Math.abs(Date.parse(receipt.committedAt) - rows[0].now.getTime())).toBeLessThan(60_000);
    await eventually(async () => expect(await job("j")).toMatchObject({ status: "queued" }));
  } finally {
    vi.useRealTimers();
    await other.close();
  }
});

test("a new tenant's log begins at the database's time, not at the process's", async () => {
  vi.useFakeTimers({ now: Date.now() + 600_000, toFake: ["Date"] });
  const fresh = `fresh-${given.tenant}`;
  const other = await openStore(given.database, fresh);
  try {
    const head = await given.database.prisma.logHead.findUniqueOrThrow({ where: { tenantId: fresh } });
    const made = await given.database.prisma.tenant.findUniqueOrThrow({ where: { id: fresh } });
    const { rows } = await given.database.pool.query("SELECT now() AS now");
    expect(Math.abs(head.at.getTime() - rows[0].now.getTime())).toBeLessThan(60_000);
    expect(Math.abs(made.createdAt.getTime() - rows[0].now.getTime())).toBeLessThan(60_000);
  } finally {
    vi.useRealTimers();
    await other.close();
  }
});
