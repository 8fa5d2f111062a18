import { describe, expect, test } from "vitest";
import type { ClientMutationInput } from "../commit/mutations.ts";
import type { LogEvent } from "../kernel/event.ts";
import { JOB_STATUSES } from "../kernel/statuses.ts";
import { DAY_MS } from "../kernel/time.ts";
import { typesOf, World } from "../kernel/tx.test-kit.ts";
import { createReplay } from "../replay/replay.ts";
import type { MaintenanceClean } from "./cleanup.ts";

const NOTHING = { decisionIds: [], outcomeIds: [], runIds: [], queues: [], agentKeys: [], taskKeys: [] };

/** What is older than `days` leaves, of what is named. */
function clean(world: World, what: Partial<MaintenanceClean>, days = 30) {
  const olderThan = new Date(world.now - days * DAY_MS).toISOString();
  const { results, faults } = world.apply(
    [{ type: "maintenance.clean", olderThan, ...NOTHING, ...what }],
    "user:admin",
  );
  expect(faults).toEqual([]);
  return results[0] as { counts: { [table: string]: number }; runs: string[]; agents: string[] };
}

/** A run with a workstream and a job that an agent has done, or failed at. */
function work(world: World, runId: string, how: "complete" | "fail" | "open", more: Partial<ClientMutationInput> = {}) {
  const jobId = `${runId}-job`;
  world.commit(
    { type: "run.create", runId, workflow: "build", completion: "auto" },
    { type: "workstream.create", runId, workstreamId: `${runId}-w`, title: "Work" },
    { type: "job.enqueue", jobId, runId, workstreamId: `${runId}-w`, ...more } as ClientMutationInput,
    { type: "job.start", jobId, agentKey: "aider" },
  );
  if (how === "complete") world.commit({ type: "job.complete", jobId, durationMs: 40 });
  if (how === "fail") world.commit({ type: "job.fail", jobId, error: "no" });
}

const later = (world: World, days: number) => {
  world.now += days * DAY_MS;
};

/** Figures that count jobs, against a count. */
function recount(world: World) {
  for (const queue of world.all("queue")) {
    for (const status of JOB_STATUSES) {
      const there = world.all("job").filter((job) => job.queue === queue.id && job.status === status).length;
      expect([queue.id, status, queue.jobCounts[status]]).toEqual([queue.id, status, there]);
    }
  }
}

