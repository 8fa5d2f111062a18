import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ClientMutationInput } from "../../domain/commit/mutations.ts";
import { StoreError } from "../store/errors.ts";
import { commit as commitTo, openStore } from "../store/lane/lane.test-kit.ts";
import { laneDatabase } from "../store/lane/lane-database.ts";
import type { LeaderLoop } from "../store/leader-loop.ts";
import type { Store } from "../store/types.ts";
import { givenTenants } from "../testing/given.ts";
import { createClock } from "./index.ts";

const given = givenTenants();
let store: Store;
const clocks: LeaderLoop[] = [];
const warnings: string[] = [];
const said: object[] = [];

beforeEach(async () => {
  store = await openStore(given.database, given.tenant);
});
afterEach(async () => {
  for (const clock of clocks.splice(0)) await clock.close();
  await store.close();
  expect(warnings.splice(0)).toEqual([]);
  said.length = 0;
});

function startClock(over: Pick<Store, "commit"> = store): LeaderLoop {
  const queries = laneDatabase(given.database.pool);
  const log = {
    info: (facts: object, message: string) => void said.push({ message, ...facts }),
    warn: (facts: object, message: string) => void warnings.push(`${message} ${JSON.stringify(facts)}`),
  };
  const clock = createClock({ store: over, queries, log, everyMs: 20 });
  clocks.push(clock);
  clock.start();
  return clock;
}

const commit = (...mutations: ClientMutationInput[]) => commitTo(store, mutations, {}, given.tenant);
const where = () => ({ tenantId: given.tenant });
const job = (id: string) => given.database.prisma.job.findFirstOrThrow({ where: { ...where(), id } });
const eventTypes = async () =>
  (await store.readEvents(given.tenant, { after: 0, limit: 100_000 })).map((event) => event.type);
const patiently = { timeout: 15_000, interval: 20 };

const RUN: ClientMutationInput = { type: "run.create", runId: "r", workflow: "w" };
const enqueue = (jobId: string, more: object = {}): ClientMutationInput => ({
  type: "job.enqueue",
  jobId,
  runId: "r",
  ...more,
});

test("an open breaker goes half-open by itself, and its override ends by itself", async () => {
  startClock();
  const breaker = { windowSize: 2, minimumCalls: 2, openMs: 50 };
  await commit(
    { type: "agent.register", agentKey: "a", breaker },
    { type: "breaker.record", agentKey: "a", success: false },
    { type: "breaker.record", agentKey: "a", success: false },
    { type: "agent.register", agentKey: "b" },
  );
  const expiresAt = new Date(Date.now() + 1000).toISOString();
  await commit({ type: "breaker.override", agentKey: "b", state: "forced_open", reason: "works", expiresAt });
  const state = async (id: string) =>
    (await given.database.prisma.breaker.findFirstOrThrow({ where: { ...where(), id } })).state;
  await expect.poll(() => state("a"), patiently).toBe("half_open");
  await expect.poll(() => state("b"), patiently).toBe("closed");
});

test("a trial without a result fails at its deadline, one that is not due is left alone", async () => {
  startClock();
  const breaker = { windowSize: 2, minimumCalls: 2, openMs: 20, permittedTrials: 1 };
  for (const [agentKey, trialTimeoutMs] of [
    ["soon", 50],
    ["later", 60_000],
  ] as const) {
    await commit(
      { type: "agent.register", agentKey, breaker: { ...breaker, trialTimeoutMs } },
      { type: "breaker.record", agentKey, success: false },
      { type: "breaker.record", agentKey, success: false },
    );
  }
  const row = (id: string) => given.database.prisma.breaker.findFirstOrThrow({ where: { ...where(), id } });
  await expect
    .poll(async () => [(await row("soon")).state, (await row("later")).state], patiently)
    .toEqual(["half_open", "half_open"]);
  await commit({ type: "breaker.acquire", agentKey: "soon" }, { type: "breaker.acquire", agentKey: "later" });
  await expect.poll(async () => (await row("soon")).openings, patiently).toBeGreaterThan(1);
  expect(await row("later")).toMatchObject({ state: "half_open", openings: 1 });
});

