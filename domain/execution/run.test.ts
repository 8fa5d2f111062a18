import { describe, expect, test } from "vitest";
import { RUN_MOVES, RUN_STATUSES, type RunStatus } from "../kernel/statuses.ts";
import { typesOf, World, worldWith } from "../kernel/tx.test-kit.ts";

/** The shortest way into each status. */
const WAY: Record<RunStatus, readonly RunStatus[]> = {
  pending: [],
  running: ["running"],
  blocked: ["running", "blocked"],
  completed: ["running", "completed"],
  failed: ["failed"],
  cancelled: ["cancelled"],
  timed_out: ["running", "timed_out"],
};

function runIn(status: RunStatus): World {
  const world = worldWith();
  for (const to of WAY[status]) world.commit({ type: "run.transition", runId: "r", to });
  return world;
}

const moves = RUN_STATUSES.flatMap((from) =>
  RUN_STATUSES.map((to) => [from, to, RUN_MOVES[from].includes(to)] as const),
);

describe("a run", () => {
  test("is created pending, with the given fields and the defaults of the rest", () => {
    const world = new World();
    world.commit({
      type: "run.create",
      runId: "r",
      workflow: "build",
      tags: ["a"],
      context: { n: 1 },
      timeoutMs: 1000,
    });
    expect(world.row("run", "r")).toMatchObject({
      status: "pending",
      version: 1,
      tags: ["a"],
      context: { n: 1 },
      metadata: {},
      initiatedBy: "key:test",
      completion: "manual",
      deadlineAt: "2026-11-21T12:00:01.000Z",
    });
    expect(world.events[0]).toMatchObject({ type: "run.created", runId: "r", payload: { workflow: "build" } });
  });

  test("is refused when its id is taken or its parent unknown", () => {
    const world = worldWith();
    expect(world.refuse({ type: "run.create", runId: "r", workflow: "w" }).code).toBe("already_exists");
    expect(world.refuse({ type: "run.create", runId: "x", workflow: "w", parentRunId: "none" }).code).toBe("not_found");
  });

  test.each(moves)("%s → %s is legal: %s", (from, to, legal) => {
    const world = runIn(from);
    const version = world.row("run", "r").version;
    if (!legal) {
      const fault = world.refuse({ type: "run.transition", runId: "r", to });
      return expect(fault).toMatchObject({ code: "illegal_transition", legal: RUN_MOVES[from] });
    }
    world.commit({ type: "run.transition", runId: "r", to, reason: "so" });
    expect(world.row("run", "r")).toMatchObject({ status: to, reason: "so", version: version + 1 });
    const moved = world.events.filter(({ type }) => type === "run.transitioned").at(-1);
    expect(moved).toMatchObject({ payload: { from, to } });
  });

  test("its version counts its own changes, not its jobs' figures", () => {
    const world = worldWith("a", "b");
    expect(world.row("run", "r")).toMatchObject({ version: 1, jobCounts: { queued: 2 } });
    world.commit({ type: "job.start", jobId: "a", agentKey: "x" });
    expect(world.row("run", "r")).toMatchObject({ status: "running", version: 2 });
    world.commit({ type: "job.complete", jobId: "a" });
    expect(world.row("run", "r").version).toBe(2);
  });

  test("its end cancels what is left of it, and a running job's attempt with its agent's slot", () => {
    const world = worldWith("a", "b");
    world.commit(
      { type: "job.enqueue", jobId: "c", runId: "r", dependsOn: ["a"] },
      { type: "job.start", jobId: "a", agentKey: "x" },
    );
    world.commit({ type: "run.transition", runId: "r", to: "failed", error: "broken" });
    for (const job of world.all("job"))
      expect(job).toMatchObject({ status: "cancelled", reason: "run_failed", leaseToken: null });
    expect(world.row("attempt", "a#1")).toMatchObject({ status: "cancelled" });
    expect(world.row("agent", "x").busy).toBe(0);
    expect(world.row("run", "r")).toMatchObject({ error: { message: "broken" }, jobCounts: { cancelled: 3 } });
  });

  test("its end reaches the jobs of other runs that wait for its own, and those runs", () => {
    const world = worldWith("a");
    world.commit(
      { type: "run.create", runId: "other", workflow: "w", completion: "auto" },
      { type: "job.enqueue", jobId: "b", runId: "other", dependsOn: ["a"] },
    );
    world.commit({ type: "run.transition", runId: "r", to: "cancelled" });
    expect(world.row("job", "b")).toMatchObject({ status: "cancelled", reason: "dependency_failed" });
    expect(world.row("run", "other").status).toBe("failed");
  });
});

