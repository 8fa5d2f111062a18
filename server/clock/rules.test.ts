import { setTimeout as delay } from "node:timers/promises";
import { beforeEach, describe, expect, test } from "vitest";
import type { ClientMutationInput } from "../../domain/commit/mutations.ts";
import { laneDatabase } from "../store/lane/lane-database.ts";
import { givenTenants } from "../testing/given.ts";
import { createClock } from "./index.ts";
import { openWatch, RUN, ruleOf as rule, type Watch } from "./rules.test-kit.ts";

const given = givenTenants();
let watch: Watch;
beforeEach(async () => {
  watch = given.closing(await openWatch(given));
});

const commit = (...mutations: ClientMutationInput[]) => watch.commit(...mutations);
const check = () => watch.check();
const alert = (id: string) => watch.alert(id);
const age = (table: string, column: string, id: string, ms: number) => watch.age(table, column, id, ms);

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

describe("rules", () => {
  test("success rate: fires under the threshold with enough of a sample, ends at the recovery, does not flap between", async () => {
    await commit(
      RUN,
      rule("rate", "success_rate", { threshold: 0.5, recovery: 0.8, minimumSample: 4, windowMs: 600_000 }),
    );
    await calls("x", [false, false, false]);
    expect(await check()).toEqual([]);
    await calls("x", [false], "d");
    expect(await check()).toEqual(["alert.fire rate:x"]);
    expect(await alert("rate:x")).toMatchObject({ status: "firing", value: 0, threshold: 0.5, subjectId: "x" });
    expect(await check()).toEqual([]);
    await calls("x", Array(8).fill(true), "e");
    // 8 of 12 is over the threshold, but not enough to end the alert.
    expect(await check()).toEqual([]);
    await calls("x", Array(8).fill(true), "f");
    expect(await check()).toEqual(["alert.clear rate:x"]);
    expect(await alert("rate:x")).toMatchObject({ status: "resolved" });
  });

  test("success rate: of the agent and type of task that it names, and of nothing before its window", async () => {
    const params = { threshold: 0.5, minimumSample: 2, windowMs: 600_000 };
    await commit(
      rule("of-x", "success_rate", { ...params, agent: "x" }),
      rule("reviews", "success_rate", { ...params, taskType: "review" }),
    );
    const outcome = (selectedAgent: string, taskType: string, success: boolean) =>
      commit(
        ...["t1", "t2"].map(
          (taskId) => ({ ...routed, taskId, selectedAgent, taskType, success }) as ClientMutationInput,
        ),
      );
    const routed = { type: "routing.record" };
    await outcome("x", "review", true);
    await outcome("y", "review", false);
    await outcome("z", "build", false);
    expect(await check()).toEqual(["alert.fire reviews:y"]);
    await outcome("x", "build", false);
    expect(await check()).toEqual([]);
    await outcome("x", "build", false);
    expect(await check()).toEqual(["alert.fire of-x:x"]);
    await given.database.pool.query(`UPDATE "Tally" SET "t" = "t" - interval '11 minutes' WHERE "tenantId" = $1`, [
      watch.tenant,
    ]);
    expect((await check()).sort()).toEqual(["alert.clear of-x:x", "alert.clear reviews:y"]);
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
    expect(await check()).toEqual(["alert.fire ours:x"]);
    const detail = "failure rate 100% of 1 calls; last error: no route";
    expect(await alert("ours:x")).toMatchObject({ status: "firing", detail, causeId: null });
    expect(await check()).toEqual([]);
    await given.database.pool.query(`UPDATE "Breaker" SET "state" = 'half_open' WHERE "tenantId" = $1 AND "id" = 'x'`, [
      watch.tenant,
    ]);
    expect(await check()).toEqual([]);
    await commit({ type: "breaker.reset", agentKey: "x", reason: "well" });
    expect(await check()).toEqual(["alert.clear ours:x"]);
  });

  test("breaker open: the built-in rule with a delay waits that long", async () => {
    await commit(rule("breaker_open", "breaker_open", {}, { forMs: 60_000 }));
    await commit(
      { type: "agent.register", agentKey: "x", breaker: { windowSize: 1, minimumCalls: 1, openMs: 60_000 } },
      { type: "breaker.record", agentKey: "x", success: false },
    );
    expect(await alert("breaker_open:x")).toBeNull();
    await check();
    expect(await alert("breaker_open:x")).toMatchObject({ status: "pending" });
    await age("Alert", "pendingSince", "breaker_open:x", 60_000);
    await check();
    await commit({ type: "breaker.reset", agentKey: "x", reason: "well" });
    expect(await alert("breaker_open:x")).toMatchObject({ status: "resolved" });
  });

  test("breaker open: an edit of the built-in rule reaches breakers that are open already; what an operator has resolved stays so", async () => {
    const breaker = { windowSize: 1, minimumCalls: 1, openMs: 3_600_000 };
    const opens = (agentKey: string): ClientMutationInput[] => [
      { type: "agent.register", agentKey, breaker },
      { type: "breaker.record", agentKey, success: false },
    ];
    const put = (params: object, more: object = {}) => commit(rule("breaker_open", "breaker_open", params, more));
    await commit(...opens("x"), ...opens("done"), { type: "alert.resolve", alertId: "breaker_open:done" });
    await put({}, { enabled: false });
    expect(await check()).toEqual(["alert.clear breaker_open:x"]);
    await commit(...opens("y"));
    await put({});
    expect(await check()).toEqual(["alert.fire breaker_open:x", "alert.fire breaker_open:y"]);
    expect(await alert("breaker_open:x")).toMatchObject({ status: "firing", reopened: 1 });
    await put({ agents: ["y"] });
    expect(await check()).toEqual(["alert.clear breaker_open:x"]);
    await put({ agents: ["x", "y"] }, { forMs: 60_000 });
    await check();
    expect(await alert("breaker_open:x")).toMatchObject({ status: "pending" });
    await put({ agents: ["x", "y"] });
    expect(await check()).toEqual(["alert.fire breaker_open:x"]);
    expect(await check()).toEqual([]);
  });

  test("run overdue: a rule beside the built-in one reports deadlines missed since, once each, until the run is retried", async () => {
    const begun = (runId: string): ClientMutationInput[] => [
      { type: "run.create", runId, workflow: "w", timeoutMs: 3_600_000 },
      { type: "run.transition", runId, to: "running" },
    ];
    const set = (id: string, status: string, inMs: number) =>
      given.database.pool.query(
        `UPDATE "Run" SET "status" = $3, "finishedAt" = now() + $4::float8 * interval '1 millisecond' WHERE "tenantId" = $1 AND "id" = $2`,
        [watch.tenant, id, status, inMs],
      );
    await commit(...begun("old"), ...begun("new"));
    await set("old", "timed_out", -60_000);
    await commit(rule("late", "run_overdue", {}));
    await set("new", "timed_out", 0);
    expect(await check()).toEqual(["alert.fire late:new"]);
    expect(await alert("late:new")).toMatchObject({ status: "firing", runId: "new", threshold: 3_600_000 });
    expect(await check()).toEqual([]);
    await commit({ type: "alert.resolve", alertId: "late:new" });
    expect(await check()).toEqual([]);
    await set("new", "timed_out", 60_000);
    expect(await check()).toEqual(["alert.fire late:new"]);
    await set("new", "running", 0);
    expect(await check()).toEqual(["alert.clear late:new"]);
  });

  test("run overdue: alerts of runs that the built-in rule does not name any more end", async () => {
    const by = { id: "system:clock", actor: "system:clock" };
    for (const [runId, workflow] of [
      ["mine", "w"],
      ["theirs", "other"],
    ] as const) {
      await commit(
        { type: "run.create", runId, workflow, timeoutMs: 1 },
        { type: "run.transition", runId, to: "running" },
      );
      const { deadlineAt } = await given.database.prisma.run.findFirstOrThrow({
        where: { tenantId: watch.tenant, id: runId },
      });
      await delay(5);
      const timeout = { type: "run.timeout" as const, runId, deadlineAt: deadlineAt?.toISOString() ?? "" };
      await watch.store().commit(watch.tenant, by, { mutations: [timeout] });
    }
    expect(await alert("run_overdue:theirs")).toMatchObject({ status: "firing" });
    expect(await check()).toEqual([]);
    await commit(rule("run_overdue", "run_overdue", { workflow: "w" }));
    expect(await check()).toEqual(["alert.clear run_overdue:theirs"]);
    expect(await check()).toEqual([]);
  });

  test("turning a rule off ends its alerts, those of reducers too; removing it as well", async () => {
    await commit({
      type: "agent.register",
      agentKey: "x",
      breaker: { windowSize: 1, minimumCalls: 1, openMs: 3_600_000 },
    });
    await commit({ type: "breaker.record", agentKey: "x", success: false });
    expect(await check()).toEqual([]);
    await commit(rule("breaker_open", "breaker_open", {}, { enabled: false }));
    expect(await check()).toEqual(["alert.clear breaker_open:x"]);
    await commit(rule("deep", "queue_depth", { depth: 0 }), RUN, { type: "job.enqueue", jobId: "a", runId: "r" });
    expect(await check()).toEqual(["alert.fire deep:default"]);
    await commit({ type: "rule.remove", ruleId: "deep" });
    expect(await check()).toEqual(["alert.clear deep:default"]);
  });

  test("a condition that must hold for a while is pending until then, over a restart too", async () => {
    await commit(rule("deep", "queue_depth", { depth: 0 }, { forMs: 60_000 }), RUN);
    await commit({ type: "job.enqueue", jobId: "a", runId: "r" });
    expect(await check()).toEqual(["alert.fire deep:default"]);
    expect(await check()).toEqual([]);
    await age("Alert", "pendingSince", "deep:default", 61_000);
    await watch.restart();
    expect(await check()).toEqual(["alert.fire deep:default"]);
    expect(await alert("deep:default")).toMatchObject({ status: "firing" });
  });

  test("a condition that is recovering fires nothing: a pending alert is withdrawn", async () => {
    const params = { threshold: 0.5, recovery: 0.9, minimumSample: 4, windowMs: 600_000 };
    await commit(RUN, rule("rate", "success_rate", params, { forMs: 60_000 }));
    await calls("x", [false, false, false, true]);
    expect(await check()).toEqual(["alert.fire rate:x"]);
    expect(await alert("rate:x")).toMatchObject({ status: "pending" });
    await calls("x", [true, true, true], "d");
    expect(await check()).toEqual(["alert.clear rate:x"]);
    expect(await alert("rate:x")).toMatchObject({ status: "resolved", reopened: 0 });
  });

  test("a snooze until it gets worse ends when the figure is a fifth worse; one until it is over does not", async () => {
    await commit(rule("deep", "queue_depth", { depth: 0 }), rule("deeper", "queue_depth", { depth: 1 }), RUN);
    const enqueue = (from: number, to: number) =>
      commit(
        ...Array.from({ length: to - from + 1 }, (_, n): ClientMutationInput => {
          return { type: "job.enqueue", jobId: `j${from + n}`, runId: "r" };
        }),
      );
    await enqueue(1, 10);
    await check();
    await commit(
      { type: "alert.snooze", alertId: "deep:default", mode: "worse" },
      { type: "alert.snooze", alertId: "deeper:default" },
    );
    await enqueue(11, 11);
    await check();
    expect(await alert("deep:default")).toMatchObject({ status: "snoozed", value: 11, snoozedValue: 10 });
    await enqueue(12, 12);
    await check();
    expect(await alert("deep:default")).toMatchObject({ status: "firing", value: 12, snoozeMode: null });
    expect(await alert("deeper:default")).toMatchObject({ status: "snoozed" });
  });

  test("while a rule finds more than its limit, alerts it does not see stay open", async () => {
    const pending = (from: number, to: number) =>
      given.database.pool.query(
        `INSERT INTO "Approval" ("tenantId", "id", "title", "status", "requestedBy", "createdAt", "updatedAt", "seq")
         SELECT $1, 'a' || n, 't', 'pending', 'me', now() - interval '1 day' + n * interval '1 second', now(), 1 FROM generate_series($2::int, $3::int) AS n`,
        [watch.tenant, from, to],
      );
    await commit(RUN);
    await pending(1, 1);
    expect(await check()).toEqual(["alert.fire approval_waiting:a1"]);
    await given.database.pool.query(
      `UPDATE "Approval" SET "createdAt" = now() - interval '1 hour' WHERE "tenantId" = $1`,
      [watch.tenant],
    );
    await pending(2, 1001);
    expect((await check()).filter((change) => change.startsWith("alert.clear"))).toEqual([]);
    expect(await alert("approval_waiting:a1")).toMatchObject({ status: "firing" });
  });

  test("the clock checks rules by itself, and two of them do no harm", async () => {
    await commit(rule("deep", "queue_depth", { depth: 0 }), RUN, { type: "job.enqueue", jobId: "a", runId: "r" });
    const log = { info: () => {}, warn: () => {} };
    const clocks = [1, 2].map(() =>
      createClock({ store: watch.store(), queries: laneDatabase(given.database.pool), log, everyMs: 10 }),
    );
    for (const clock of clocks) clock.start();
    try {
      await expect.poll(async () => (await alert("deep:default"))?.status, { timeout: 15_000 }).toBe("firing");
    } finally {
      for (const clock of clocks) await clock.close();
    }
    expect((await alert("deep:default"))?.reopened).toBe(0);
  });
});