test("a lease that expires returns the job, and its late result is refused", async () => {
  startClock();
  await commit(RUN, enqueue("j", { maxAttempts: 2, backoffMs: 0 }));
  const { receipt } = await commit({ type: "job.claim", agentKey: "a", max: 1, leaseMs: 100 });
  const [{ jobs }] = receipt.results as [{ jobs: { leaseToken: string }[] }];
  await expect.poll(async () => (await job("j")).status, patiently).toBe("queued");
  const late = commit({ type: "job.complete", jobId: "j", leaseToken: jobs[0]?.leaseToken ?? "" });
  await expect(late).rejects.toMatchObject({ errors: [{ code: "lease_lost" }] });
  const attempt = await given.database.prisma.attempt.findFirstOrThrow({ where: where() });
  expect(attempt).toMatchObject({ status: "failed", error: { code: "lease_expired" } });
});

test("a job times out, with a lease and without", async () => {
  startClock();
  await commit(RUN, enqueue("held", { timeoutMs: 50 }), enqueue("bare", { timeoutMs: 50 }));
  await commit(
    { type: "job.start", jobId: "held", agentKey: "a", leaseMs: 60_000 },
    { type: "job.start", jobId: "bare", agentKey: "a" },
  );
  await expect
    .poll(async () => [(await job("held")).status, (await job("bare")).status], patiently)
    .toEqual(["timed_out", "timed_out"]);
});

test("a run times out and takes its jobs with it; one that never started has failed", async () => {
  startClock();
  await commit({ ...RUN, timeoutMs: 200 }, { ...RUN, runId: "idle", timeoutMs: 50 }, enqueue("j"), enqueue("k"));
  await commit({ type: "job.start", jobId: "j", agentKey: "a" });
  const runs = () =>
    given.database.prisma.run.findMany({ where: where(), orderBy: { id: "asc" }, select: { status: true } });
  await expect.poll(runs, patiently).toEqual([{ status: "failed" }, { status: "timed_out" }]);
  expect([(await job("j")).status, (await job("k")).reason]).toEqual(["cancelled", "run_timed_out"]);
});

test("an acknowledgement that expires fires again", async () => {
  startClock();
  await commit(
    { type: "agent.register", agentKey: "a", breaker: { windowSize: 1, minimumCalls: 1, openMs: 600_000 } },
    { type: "breaker.record", agentKey: "a", success: false },
    { type: "alert.acknowledge", alertId: "breaker_open:a", timeoutMs: 50 },
  );
  const alert = () => given.database.prisma.alert.findFirstOrThrow({ where: where() });
  await expect.poll(async () => (await alert()).status, patiently).toBe("firing");
  expect(await alert()).toMatchObject({ acknowledgedBy: null, ackExpiresAt: null });
});

test("a snooze that has expired fires again, one with time left stays", async () => {
  const until = new Date(Date.now() + 3_600_000).toISOString();
  for (const agentKey of ["soon", "late"]) {
    await commit(
      { type: "agent.register", agentKey, breaker: { windowSize: 1, minimumCalls: 1, openMs: 600_000 } },
      { type: "breaker.record", agentKey, success: false },
      { type: "alert.snooze", alertId: `breaker_open:${agentKey}`, until },
    );
  }
  await store.close();
  await given.database.pool.query(
    `UPDATE "Alert" SET "snoozedUntil" = date_trunc('second', now()) WHERE "tenantId" = $1 AND "subjectId" = 'soon'`,
    [given.tenant],
  );
  store = await openStore(given.database, given.tenant);
  startClock();
  const statusOf = async (subjectId: string) =>
    (await given.database.prisma.alert.findFirstOrThrow({ where: { ...where(), subjectId } })).status;
  await expect.poll(() => statusOf("soon"), patiently).toBe("firing");
  expect(await statusOf("late")).toBe("snoozed");
});