describe("run.retry", () => {
  test.each(["failed", "cancelled", "timed_out"] as const)("brings a %s run back to running", (status) => {
    const world = runIn(status);
    world.commit({ type: "run.retry", runId: "r", reason: "again" });
    expect(world.row("run", "r")).toMatchObject({ status: "running", finishedAt: null, error: null, reason: "again" });
    expect(typesOf(world.events)).toContain("run.retried");
  });

  test.each(["pending", "running", "blocked", "completed"] as const)("is refused on a %s run", (status) => {
    expect(runIn(status).refuse({ type: "run.retry", runId: "r" }).code).toBe("illegal_transition");
  });

  test("puts the jobs that did not complete back, in whatever order they are found, and they run to the end", () => {
    const world = worldWith();
    // The dependent's id sorts before that of the job it waits for.
    world.commit({ type: "job.enqueue", jobId: "z", runId: "r" }, { type: "job.start", jobId: "z", agentKey: "x" });
    world.commit({ type: "job.fail", jobId: "z", error: "no" });
    world.commit({ type: "job.enqueue", jobId: "a", runId: "r", dependsOn: ["z"] });
    world.commit({ type: "run.transition", runId: "r", to: "failed" }, { type: "run.retry", runId: "r" });
    expect(world.all("job").map((job) => [job.id, job.status])).toEqual([
      ["z", "queued"],
      ["a", "waiting"],
    ]);
    world.commit({ type: "job.start", jobId: "z", agentKey: "x" }, { type: "job.complete", jobId: "z" });
    expect(world.row("job", "a").status).toBe("queued");
  });

  test("leaves the jobs alone when asked to", () => {
    const world = worldWith("a");
    world.commit(
      { type: "run.transition", runId: "r", to: "cancelled" },
      { type: "run.retry", runId: "r", jobs: "none" },
    );
    expect(world.row("job", "a").status).toBe("cancelled");
  });

  test("gives the run its whole time again", () => {
    const world = new World();
    world.commit({ type: "run.create", runId: "r", workflow: "w", timeoutMs: 1000 });
    world.now += 2000;
    world.settle();
    expect(world.row("run", "r")).toMatchObject({ status: "failed", error: { code: "run_timed_out" } });
    world.commit({ type: "run.retry", runId: "r" });
    expect(world.due()).toEqual([]);
    world.now += 1000;
    world.settle();
    expect(world.row("run", "r").status).toBe("timed_out");
  });
});

describe("a run that ends by itself", () => {
  const auto = () => {
    const world = new World();
    world.commit({ type: "run.create", runId: "r", workflow: "w", completion: "auto" });
    return world;
  };

  test("completes with its last job, though it was blocked", () => {
    const world = auto();
    world.commit({ type: "job.enqueue", jobId: "a", runId: "r" }, { type: "job.start", jobId: "a", agentKey: "x" });
    world.commit({ type: "run.transition", runId: "r", to: "blocked" });
    world.commit({ type: "job.complete", jobId: "a" });
    expect(world.row("run", "r")).toMatchObject({ status: "completed", version: 5 });
  });

  test("fails when any job did not complete, but not before all are final", () => {
    const world = auto();
    world.commit({ type: "job.enqueue", jobId: "a", runId: "r" }, { type: "job.enqueue", jobId: "b", runId: "r" });
    world.commit({ type: "job.cancel", jobId: "a" });
    expect(world.row("run", "r").status).toBe("pending");
    world.commit({ type: "job.start", jobId: "b", agentKey: "x" }, { type: "job.complete", jobId: "b" });
    expect(world.row("run", "r")).toMatchObject({ status: "failed", reason: "1 of 2 jobs did not complete" });
  });

  test("stays open without jobs, and fails at once when its only job is cancelled on arrival", () => {
    const world = worldWith("gone");
    world.commit(
      { type: "job.cancel", jobId: "gone" },
      { type: "run.create", runId: "auto", workflow: "w", completion: "auto" },
    );
    expect(world.row("run", "auto").status).toBe("pending");
    world.commit({ type: "job.enqueue", jobId: "b", runId: "auto", dependsOn: ["gone"] });
    expect(world.row("run", "auto").status).toBe("failed");
  });
});

test("run.timeout for a deadline that has been replaced changes nothing", () => {
  const world = runIn("running");
  world.tick({ type: "run.timeout", runId: "r", deadlineAt: "2026-11-21T11:00:00.000Z" });
  expect(world.row("run", "r").status).toBe("running");
});