describe("runs", () => {
  test("a finished run leaves with all that hangs on it, and the queue counts what is left", () => {
    const world = new World();
    work(world, "old", "complete");
    later(world, 40);
    work(world, "new", "complete");
    const { counts, runs } = clean(world, { runIds: ["old", "new", "nobody"] });
    expect(runs).toEqual(["old"]);
    expect(counts).toMatchObject({ runs: 1, workstreams: 1, jobs: 1, attempts: 1, outcomes: 1, agents: 0 });
    expect(world.row("statistics", "aider")).toMatchObject({ total: 2, baseline: { total: 1, totalDurationMs: 40 } });
    expect(world.all("run").map(({ id }) => id)).toEqual(["new"]);
    expect(world.all("job").map(({ id }) => id)).toEqual(["new-job"]);
    expect(world.all("attempt")).toHaveLength(1);
    recount(world);
    expect(typesOf(world.events).slice(-2)).toEqual(["run.removed", "maintenance.cleaned"]);
    expect(clean(world, { runIds: ["old", "new"] }).counts).toMatchObject({ runs: 0, jobs: 0 });
  });

  test("an incomplete run stays whole, however old", () => {
    const world = new World();
    work(world, "open", "open");
    later(world, 400);
    expect(clean(world, { runIds: ["open"] }).runs).toEqual([]);
    expect(world.row("job", "open-job").status).toBe("running");
  });

  test("a run that was retried in the meantime stays; one that has left is unknown to a retry", () => {
    const world = new World();
    work(world, "r", "fail");
    later(world, 40);
    world.commit({ type: "run.retry", runId: "r" });
    expect(clean(world, { runIds: ["r"] }).runs).toEqual([]);
    world.commit({ type: "run.transition", runId: "r", to: "cancelled" });
    later(world, 40);
    expect(clean(world, { runIds: ["r"] }).runs).toEqual(["r"]);
    expect(world.refuse({ type: "run.retry", runId: "r" }).code).toBe("not_found");
    expect(world.refuse({ type: "job.retry", jobId: "r-job" }).code).toBe("not_found");
    work(world, "r", "complete");
    expect(world.row("run", "r")).toMatchObject({ status: "completed", version: 3 });
  });

  test.each(["complete", "fail"] as const)(
    "what a job of an incomplete run depends on stays with its run (it did %s)",
    (how) => {
      const world = new World();
      work(world, "old", how, how === "fail" ? { maxAttempts: 2 } : {});
      if (how === "fail") world.commit({ type: "run.transition", runId: "old", to: "cancelled" });
      const approval = { title: "Go on?" };
      if (how === "complete") {
        world.commit(
          { type: "run.create", runId: "young", workflow: "build" },
          { type: "job.enqueue", jobId: "after", runId: "young", dependsOn: ["old-job"], approval },
        );
      } else {
        world.commit({ type: "run.create", runId: "young", workflow: "build" });
        world.commit({ type: "job.enqueue", jobId: "after", runId: "young", dependsOn: ["old-job"] });
      }
      later(world, 40);
      expect(clean(world, { runIds: ["old"] }).runs).toEqual([]);
      world.commit({ type: "run.transition", runId: "young", to: "cancelled" });
      later(world, 20);
      // It could be retried, and would look for what it builds on.
      expect(clean(world, { runIds: ["old"] }).runs).toEqual([]);
      later(world, 20);
      expect(clean(world, { runIds: ["young", "old"] }).runs).toEqual(["young", "old"]);
      recount(world);
    },
  );

  test("a run stays while an approval is asked for or an alert about it is open, and takes them along when they are old", () => {
    const world = new World();
    world.commit({ type: "run.create", runId: "r", workflow: "build" });
    world.commit({ type: "approval.request", approvalId: "a", title: "Really?", runId: "r" });
    world.commit({ type: "run.transition", runId: "r", to: "cancelled" });
    later(world, 40);
    expect(clean(world, { runIds: ["r"] }).runs).toEqual([]);
    world.actor = "user:ann";
    world.commit({ type: "approval.approve", approvalId: "a" });
    expect(clean(world, { runIds: ["r"] }).runs).toEqual([]);
    later(world, 40);
    expect(clean(world, { runIds: ["r"] }).counts).toMatchObject({ runs: 1, approvals: 1 });
  });

  test("the log of a run that has left folds to nothing, and to a new one of the same id", () => {
    const world = new World();
    work(world, "r", "complete");
    later(world, 40);
    clean(world, { runIds: ["r"] });
    const fold = () => {
      const at = new Date(world.now).toISOString();
      const own = world.events
        .filter(({ runId }) => runId === "r")
        .map(({ type, subject, payload = {} }, index) => {
          return { seq: index + 1, v: 1, type, at, actor: "x", subject, runId: "r", payload } as LogEvent;
        });
      const view = createReplay(own).after(own.length);
      return [view.run?.status, view.jobs.size, view.workstreams.size, view.attempts.size];
    };
    expect(fold()).toEqual([undefined, 0, 0, 0]);
    work(world, "r", "complete");
    expect(fold()).toEqual(["completed", 1, 1, 1]);
  });
});