describe("open alerts are up to date", () => {
  const words = async (id: string) => {
    const found = await alert(id);
    return `${found?.severity} ${found?.title} of ${found?.threshold}`;
  };

  test("their figures, thresholds and severity follow the condition and the rule, for every kind that the clock checks", async () => {
    await commit(
      RUN,
      { type: "queue.configure", queue: "q", concurrency: 5 } as ClientMutationInput,
      { type: "job.enqueue", jobId: "j", runId: "r", queue: "q" },
      rule("age", "queue_age", { queue: "q", maxAgeMs: 1000 }),
    );
    await age("Job", "runAt", "j", 5000);
    await age("Job", "queuedAt", "j", 5000);
    await check();
    expect(await words("age:q")).toMatch(/^warning Job j waits in queue q for \d s of 1000$/);
    await age("Job", "runAt", "j", 125_000);
    await age("Job", "queuedAt", "j", 125_000);
    await age("Alert", "firedAt", "age:q", 120_000);
    await age("Alert", "updatedAt", "age:q", 61_000);
    await check();
    expect(await words("age:q")).toMatch(/^warning Job j waits in queue q for 2 min \d+ s of 1000$/);
    await commit(rule("age", "queue_age", { queue: "q", maxAgeMs: 2000 }, { severity: "critical" }));
    await check();
    expect(await words("age:q")).toMatch(/^critical Job j waits in queue q for 2 min \d+ s of 2000$/);
  });

  test("changing figures are written at a bounded rate, and right before a notification", async () => {
    await commit(
      RUN,
      { type: "job.enqueue", jobId: "j", runId: "r", queue: "q" },
      rule("age", "queue_age", { queue: "q", maxAgeMs: 1000 }),
    );
    const waits = async (ms: number) => {
      await age("Job", "runAt", "j", ms);
      await age("Job", "queuedAt", "j", ms);
    };
    await waits(5000);
    await check();
    await age("Alert", "firedAt", "age:q", 3_600_000);
    await age("Alert", "updatedAt", "age:q", 30_000);
    await waits(600_000);
    await check();
    expect(await words("age:q")).toMatch(/for \d s of/);
    await age("Alert", "escalateAt", "age:q", -2000);
    await check();
    expect(await words("age:q")).toContain("for 10 min");
  });

  test("escalation steps added to a rule while its alert fires are used, removed ones are not", async () => {
    const channel: ClientMutationInput = { type: "channel.put", channelId: "boss", kind: "browser", target: "" };
    const put = (escalation: object[]) => commit(rule("deep", "queue_depth", { depth: 0 }, { escalation }));
    const types = async () => {
      const events = await given.database.prisma.event.findMany({
        where: { tenantId: watch.tenant },
        orderBy: { seq: "asc" },
      });
      return events.map(({ type }) => type).filter((type) => type.startsWith("alert.escal"));
    };
    await commit(channel, RUN, { type: "job.enqueue", jobId: "a", runId: "r" });
    await put([]);
    await check();
    expect(await alert("deep:default")).toMatchObject({ status: "firing", escalateAt: null });
    await put([{ afterMs: 60_000, channels: ["boss"] }]);
    await check();
    const taken = await alert("deep:default");
    expect(Number(taken?.escalateAt) - Date.now()).toBeGreaterThan(30_000);
    await check();
    expect((await alert("deep:default"))?.escalateAt).toEqual(taken?.escalateAt);
    await put([]);
    const due = taken?.escalateAt?.toISOString() ?? "";
    const by = { id: "system:clock", actor: "system:clock" };
    const mutations = [{ type: "alert.escalate" as const, alertId: "deep:default", escalateAt: due }];
    await watch.store().commit(watch.tenant, by, { mutations });
    expect(await alert("deep:default")).toMatchObject({ status: "firing", escalateAt: null, escalationStep: 0 });
    expect(await types()).toEqual(["alert.escalation_changed", "alert.escalation_changed"]);
    await check();
    expect(await types()).toHaveLength(2);
  });

  test("the severity of alerts raised by reducers follows the rule too, and none is raised by it", async () => {
    await commit(
      { type: "agent.register", agentKey: "x", breaker: { windowSize: 1, minimumCalls: 1, openMs: 60_000 } },
      { type: "breaker.record", agentKey: "x", success: false },
      rule("breaker_open", "breaker_open", {}, { severity: "info" }),
    );
    expect(await check()).toEqual([]);
    expect(await alert("breaker_open:x")).toMatchObject({ severity: "info", status: "firing" });
  });
});
