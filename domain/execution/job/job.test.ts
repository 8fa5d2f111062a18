import { describe, expect, test } from "vitest";
import { typesOf, type World, worldWith } from "../../kernel/tx.test-kit.ts";

describe("job.enqueue", () => {
  test("queues a job and says so with its facts", () => {
    const world = worldWith();
    world.commit({
      type: "job.enqueue",
      jobId: "j",
      runId: "r",
      workstreamId: "w",
      tool: "shell",
      step: "test",
      priority: 3,
    });
    expect(world.row("job", "j")).toMatchObject({
      status: "queued",
      queue: "default",
      maxAttempts: 1,
      priority: 3,
      attempt: 0,
    });
    const facts = { jobId: "j", workstreamId: "w", tool: "shell", step: "test", status: "queued" };
    expect(world.events.find(({ type }) => type === "job.enqueued")).toMatchObject({ runId: "r", payload: facts });
  });

  test.each([
    [{ runId: "none" }, "not_found"],
    [{ workstreamId: "none" }, "not_found"],
    [{ workstreamId: "elsewhere" }, "not_same_run"],
    [{ dependsOn: ["none"] }, "not_found"],
    [{ dependsOn: ["new"] }, "not_found"],
    [{ jobId: "a" }, "already_exists"],
    [{ runId: "ended" }, "run_is_final"],
  ])("is refused with %j, and nothing is stored", (more, code) => {
    const world = worldWith("a");
    world.commit(
      { type: "run.create", runId: "ended", workflow: "w" },
      { type: "workstream.create", runId: "ended", workstreamId: "elsewhere", title: "X" },
      { type: "run.transition", runId: "ended", to: "failed" },
    );
    const before = [...world.rows.keys()];
    expect(world.refuse({ type: "job.enqueue", jobId: "new", runId: "r", ...more }).code).toBe(code);
    expect([...world.rows.keys()]).toEqual(before);
  });

  test("waits for what it depends on, named once or twice, and is queued at once when that is done", () => {
    const world = worldWith("a");
    world.commit({ type: "job.enqueue", jobId: "b", runId: "r", dependsOn: ["a", "a"] });
    expect(world.row("job", "b")).toMatchObject({ status: "waiting", unmet: 1, dependsOn: ["a"], queuedAt: null });
    expect(world.row("job", "a").dependents).toEqual(["b"]);
    world.commit({ type: "job.start", jobId: "a", agentKey: "x" }, { type: "job.complete", jobId: "a" });
    world.commit({ type: "job.enqueue", jobId: "c", runId: "r", dependsOn: ["a"] });
    expect(world.row("job", "c").status).toBe("queued");
  });

  test("on a failed dependency is cancelled at once, and comes back when that is retried", () => {
    const world = worldWith("a");
    world.commit({ type: "job.cancel", jobId: "a" }, { type: "job.enqueue", jobId: "b", runId: "r", dependsOn: ["a"] });
    expect(world.row("job", "b")).toMatchObject({ status: "cancelled", reason: "dependency_failed" });
    world.commit({ type: "job.retry", jobId: "a" });
    expect(world.row("job", "b")).toMatchObject({ status: "waiting", unmet: 1, reason: "a is retried" });
  });
});

describe("job.cancel", () => {
  test.each(["waiting", "queued", "running"])("ends a %s job", (status) => {
    const world = worldWith("a");
    world.commit({ type: "job.enqueue", jobId: "j", runId: "r", dependsOn: status === "waiting" ? ["a"] : [] });
    if (status === "running") world.commit({ type: "job.start", jobId: "j", agentKey: "x", leaseMs: 1000 });
    world.commit({ type: "job.cancel", jobId: "j", reason: "enough" });
    expect(world.row("job", "j")).toMatchObject({
      status: "cancelled",
      reason: "enough",
      leaseToken: null,
      leaseExpiresAt: null,
    });
    if (status === "running") expect(world.row("attempt", "j#1")).toMatchObject({ status: "cancelled", durationMs: 0 });
    // It was not the agent's doing.
    expect(world.all("outcome").map(({ fault }) => fault)).toEqual(status === "running" ? ["upstream"] : []);
  });

  test("is refused on a job that has ended", () => {
    const world = worldWith("a");
    world.commit({ type: "job.cancel", jobId: "a" });
    expect(world.refuse({ type: "job.cancel", jobId: "a" })).toMatchObject({
      code: "illegal_transition",
      legal: ["queued"],
    });
  });
});