describe("outcomes and decisions", () => {
  const call = (agentKey: string, success: boolean): ClientMutationInput => {
    return { type: "breaker.record", agentKey, success, durationMs: 10 };
  };

  test("an outcome is folded into its agent's baseline, so that the figures stay what they are", () => {
    const world = new World();
    world.commit(call("a", true), call("a", false), call("b", true));
    later(world, 40);
    world.commit(call("a", true));
    const before = world.row("statistics", "a");
    const outcomeIds = world.all("outcome").map(({ id }) => id);
    expect(clean(world, { outcomeIds }).counts).toMatchObject({ outcomes: 3 });
    const { baseline, ...after } = world.row("statistics", "a");
    expect(baseline).toMatchObject({ total: 2, successful: 1, failed: 1, upstream: 0, timed: 2, totalDurationMs: 20 });
    expect(after).toMatchObject({ total: before.total, histogram: before.histogram, updatedAt: before.updatedAt });
    expect(world.all("outcome")).toHaveLength(1);
    expect(clean(world, { outcomeIds }).counts).toMatchObject({ outcomes: 0 });
  });

  test("a decision leaves with its outcome; those of an incomplete run stay", () => {
    const world = new World();
    const record = (decisionId: string, more: object): ClientMutationInput => {
      return {
        type: "routing.record",
        decisionId,
        taskId: "t",
        taskType: "x",
        selectedAgent: "a",
        success: true,
        ...more,
      };
    };
    world.commit({ type: "run.create", runId: "open", workflow: "w" });
    world.commit(record("free", {}), record("held", { runId: "open" }));
    later(world, 40);
    const { counts } = clean(world, { decisionIds: ["free", "held"] });
    expect(counts).toMatchObject({ decisions: 1, outcomes: 1 });
    expect(world.all("decision").map(({ id }) => id)).toEqual(["held"]);
    expect(world.all("outcome").map(({ id }) => id)).toEqual(["decision:held"]);
    expect(world.row("statistics", "a")).toMatchObject({ total: 2, baseline: { total: 1, successful: 1 } });
    expect(world.refuse({ type: "routing.outcome", decisionId: "free", success: true }).code).toBe("not_found");
  });

  test("a decision stays while its outcome is young, and so does the outcome of a call within an open run", () => {
    const world = new World();
    world.commit({ type: "run.create", runId: "open", workflow: "w" });
    world.commit(
      { type: "routing.record", decisionId: "d", taskId: "t", taskType: "x", selectedAgent: "a" },
      { type: "routing.record", decisionId: "o", taskId: "t", taskType: "x", selectedAgent: "a", runId: "open" },
      { type: "routing.outcome", decisionId: "o", success: true },
    );
    later(world, 40);
    world.commit({ type: "routing.outcome", decisionId: "d", success: true });
    const outcomeIds = world.all("outcome").map(({ id }) => id);
    expect(clean(world, { decisionIds: ["d"], outcomeIds }).counts).toMatchObject({ decisions: 0, outcomes: 0 });
    later(world, 40);
    expect(clean(world, { decisionIds: ["d"], outcomeIds }).counts).toMatchObject({ decisions: 1, outcomes: 1 });
    expect(world.all("outcome").map(({ id }) => id)).toEqual(["decision:o"]);
  });

  test("an expired key of a task leaves, whatever its age; one that holds stays", () => {
    const world = new World();
    world.commit({ type: "task.create", taskId: "t", taskType: "x", idempotencyKey: "k" });
    expect(clean(world, { taskKeys: ["k"] }).counts).toMatchObject({ taskKeys: 0 });
    later(world, 2);
    expect(clean(world, { taskKeys: ["k"] }).counts).toMatchObject({ taskKeys: 1 });
    expect(world.row("task", "t").idempotencyKey).toBe("k");
  });
});