test("what became due while no server ran is committed once by the next one, which logs what it found", async () => {
  const breaker = { windowSize: 1, minimumCalls: 1, openMs: 50 };
  await commit({ ...RUN, runId: "oldest", timeoutMs: 50 }, RUN, enqueue("j", { maxAttempts: 2, backoffMs: 0 }));
  await commit({ type: "job.claim", agentKey: "a", max: 1, leaseMs: 100 });
  await commit(
    { type: "agent.register", agentKey: "b", breaker },
    { type: "breaker.record", agentKey: "b", success: false },
  );
  const overdue = () =>
    given.database.pool.query(
      `SELECT 1 FROM "Job" JOIN "Breaker" USING ("tenantId") WHERE "tenantId" = $1 AND "leaseExpiresAt" <= now() AND "resetAt" <= now()`,
      [given.tenant],
    );
  await expect.poll(async () => (await overdue()).rowCount, patiently).toBe(1);
  // A killed leader has left its lease.
  await given.database.pool.query(
    `INSERT INTO "Lease" VALUES ('clock', 'killed', now() + interval '300 milliseconds')`,
  );
  startClock();
  await expect.poll(() => said, patiently).toHaveLength(1);
  expect(said).toEqual([
    {
      message: "recovered",
      incompleteRuns: expect.any(Number),
      oldest: expect.objectContaining({ createdAt: expect.stringContaining("T") }),
      expiredLeases: 1,
      dueBreakers: 1,
      dueTimers: 1,
    },
  ]);
  const once = ["job.attempt_failed", "breaker.half_opened", "run.transitioned"];
  await commit({ type: "event.append", eventType: "x.later" });
  const types = await eventTypes();
  for (const type of once)
    expect(types.filter((one) => one === type)).toHaveLength(type === "run.transitioned" ? 2 : 1);
});

test("two clocks at once do no harm: what is due is committed once", async () => {
  // Both think they lead: the lease is taken from the other again and again.
  const other = await openStore(given.database, given.tenant);
  startClock();
  startClock(other);
  await commit(RUN, ...Array.from({ length: 20 }, (_, index) => enqueue(`j${index}`, { maxAttempts: 1 })));
  await commit({ type: "job.claim", agentKey: "a", max: 20, leaseMs: 150 });
  let over = false;
  const thief = (async () => {
    while (!over) {
      await given.database.pool.query(`DELETE FROM "Lease"`);
      await delay(5);
    }
  })();
  const failed = () => given.database.prisma.job.count({ where: { ...where(), status: "failed" } });
  await expect.poll(failed, patiently).toBe(20);
  over = true;
  await thief;
  expect((await eventTypes()).filter((type) => type === "job.failed")).toHaveLength(20);
  expect(await given.database.prisma.statistics.findFirstOrThrow({ where: where() })).toMatchObject({
    total: 20,
    failed: 20,
  });
  await clocks.pop()?.close();
  await other.close();
});

test("one of two clocks leads, and the other takes over when it stops", async () => {
  const asked: string[] = [];
  const named = (name: string): Pick<Store, "commit"> => ({
    commit: (...args) => {
      asked.push(name);
      return store.commit(...args);
    },
  });
  const first = startClock(named("first"));
  await commit(RUN, enqueue("j", { maxAttempts: 1 }));
  await commit({ type: "job.claim", agentKey: "a", max: 1, leaseMs: 100 });
  await expect.poll(async () => (await job("j")).status, patiently).toBe("failed");
  startClock(named("second"));
  await commit(enqueue("k", { maxAttempts: 1 }));
  await commit({ type: "job.claim", agentKey: "a", max: 1, leaseMs: 100 });
  await expect.poll(async () => (await job("k")).status, patiently).toBe("failed");
  expect(new Set(asked)).toEqual(new Set(["first"]));
  await first.close();
  asked.length = 0;
  await commit(enqueue("l", { maxAttempts: 1 }));
  await commit({ type: "job.claim", agentKey: "a", max: 1, leaseMs: 100 });
  await expect.poll(async () => (await job("l")).status, patiently).toBe("failed");
  expect(new Set(asked)).toEqual(new Set(["second"]));
});

