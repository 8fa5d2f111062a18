import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ClientMutationInput } from "../../domain/mutations.ts";
import { commit as commitTo, openStore } from "../store/lane.test-kit.ts";
import { laneDatabase } from "../store/lane-database.ts";
import { readRuleChanges } from "../store/rules.ts";
import type { Store } from "../store/types.ts";
import { createTestDatabase, type TestDatabase } from "../testing/database.ts";
import { createClock } from "./index.ts";

let database: TestDatabase;
let store: Store;
let tenants = 0;
let tenant = "";

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  tenants += 1;
  tenant = `t${tenants}`;
  store = await openStore(database, tenant);
});
afterEach(() => store.close());

const commit = (...mutations: ClientMutationInput[]) => commitTo(store, mutations, {}, tenant);

/** One look of the clock at this tenant's rules; answers what it committed. */
async function look(): Promise<string[]> {
  const due = (await readRuleChanges(laneDatabase(database.pool))).filter((one) => one.tenantId === tenant);
  const by = { id: "system:clock", actor: "system:clock" };
  if (due.length > 0) await store.commit(tenant, by, { mutations: due.map(({ mutation }) => mutation) });
  return due.map(({ mutation }) => `${mutation.type} ${(mutation as { alertId: string }).alertId}`);
}
const alert = (id: string) => database.prisma.alert.findFirst({ where: { tenantId: tenant, id } });
const rule = (ruleId: string, kind: string, params: object, more: object = {}) =>
  ({ type: "rule.put", ruleId, kind, params, severity: "warning", enabled: true, ...more }) as ClientMutationInput;

/** As if so much time had passed since: the lane's copies do not matter to what the clock reads. */
const age = (table: string, column: string, id: string, ms: number) =>
  database.pool.query(
    `UPDATE "${table}" SET "${column}" = now() - $3::float8 * interval '1 millisecond' WHERE "tenantId" = $1 AND "id" = $2`,
    [tenant, id, ms],
  );

const RUN: ClientMutationInput = { type: "run.create", runId: "r", workflow: "w" };

/** Ends jobs of an agent, one after the other. */
async function calls(agentKey: string, ends: boolean[], prefix = "c"): Promise<void> {
  for (const [at, good] of ends.entries()) {
    const jobId = `${prefix}${at}`;
    await commit(
      { type: "job.enqueue", jobId, runId: "r" },
      { type: "job.start", jobId, agentKey },
      good ? { type: "job.complete", jobId } : { type: "job.fail", jobId, error: "no" },
    );
  }
}