describe("agents", () => {
  const all = (world: World) => world.all("outcome").map(({ id }) => id);

  test("one that has vanished leaves with its breaker and its figures, and comes back as new", () => {
    const world = new World();
    world.commit({ type: "breaker.record", agentKey: "a", success: true });
    later(world, 40);
    expect(clean(world, { agentKeys: ["a"] }).agents).toEqual([]);
    clean(world, { outcomeIds: all(world) });
    expect(clean(world, { agentKeys: ["a"] })).toMatchObject({
      agents: ["a"],
      counts: { agents: 1, breakers: 1, statistics: 1 },
    });
    for (const kind of ["agent", "breaker", "statistics"] as const) expect(world.all(kind)).toEqual([]);
    world.commit({ type: "breaker.record", agentKey: "a", success: true });
    expect(world.row("statistics", "a")).toMatchObject({ total: 1, baseline: null });
  });

  test.each(["forced_open", "disabled"] as const)(
    "an agent whose breaker is %s stays, as does the breaker",
    (state) => {
      const world = new World();
      world.commit({ type: "agent.register", agentKey: "a" });
      world.commit({ type: "breaker.override", agentKey: "a", state, reason: "because" });
      later(world, 400);
      expect(clean(world, { agentKeys: ["a"] }).agents).toEqual([]);
      expect(world.row("breaker", "a").state).toBe(state);
    },
  );

  test("an open and a half-open breaker stay with their agents, and so does one that closed lately", () => {
    const world = new World();
    const breaker = { window: "count", windowSize: 2, minimumCalls: 2, failureRateThreshold: 0.5 } as const;
    world.commit({
      type: "agent.register",
      agentKey: "a",
      breaker: { ...breaker, openMs: 1000, permittedTrials: 1, trialTimeoutMs: 1000 },
    });
    for (const _ of [1, 2]) world.commit({ type: "breaker.record", agentKey: "a", success: false });
    later(world, 40);
    clean(world, { outcomeIds: all(world) });
    expect(world.row("breaker", "a").state).toBe("open");
    expect(clean(world, { agentKeys: ["a"] }).agents).toEqual([]);
    world.tick({ type: "breaker.tick", agentKey: "a" });
    expect(world.row("breaker", "a").state).toBe("half_open");
    later(world, 40);
    expect(clean(world, { agentKeys: ["a"] }).agents).toEqual([]);
    world.commit({ type: "breaker.reset", agentKey: "a", reason: "gone" });
    expect(clean(world, { agentKeys: ["a"] }).agents).toEqual([]);
    later(world, 40);
    // Its alert was resolved by the reset, and leaves along.
    const alerts = world.all("alert").length;
    expect(alerts).toBeGreaterThan(0);
    expect(clean(world, { agentKeys: ["a"] }).counts).toMatchObject({ agents: 1, alerts });
    expect([...world.all("agent"), ...world.all("alert")]).toEqual([]);
  });

  test.each(["open", "half_open"] as const)("a breaker that is %s stays, without an alert too", (state) => {
    const world = new World();
    const breaker = { windowSize: 1, minimumCalls: 1, openMs: 1000, permittedTrials: 1 };
    world.commit({ type: "rule.remove", ruleId: "breaker_open" }, { type: "agent.register", agentKey: "a", breaker });
    world.commit({ type: "breaker.record", agentKey: "a", success: false });
    later(world, 1);
    if (state === "half_open") world.tick({ type: "breaker.tick", agentKey: "a" });
    later(world, 400);
    clean(world, { outcomeIds: all(world) });
    expect([world.all("outcome"), world.all("alert")]).toEqual([[], []]);
    expect(clean(world, { agentKeys: ["a"] })).toMatchObject({ agents: [], counts: { agents: 0, breakers: 0 } });
    expect(world.row("breaker", "a").state).toBe(state);
  });

  test("an agent stays while an alert about it is open, and takes it along when that is long over", () => {
    const world = new World();
    world.commit(
      { type: "agent.register", agentKey: "a" },
      { type: "rule.put", ruleId: "rate", kind: "success_rate", params: {}, severity: "info", enabled: true },
    );
    world.tick({
      ...{ type: "alert.fire", alertId: "rate:a", ruleId: "rate", title: "Rate", detail: null, runId: null },
      ...{ subject: { kind: "agent", id: "a" }, value: 0.1, threshold: 0.8, causeId: null },
    });
    later(world, 400);
    expect(clean(world, { agentKeys: ["a"] }).agents).toEqual([]);
    world.tick({ type: "alert.clear", alertId: "rate:a", reason: "over" });
    later(world, 29);
    expect(clean(world, { agentKeys: ["a"] }).agents).toEqual([]);
    later(world, 2);
    expect(clean(world, { agentKeys: ["a"] }).counts).toMatchObject({ agents: 1, alerts: 1 });
    expect(world.all("alert")).toEqual([]);
  });

  test("an agent that runs something stays, and one that a kept decision names", () => {
    const world = new World();
    work(world, "open", "open");
    world.commit({
      type: "routing.record",
      decisionId: "d",
      taskId: "t",
      taskType: "x",
      selectedAgent: "b",
      runId: "open",
    });
    later(world, 400);
    expect(clean(world, { agentKeys: ["aider", "b"], decisionIds: ["d"] }).agents).toEqual([]);
    expect(world.all("agent").map(({ id }) => id)).toEqual(["aider", "b"]);
  });
});
