import { beforeEach, describe, expect, test } from "vitest";
import type { ClientMutationInput } from "../../domain/commit/mutations.ts";
import { givenTenants } from "../testing/given.ts";
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

describe("what each kind of rule checks", () => {
  test("queue depth: over the queue's capacity, until it has drained", async () => {
    await commit(RUN, { type: "queue.configure", queue: "q", capacity: 1 });
    for (const jobId of ["a", "b"]) await commit({ type: "job.enqueue", jobId, runId: "r", queue: "q" });
    expect(await check()).toEqual(["alert.fire queue_depth:q"]);
    await commit({ type: "job.start", jobId: "a", agentKey: "x" });
    expect(await check()).toEqual(["alert.clear queue_depth:q"]);
  });

  test("queues: a rule checks the queue that it names, its depth overrides the capacity, and a later `runAt` is no wait", async () => {
    await commit(
      RUN,
      rule("queue_depth", "queue_depth", {}, { enabled: false }),
      rule("deep", "queue_depth", { queue: "q", depth: 1 }),
      rule("old", "queue_age", { queue: "q", maxAgeMs: 60_000 }),
    );
    for (const queue of ["p", "q"]) {
      await commit({ type: "queue.configure", queue, capacity: queue === "p" ? 1 : 100 });
      for (const n of [1, 2]) {
        const jobId = `${queue}${n}`;
        await commit({ type: "job.enqueue", jobId, runId: "r", queue });
        for (const column of ["queuedAt", "runAt"]) await age("Job", column, jobId, 600_000);
      }
    }
    expect((await check()).sort()).toEqual(["alert.fire deep:q", "alert.fire old:q"]);
    for (const jobId of ["q1", "q2"]) await age("Job", "runAt", jobId, 30_000);
    expect(await check()).toEqual(["alert.clear old:q"]);
    await commit({ type: "job.cancel", jobId: "q1" });
    expect(await check()).toEqual(["alert.clear deep:q"]);
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
    expect(await check()).toEqual(["alert.fire queue_age:q"]);
    expect(await alert("queue_age:q")).toMatchObject({ causeId: "breaker_open:x" });
    await commit({ type: "queue.configure", queue: "q", paused: true });
    expect(await check()).toEqual(["alert.clear queue_age:q"]);
  });

  test("an attempt, a run and an approval that take too long", async () => {
    await commit(RUN, rule("slow", "run_overdue", { afterMs: 60_000 }));
    await commit({ type: "job.enqueue", jobId: "a", runId: "r" }, { type: "job.start", jobId: "a", agentKey: "x" });
    await commit({ type: "approval.request", approvalId: "ok", title: "Deploy?" });
    expect(await check()).toEqual([]);
    await age("Job", "startedAt", "a", 2 * 3_600_000);
    await age("Run", "startedAt", "r", 120_000);
    await age("Approval", "createdAt", "ok", 3_600_000);
    expect((await check()).sort()).toEqual([
      "alert.fire approval_waiting:ok",
      "alert.fire job_overdue:a",
      "alert.fire slow:r",
    ]);
    expect(await alert("slow:r")).toMatchObject({ runId: "r", title: "Run r goes on for 2 min" });
    await commit(
      { type: "approval.approve", approvalId: "ok" },
      { type: "run.transition", runId: "r", to: "cancelled" },
    );
    expect((await check()).sort()).toEqual([
      "alert.clear approval_waiting:ok",
      "alert.clear job_overdue:a",
      "alert.clear slow:r",
    ]);
  });

  test("an attempt and a run that take too long, of the queue and the workflow that are named; a blocked run goes on too", async () => {
    await commit(
      rule("job_overdue", "job_overdue", {}, { enabled: false }),
      rule("slow-jobs", "job_overdue", { afterMs: 60_000, queue: "q" }),
      rule("slow-runs", "run_overdue", { afterMs: 60_000, workflow: "w" }),
    );
    for (const [runId, workflow, queue] of [
      ["r", "w", "q"],
      ["s", "v", "p"],
    ] as const) {
      const jobId = `${runId}-job`;
      await commit(
        { type: "run.create", runId, workflow },
        { type: "job.enqueue", jobId, runId, queue },
        { type: "job.start", jobId, agentKey: "x" },
        { type: "run.transition", runId, to: "blocked" },
      );
      await age("Run", "startedAt", runId, 120_000);
      await age("Job", "startedAt", jobId, 120_000);
    }
    expect((await check()).sort()).toEqual(["alert.fire slow-jobs:r-job", "alert.fire slow-runs:r"]);
  });

  test("an agent with a job, when neither it nor the job sends heartbeats", async () => {
    await commit(
      RUN,
      { type: "job.enqueue", jobId: "a", runId: "r" },
      { type: "job.start", jobId: "a", agentKey: "x" },
    );
    await age("Agent", "lastSeenAt", "x", 3_600_000);
    expect(await check()).toEqual([]);
    await age("Job", "updatedAt", "a", 3_600_000);
    expect(await check()).toEqual(["alert.fire agent_silent:x"]);
    // An agent without a job is not expected to report.
    await commit({ type: "job.complete", jobId: "a" });
    await age("Agent", "lastSeenAt", "x", 3_600_000);
    expect(await check()).toEqual(["alert.clear agent_silent:x"]);
  });

  test("a silent agent other than the one named is left alone", async () => {
    await commit(
      RUN,
      rule("agent_silent", "agent_silent", {}, { enabled: false }),
      rule("quiet", "agent_silent", { silentMs: 60_000, agent: "y" }),
    );
    for (const agentKey of ["x", "y"]) {
      const jobId = `${agentKey}-job`;
      await commit({ type: "job.enqueue", jobId, runId: "r" }, { type: "job.start", jobId, agentKey });
      await age("Agent", "lastSeenAt", agentKey, 3_600_000);
      await age("Job", "updatedAt", jobId, 3_600_000);
    }
    expect(await check()).toEqual(["alert.fire quiet:y"]);
  });

  test("stuck: nothing happens, though it waits for no queue and no human", async () => {
    await commit(RUN, { type: "run.transition", runId: "r", to: "running" });
    const stale = () => age("Run", "updatedAt", "r", 3_600_000);
    await commit({ type: "job.enqueue", jobId: "a", runId: "r" });
    await stale();
    expect(await check()).toEqual([]);
    await commit({ type: "job.cancel", jobId: "a" });
    await commit({ type: "job.enqueue", jobId: "b", runId: "r", approval: { title: "Go?" } });
    await stale();
    expect(await check()).toEqual([]);
    await commit({ type: "job.cancel", jobId: "b" });
    await stale();
    expect(await check()).toEqual(["alert.fire stuck:r"]);
    await commit({ type: "run.transition", runId: "r", to: "blocked" });
    await stale();
    expect(await check()).toEqual(["alert.clear stuck:r"]);
  });

  test("stuck: not while a job sends heartbeats, nor while the run itself waits for a human, nor another workflow's", async () => {
    await commit(
      rule("stuck", "stuck", {}, { enabled: false }),
      rule("ours", "stuck", { noProgressMs: 60_000, workflow: "w" }),
      { type: "run.create", runId: "other", workflow: "v" },
      { type: "run.transition", runId: "other", to: "running" },
      RUN,
      { type: "job.enqueue", jobId: "a", runId: "r" },
      { type: "job.start", jobId: "a", agentKey: "x" },
    );
    const stale = async () => {
      for (const runId of ["r", "other"]) await age("Run", "updatedAt", runId, 120_000);
    };
    await stale();
    expect(await check()).toEqual([]);
    await age("Job", "updatedAt", "a", 120_000);
    expect(await check()).toEqual(["alert.fire ours:r"]);
    await commit({ type: "approval.request", approvalId: "ok", title: "Deploy?", runId: "r" });
    await stale();
    expect(await check()).toEqual(["alert.clear ours:r"]);
    await commit({ type: "approval.approve", approvalId: "ok" });
    await stale();
    await age("Job", "updatedAt", "a", 120_000);
    expect(await check()).toEqual(["alert.fire ours:r"]);
  });

  test("stuck: not while an open breaker keeps its job in the queue, nor while it waits for a job of another run", async () => {
    const breaker = { windowSize: 1, minimumCalls: 1, openMs: 3_600_000 };
    await commit(
      { type: "agent.register", agentKey: "x", breaker },
      { type: "breaker.record", agentKey: "x", success: false },
      RUN,
      { type: "run.transition", runId: "r", to: "running" },
      { type: "job.enqueue", jobId: "a", runId: "r", agentKey: "x" },
      { type: "run.create", runId: "after", workflow: "w" },
      { type: "run.transition", runId: "after", to: "running" },
      { type: "job.enqueue", jobId: "b", runId: "after", dependsOn: ["a"] },
    );
    const stale = async () => {
      for (const runId of ["r", "after"]) await age("Run", "updatedAt", runId, 3_600_000);
    };
    await stale();
    expect((await check()).filter((change) => change.includes("stuck"))).toEqual([]);
    await commit({ type: "breaker.reset", agentKey: "x", reason: "well" });
    await commit({ type: "job.start", jobId: "a", agentKey: "x" });
    await stale();
    await age("Job", "updatedAt", "a", 3_600_000);
    // The run waited for is stuck and reported; the one that waits is not.
    expect((await check()).filter((change) => change.includes("stuck"))).toEqual(["alert.fire stuck:r"]);
  });
});