test("cascades beyond 500 rows finish: a fan-out is released, a fan-out is cancelled, a run is ended", async () => {
  const fan = (prefix: string, count: number, more: object) =>
    commit(...Array.from({ length: count }, (_, index) => enqueue(`${prefix}${index}`, more)));
  await commit(RUN, enqueue("good"), enqueue("bad"), { ...RUN, runId: "auto", completion: "auto" });
  await fan("g", 700, { dependsOn: ["good"] });
  await fan("b", 700, { runId: "auto", dependsOn: ["bad"] });
  const count = (status: string, prefix: string) =>
    given.database.prisma.job.count({ where: { ...where(), status, id: { startsWith: prefix } } });
  await commit({ type: "job.start", jobId: "good", agentKey: "a" }, { type: "job.start", jobId: "bad", agentKey: "a" });
  await commit({ type: "job.complete", jobId: "good" }, { type: "job.fail", jobId: "bad", error: "no" });
  startClock();
  await expect.poll(() => count("queued", "g"), patiently).toBe(700);
  await expect.poll(() => count("cancelled", "b"), patiently).toBe(700);
  const run = (id: string) => given.database.prisma.run.findFirstOrThrow({ where: { ...where(), id } });
  await expect.poll(async () => (await run("auto")).status, patiently).toBe("failed");
  await commit({ type: "run.transition", runId: "r", to: "cancelled" });
  await expect.poll(() => count("cancelled", "g"), patiently).toBe(700);
  expect((await run("r")).jobCounts).toMatchObject({ queued: 0, cancelled: 700, completed: 1, failed: 1 });
  expect(await store.verify(given.tenant)).toMatchObject({ valid: true });
});

test("the deadlines of 150 runs with open jobs, all at once, are committed in pieces, and so is what else is due", async () => {
  const runs = Array.from({ length: 150 }, (_, index) => index);
  await commit(...runs.map((n) => ({ type: "run.create" as const, runId: `r${n}`, workflow: "w", timeoutMs: 1 })));
  await commit(...runs.flatMap((n) => [1, 2, 3].map((k) => enqueue(`j${n}.${k}`, { runId: `r${n}` }))));
  await commit({
    type: "approval.request",
    approvalId: "late",
    title: "T",
    expiresAt: new Date(Date.now() + 2_000).toISOString(),
  });
  const sizes: number[] = [];
  startClock({
    commit: (tenantId, by, request, options) => {
      sizes.push(request.mutations.filter(({ type }) => type === "run.timeout").length);
      return store.commit(tenantId, by, request, options);
    },
  });
  const cancelled = () => given.database.prisma.job.count({ where: { ...where(), status: "cancelled" } });
  await expect.poll(cancelled, patiently).toBe(450);
  await expect
    .poll(async () => (await given.database.prisma.approval.findFirstOrThrow({ where: where() })).status, patiently)
    .toBe("expired");
  expect(Math.max(...sizes)).toBe(10);
});

test("a mutation that cannot be committed does not hold back the others", async () => {
  await commit(RUN, ...Array.from({ length: 9 }, (_, n) => enqueue(`j${n}`, { maxAttempts: 1 })));
  await commit(
    ...Array.from({ length: 9 }, (_, n) => ({
      type: "job.start" as const,
      jobId: `j${n}`,
      agentKey: "a",
      leaseMs: 100,
    })),
  );
  startClock({
    commit: (tenantId, by, request, options) =>
      request.mutations.some((mutation) => mutation.type === "job.expire" && mutation.jobId === "j4")
        ? Promise.reject(new Error("a bug"))
        : store.commit(tenantId, by, request, options),
  });
  const failed = () => given.database.prisma.job.count({ where: { ...where(), status: "failed" } });
  await expect.poll(failed, patiently).toBe(8);
  await clocks.pop()?.close();
  expect((await job("j4")).status).toBe("running");
  expect(warnings.splice(0).every((line) => line.includes('"jobId":"j4"'))).toBe(true);
});

test("one tenant whose lane is full does not stop the others' time", async () => {
  const other = `${given.tenant}-other`;
  const second = await openStore(given.database, other);
  const one = [
    RUN,
    enqueue("j", { maxAttempts: 1 }),
    { type: "job.start" as const, jobId: "j", agentKey: "a", leaseMs: 100 },
  ];
  await commit(...one);
  await commitTo(second, one, {}, other);
  startClock({
    commit: (tenantId, ...rest) =>
      tenantId === given.tenant
        ? Promise.reject(new StoreError("lane_full", "full"))
        : second.commit(tenantId, ...rest),
  });
  const status = () => given.database.prisma.job.findFirst({ where: { tenantId: other } }).then((row) => row?.status);
  await expect.poll(status, patiently).toBe("failed");
  await expect.poll(() => warnings.length, patiently).toBeGreaterThan(0);
  await clocks.pop()?.close();
  warnings.length = 0;
  await second.close();
});