describe("job.retry", () => {
  const failed = (): World => {
    const world = worldWith("a");
    world.commit(
      { type: "job.start", jobId: "a", agentKey: "x" },
      { type: "job.fail", jobId: "a", error: "no", retryable: false },
    );
    return world;
  };

  test("puts a job back with all its attempts; numbers go on", () => {
    const world = failed();
    world.commit({ type: "job.retry", jobId: "a", reason: "fixed" });
    expect(world.row("job", "a")).toMatchObject({
      status: "queued",
      attempt: 1,
      attemptBase: 1,
      error: null,
      finishedAt: null,
    });
    world.commit({ type: "job.start", jobId: "a", agentKey: "x" });
    expect(world.all("attempt").map(({ id, status }) => [id, status])).toEqual([
      ["a#1", "failed"],
      ["a#2", "running"],
    ]);
  });

  test.each(["queued", "running", "completed"])("is refused on a %s job", (status) => {
    const world = worldWith("a");
    if (status !== "queued") world.commit({ type: "job.start", jobId: "a", agentKey: "x" });
    if (status === "completed") world.commit({ type: "job.complete", jobId: "a" });
    expect(world.refuse({ type: "job.retry", jobId: "a" }).code).toBe("illegal_transition");
  });

  test("is refused on a run that has ended, and while what it depends on has failed", () => {
    const world = failed();
    world.commit({ type: "job.enqueue", jobId: "b", runId: "r", dependsOn: ["a"] });
    const fault = world.refuse({ type: "job.retry", jobId: "b" });
    expect(fault).toMatchObject({ code: "not_permitted", message: expect.stringContaining("a, which is failed") });
    world.commit({ type: "run.transition", runId: "r", to: "failed" });
    expect(world.refuse({ type: "job.retry", jobId: "a" }).code).toBe("run_is_final");
  });

  test("brings back those cancelled because of it, all the way down, but none that another still holds", () => {
    const world = worldWith("a", "b");
    world.commit(
      { type: "job.enqueue", jobId: "c", runId: "r", dependsOn: ["a"] },
      { type: "job.enqueue", jobId: "d", runId: "r", dependsOn: ["c"] },
      { type: "job.enqueue", jobId: "e", runId: "r", dependsOn: ["a", "b"] },
      { type: "job.cancel", jobId: "a" },
      { type: "job.cancel", jobId: "b" },
    );
    expect(world.row("run", "r").jobCounts).toMatchObject({ cancelled: 5 });
    world.commit({ type: "job.retry", jobId: "a" });
    expect(["c", "d", "e"].map((id) => world.row("job", id).status)).toEqual(["waiting", "waiting", "cancelled"]);
    world.commit({ type: "job.retry", jobId: "b" });
    expect(world.row("job", "e")).toMatchObject({ status: "waiting", unmet: 2 });
    expect(world.due()).toEqual([]);
  });

  test("brings nothing back on another run that has ended", () => {
    const world = worldWith("a");
    world.commit(
      { type: "run.create", runId: "other", workflow: "w" },
      { type: "job.enqueue", jobId: "b", runId: "other", dependsOn: ["a"] },
      { type: "job.cancel", jobId: "a" },
      { type: "run.transition", runId: "other", to: "failed" },
      { type: "job.retry", jobId: "a" },
    );
    expect(world.row("job", "b").status).toBe("cancelled");
  });
});

test("each step of a job's life is an event about it, none with its lease token", () => {
  const world = worldWith("a");
  const [{ jobs }] = world.commit({ type: "job.claim", agentKey: "x", max: 1, leaseMs: 1000 }) as [
    { jobs: { leaseToken: string }[] },
  ];
  const leaseToken = jobs[0]?.leaseToken ?? "";
  world.commit({ type: "job.heartbeat", jobId: "a", leaseToken, progress: 0.5 });
  world.commit({ type: "job.complete", jobId: "a", leaseToken, exitCode: 0 });
  const about = world.events.filter((event) => event.subject.id === "a");
  expect(typesOf(about)).toEqual(["job.enqueued", "job.started", "job.heartbeat_received", "job.completed"]);
  expect(JSON.stringify(world.events)).not.toContain(leaseToken);
});