describe("C13: rules", () => {
  test("success rate: fires under the threshold with enough of a sample, ends at the recovery, does not flap between", async () => {
    await commit(
      RUN,
      rule("rate", "success_rate", { threshold: 0.5, recovery: 0.8, minimumSample: 4, windowMs: 600_000 }),
    );
    await calls("x", [false, false, false]);
    expect(await look()).toEqual([]);
    await calls("x", [false], "d");
    expect(await look()).toEqual(["alert.fire rate:x"]);
    expect(await alert("rate:x")).toMatchObject({ status: "firing", value: 0, threshold: 0.5, subjectId: "x" });
    expect(await look()).toEqual([]);
    await calls("x", Array(8).fill(true), "e");
    // 8 of 12 is over the threshold, though not well.
    expect(await look()).toEqual([]);
    await calls("x", Array(8).fill(true), "f");
    expect(await look()).toEqual(["alert.clear rate:x"]);
    expect(await alert("rate:x")).toMatchObject({ status: "resolved" });
  });

  test("breaker open: a rule beside the built-in one fires while it is open, half-open ends nothing, and closing does", async () => {
    const breaker = { windowSize: 1, minimumCalls: 1, openMs: 60_000, permittedTrials: 1 };
    await commit(rule("ours", "breaker_open", { agents: ["x"] }));
    for (const agentKey of ["x", "y"]) {
      await commit(
        { type: "agent.register", agentKey, breaker },
        { type: "breaker.record", agentKey, success: false, error: "no route" },
      );
    }
    expect(await look()).toEqual(["alert.fire ours:x"]);
    const detail = "failure rate 100 % of 1 calls; last error: no route";
    expect(await alert("ours:x")).toMatchObject({ status: "firing", detail, causeId: null });
    expect(await look()).toEqual([]);
    await database.pool.query(`UPDATE "Breaker" SET "state" = 'half_open' WHERE "tenantId" = $1 AND "id" = 'x'`, [
      tenant,
    ]);
    expect(await look()).toEqual([]);
    await commit({ type: "breaker.reset", agentKey: "x", reason: "well" });
    expect(await look()).toEqual(["alert.clear ours:x"]);
  });

  test("breaker open: the built-in rule with a delay awaits it", async () => {
    await commit(rule("breaker_open", "breaker_open", {}, { forMs: 60_000 }));
    await commit(
      { type: "agent.register", agentKey: "x", breaker: { windowSize: 1, minimumCalls: 1, openMs: 60_000 } },
      { type: "breaker.record", agentKey: "x", success: false },
    );
    expect(await alert("breaker_open:x")).toBeNull();
    await look();
    expect(await alert("breaker_open:x")).toMatchObject({ status: "pending" });
    await age("Alert", "pendingSince", "breaker_open:x", 60_000);
    await look();
    await commit({ type: "breaker.reset", agentKey: "x", reason: "well" });
    expect(await alert("breaker_open:x")).toMatchObject({ status: "resolved" });
  });

  test("run overdue: a rule beside the built-in one tells of deadlines missed since, once each, until the run is retried", async () => {
    const begun = (runId: string): ClientMutationInput[] => [
      { type: "run.create", runId, workflow: "w", timeoutMs: 3_600_000 },
      { type: "run.transition", runId, to: "running" },
    ];
    const set = (id: string, status: string, inMs: number) =>
      database.pool.query(
        `UPDATE "Run" SET "status" = $3, "finishedAt" = now() + $4::float8 * interval '1 millisecond' WHERE "tenantId" = $1 AND "id" = $2`,
        [tenant, id, status, inMs],
      );
    await commit(...begun("old"), ...begun("new"));
    await set("old", "timed_out", -60_000);
    await commit(rule("late", "run_overdue", {}));
    await set("new", "timed_out", 0);
    expect(await look()).toEqual(["alert.fire late:new"]);
    expect(await alert("late:new")).toMatchObject({ status: "firing", runId: "new", threshold: 3_600_000 });
    expect(await look()).toEqual([]);
    await commit({ type: "alert.resolve", alertId: "late:new" });
    expect(await look()).toEqual([]);
    await set("new", "timed_out", 60_000);
    expect(await look()).toEqual(["alert.fire late:new"]);
    await set("new", "running", 0);
    expect(await look()).toEqual(["alert.clear late:new"]);
  });

  test("queue depth: over the queue's capacity, until it has drained", async () => {
    await commit(RUN, { type: "queue.configure", queue: "q", capacity: 1 });
    for (const jobId of ["a", "b"]) await commit({ type: "job.enqueue", jobId, runId: "r", queue: "q" });
    expect(await look()).toEqual(["alert.fire queue_depth:q"]);
    await commit({ type: "job.start", jobId: "a", agentKey: "x" });
    expect(await look()).toEqual(["alert.clear queue_depth:q"]);
  });

  test("queue age: a job waits too long, but not in a paused queue; an open breaker of its agent is the cause", async () => {
    await commit(RUN, {
      type: "agent.register",
      agentKey: "x",
      breaker: { windowSize: 1, minimumCalls: 1, openMs: 3_600_000 },
    });
    await commit({ type: "breaker.record", agentKey: "x", success: false });
    await commit({ type: "job.enqueue", jobId: "a", runId: "r", queue: "q", agentKey: "x" });
    for (const column of ["queuedAt", "runAt"]) await age("Job", column, "a", 3_600_000);
    expect(await look()).toEqual(["alert.fire queue_age:q"]);
    expect(await alert("queue_age:q")).toMatchObject({ causeId: "breaker_open:x" });
    await commit({ type: "queue.configure", queue: "q", paused: true });
    expect(await look()).toEqual(["alert.clear queue_age:q"]);
  });

  test("an attempt, a run and an approval that take too long", async () => {
    await commit(RUN, rule("slow", "run_overdue", { afterMs: 60_000 }));
    await commit({ type: "job.enqueue", jobId: "a", runId: "r" }, { type: "job.start", jobId: "a", agentKey: "x" });
    await commit({ type: "approval.request", approvalId: "ok", title: "Deploy?" });
    expect(await look()).toEqual([]);
    await age("Job", "startedAt", "a", 2 * 3_600_000);
    await age("Run", "startedAt", "r", 120_000);
    await age("Approval", "createdAt", "ok", 3_600_000);
    expect((await look()).sort()).toEqual([
      "alert.fire approval_waiting:ok",
      "alert.fire job_overdue:a",
      "alert.fire slow:r",
    ]);
    expect(await alert("slow:r")).toMatchObject({ runId: "r", title: "Run r goes on for 2 min" });
    await commit(
      { type: "approval.approve", approvalId: "ok" },
      { type: "run.transition", runId: "r", to: "cancelled" },
    );
    expect((await look()).sort()).toEqual([
      "alert.clear approval_waiting:ok",
      "alert.clear job_overdue:a",
      "alert.clear slow:r",
    ]);
  });

  test("an agent with a job that is not heard of, neither it nor its job", async () => {
    await commit(
      RUN,
      { type: "job.enqueue", jobId: "a", runId: "r" },
      { type: "job.start", jobId: "a", agentKey: "x" },
    );
    await age("Agent", "lastSeenAt", "x", 3_600_000);
    expect(await look()).toEqual([]);
    await age("Job", "updatedAt", "a", 3_600_000);
    expect(await look()).toEqual(["alert.fire agent_silent:x"]);
  });

  test("stuck: nothing happens, though it waits for no queue and no human", async () => {
    await commit(RUN, { type: "run.transition", runId: "r", to: "running" });
    const stale = () => age("Run", "updatedAt", "r", 3_600_000);
    await commit({ type: "job.enqueue", jobId: "a", runId: "r" });
    await stale();
    expect(await look()).toEqual([]);
    await commit({ type: "job.cancel", jobId: "a" });
    await commit({ type: "job.enqueue", jobId: "b", runId: "r", approval: { title: "Go?" } });
    await stale();
    expect(await look()).toEqual([]);
    await commit({ type: "job.cancel", jobId: "b" });
    await stale();
    expect(await look()).toEqual(["alert.fire stuck:r"]);
    await commit({ type: "run.transition", runId: "r", to: "blocked" });
    expect(await look()).toEqual(["alert.clear stuck:r"]);
  });

  test("turning a rule off ends its alerts, those of reducers too; removing it as well", async () => {
    await commit({
      type: "agent.register",
      agentKey: "x",
      breaker: { windowSize: 1, minimumCalls: 1, openMs: 3_600_000 },
    });
    await commit({ type: "breaker.record", agentKey: "x", success: false });
    expect(await look()).toEqual([]);
    await commit(rule("breaker_open", "breaker_open", {}, { enabled: false }));
    expect(await look()).toEqual(["alert.clear breaker_open:x"]);
    await commit(rule("deep", "queue_depth", { depth: 0 }), RUN, { type: "job.enqueue", jobId: "a", runId: "r" });
    expect(await look()).toEqual(["alert.fire deep:default"]);
    await commit({ type: "rule.remove", ruleId: "deep" });
    expect(await look()).toEqual(["alert.clear deep:default"]);
  });

  test("a condition that must hold for a while is pending until then, over a restart too", async () => {
    await commit(rule("deep", "queue_depth", { depth: 0 }, { forMs: 60_000 }), RUN);
    await commit({ type: "job.enqueue", jobId: "a", runId: "r" });
    expect(await look()).toEqual(["alert.fire deep:default"]);
    expect(await look()).toEqual([]);
    await age("Alert", "pendingSince", "deep:default", 61_000);
    await store.close();
    store = await openStore(database, tenant);
    expect(await look()).toEqual(["alert.fire deep:default"]);
    expect(await alert("deep:default")).toMatchObject({ status: "firing" });
  });

  test("while a rule finds more than it can look at, what it does not see stays open", async () => {
    const pending = (from: number, to: number) =>
      database.pool.query(
        `INSERT INTO "Approval" ("tenantId", "id", "title", "status", "requestedBy", "createdAt", "updatedAt", "seq")
         SELECT $1, 'a' || n, 't', 'pending', 'me', now() - interval '1 day' + n * interval '1 second', now(), 1 FROM generate_series($2::int, $3::int) AS n`,
        [tenant, from, to],
      );
    await commit(RUN);
    await pending(1, 1);
    expect(await look()).toEqual(["alert.fire approval_waiting:a1"]);
    await database.pool.query(`UPDATE "Approval" SET "createdAt" = now() - interval '1 hour' WHERE "tenantId" = $1`, [
      tenant,
    ]);
    await pending(2, 1001);
    expect((await look()).filter((change) => change.startsWith("alert.clear"))).toEqual([]);
    expect(await alert("approval_waiting:a1")).toMatchObject({ status: "firing" });
  });

  test("the clock looks by itself, and two of them do no harm", async () => {
    await commit(rule("deep", "queue_depth", { depth: 0 }), RUN, { type: "job.enqueue", jobId: "a", runId: "r" });
    const log = { info: () => {}, warn: () => {} };
    const clocks = [1, 2].map(() => createClock({ store, queries: laneDatabase(database.pool), log, everyMs: 10 }));
    for (const clock of clocks) clock.start();
    try {
      await expect.poll(async () => (await alert("deep:default"))?.status, { timeout: 15_000 }).toBe("firing");
    } finally {
      for (const clock of clocks) await clock.close();
    }
    expect((await alert("deep:default"))?.reopened).toBe(0);
  });
});
