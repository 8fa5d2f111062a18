import { describe, expect, test } from "vitest";
import type { ClientMutationInput } from "../commit/mutations.ts";
import { typesOf, World, worldWith } from "../kernel/tx.test-kit.ts";

const status = (world: World, id = "w") => world.row("workstream", id).status;
const start = (jobId: string): ClientMutationInput => ({ type: "job.start", jobId, agentKey: "a" });
const complete = (jobId: string): ClientMutationInput => ({ type: "job.complete", jobId });
const enqueue = (jobId: string, more: object = {}): ClientMutationInput => ({
  type: "job.enqueue",
  jobId,
  runId: "r",
  workstreamId: "w",
  ...more,
});

/** Where the workstream is after each of these. */
function path(world: World, ...mutations: ClientMutationInput[]): string[] {
  return mutations.map((mutation) => {
    world.commit(mutation);
    return status(world);
  });
}

describe("a workstream that follows its jobs", () => {
  test("runs with its first job and is done with its last", () => {
    const world = worldWith("a", "b");
    expect(status(world)).toBe("pending");
    expect(path(world, start("a"), complete("a"), start("b"), complete("b"))).toEqual([
      "running",
      "running",
      "running",
      "done",
    ]);
    expect(world.row("workstream", "w")).toMatchObject({ follow: "jobs", reason: "all its jobs completed" });
    expect(world.row("workstream", "w").startedAt).not.toBeNull();
  });

  test("fails once none of its jobs is open and one did not complete", () => {
    const world = worldWith("a", "b", "c");
    const fail: ClientMutationInput = { type: "job.fail", jobId: "a", error: "no" };
    const cancel: ClientMutationInput = { type: "job.cancel", jobId: "b" };
    expect(path(world, start("a"), fail, cancel, start("c"), complete("c"))).toEqual([
      "running",
      "running",
      "running",
      "running",
      "failed",
    ]);
    expect(world.row("workstream", "w").reason).toBe("2 of 3 jobs did not complete");
  });

  test.each(["timed_out", "cancelled"])("fails when its only job ends %s while the run goes on", (how) => {
    const world = worldWith("a");
    world.commit(how === "cancelled" ? { type: "job.cancel", jobId: "a" } : { type: "job.timeout", jobId: "a" });
    expect(status(world)).toBe("failed");
  });

  test("runs again when a job is retried or added", () => {
    const world = worldWith("a");
    world.commit(start("a"), { type: "job.fail", jobId: "a", error: "no" });
    const again: ClientMutationInput = { type: "job.retry", jobId: "a" };
    expect(path(world, again, start("a"), complete("a"), enqueue("b"), start("b"), complete("b"))).toEqual([
      "running",
      "running",
      "done",
      "running",
      "running",
      "done",
    ]);
  });

  test("is blocked while only an approval is waited for, and pending again when nothing of it has run", () => {
    const world = worldWith();
    world.commit(enqueue("a", { approval: { title: "Go?" } }));
    expect(world.row("workstream", "w")).toMatchObject({ status: "blocked", reason: "a job waits for an approval" });
    const approvalId = world.row("job", "a").approvalId as string;
    expect(path(world, { type: "approval.approve", approvalId }, start("a"), complete("a"))).toEqual([
      "pending",
      "running",
      "done",
    ]);
  });

  test("is not blocked while another of its jobs runs or is queued", () => {
    const world = worldWith("a");
    const asks = enqueue("b", { approval: { title: "Go?" } });
    expect(path(world, asks, start("a"), complete("a"))).toEqual(["pending", "running", "blocked"]);
    const approvalId = world.row("job", "b").approvalId as string;
    expect(path(world, { type: "approval.reject", approvalId })).toEqual(["failed"]);
  });

  test("an approval given before the other jobs are through unblocks it, and so does one that expires", () => {
    const world = worldWith();
    world.commit({ type: "job.enqueue", jobId: "first", runId: "r" });
    world.commit(enqueue("a", { approval: { title: "Go?" }, dependsOn: ["first"] }));
    expect(status(world)).toBe("blocked");
    world.commit({ type: "approval.approve", approvalId: world.row("job", "a").approvalId as string });
    expect(status(world)).toBe("pending");
  });

  test("an escalation to a human blocks it until somebody has decided", () => {
    const world = worldWith();
    world.commit(enqueue("a", { escalate: { approval: { title: "Once more?" } } }));
    world.commit(start("a"), { type: "job.fail", jobId: "a", error: "no" });
    expect(status(world)).toBe("blocked");
    world.commit({ type: "approval.approve", approvalId: world.row("job", "a").approvalId as string });
    expect(status(world)).toBe("running");
  });

  test("moves at most once by one mutation, however long its cascade", () => {
    const world = worldWith("a");
    for (let index = 1; index < 50; index += 1) world.commit(enqueue(`a${index}`, { dependsOn: ["a"] }));
    world.commit(enqueue("gated", { dependsOn: ["a"], approval: { title: "Go?" } }));
    world.commit(start("a"));
    const { events } = world.attempt([{ type: "job.fail", jobId: "a", error: "no" }]);
    const moves = events.filter(({ type }) => type === "workstream.transitioned");
    expect(moves.map(({ payload }) => payload)).toEqual([
      { from: "running", to: "failed", reason: "51 of 51 jobs did not complete", follow: "jobs" },
    ]);
  });
});

describe("when its run ends", () => {
  test.each(["completed", "failed", "cancelled"] as const)(
    "%s: what never ran is cancelled, what ran has failed, what is done stays so",
    (to) => {
      const world = worldWith("a");
      for (const id of ["never", "empty", "over"])
        world.commit({ type: "workstream.create", runId: "r", workstreamId: id, title: id });
      world.commit(enqueue("n", { workstreamId: "never" }), enqueue("o", { workstreamId: "over" }));
      world.commit(start("a"), start("o"), complete("o"));
      world.commit({ type: "run.transition", runId: "r", to });
      expect(["w", "never", "empty", "over"].map((id) => status(world, id))).toEqual([
        "failed",
        "cancelled",
        "cancelled",
        "done",
      ]);
      expect(world.row("workstream", "empty").reason).toBe(`its run ended before it had started: ${to}`);
    },
  );

  test("one that came to its end by itself takes what never ran along", () => {
    const world = new World();
    world.commit(
      { type: "run.create", runId: "r", workflow: "w", completion: "auto" },
      { type: "workstream.create", runId: "r", workstreamId: "w", title: "Build" },
      { type: "workstream.create", runId: "r", workstreamId: "v", title: "Deploy" },
      enqueue("a"),
      enqueue("b", { workstreamId: "v", dependsOn: ["a"] }),
      start("a"),
      { type: "job.fail", jobId: "a", error: "no" },
    );
    expect([world.row("run", "r").status, status(world), status(world, "v")]).toEqual([
      "failed",
      "failed",
      "cancelled",
    ]);
  });

  test("more workstreams and jobs than one commit ends are ended by the clock", () => {
    const world = new World();
    world.commit({ type: "run.create", runId: "r", workflow: "w" });
    for (let index = 0; index < 1200; index += 1) {
      const workstreamId = `w${index}`;
      world.commit({ type: "workstream.create", runId: "r", workstreamId, title: "W" });
      if (index % 2 === 0) world.commit(enqueue(`j${index}`, { workstreamId }));
    }
    world.commit({ type: "run.transition", runId: "r", to: "cancelled" });
    world.settle();
    expect(new Set(world.all("workstream").map((one) => one.status))).toEqual(new Set(["cancelled"]));
    expect(world.row("run", "r").openWorkstreams).toBe(0);
  });

  test("and goes on, what had no job is pending, what has its job back runs", () => {
    const world = worldWith("a");
    world.commit({ type: "workstream.create", runId: "r", workstreamId: "empty", title: "Empty" });
    world.commit({ type: "run.transition", runId: "r", to: "cancelled" });
    world.commit({ type: "run.retry", runId: "r" });
    expect([status(world), status(world, "empty")]).toEqual(["running", "pending"]);
  });
});

describe("a workstream that was put somewhere", () => {
  test("stays there, whatever its jobs and its run do, and says so", () => {
    const world = worldWith("a");
    world.commit({ type: "workstream.transition", workstreamId: "w", to: "ready" });
    expect(world.row("workstream", "w").follow).toBe("manual");
    const end: ClientMutationInput = { type: "run.transition", runId: "r", to: "failed" };
    expect(path(world, start("a"), complete("a"), end)).toEqual(["ready", "ready", "ready"]);
    expect(world.row("workstream", "w").jobCounts.completed).toBe(1);
  });

  test("one made so stays too", () => {
    const world = worldWith();
    world.commit({ type: "workstream.create", runId: "r", workstreamId: "m", title: "M", follow: "manual" });
    world.commit(enqueue("a", { workstreamId: "m" }), start("a"));
    expect(status(world, "m")).toBe("pending");
  });

  test.each([
    ["nothing has run", [], "pending"],
    ["one runs", [start("a")], "running"],
    ["all completed", [start("a"), complete("a")], "done"],
    ["its run is over", [{ type: "run.transition", runId: "r", to: "cancelled" }], "cancelled"],
  ] as [string, ClientMutationInput[], string][])(
    "given back while %s, it goes to where its jobs are",
    (_, done, to) => {
      const world = worldWith("a");
      world.commit({ type: "workstream.transition", workstreamId: "w", to: "ready" });
      if (done.length > 0) world.commit(...done);
      world.commit({ type: "workstream.follow", workstreamId: "w" });
      expect(world.row("workstream", "w")).toMatchObject({ status: to, follow: "jobs" });
    },
  );

  test("given back twice, it changes once; an unknown one is refused", () => {
    const world = worldWith();
    const follow: ClientMutationInput = { type: "workstream.follow", workstreamId: "w" };
    expect(world.attempt([follow]).events).toEqual([]);
    world.commit({ type: "workstream.transition", workstreamId: "w", to: "ready" });
    expect(typesOf(world.attempt([follow]).events)).toEqual(["workstream.followed", "workstream.transitioned"]);
    expect(world.refuse({ type: "workstream.follow", workstreamId: "none" }).code).toBe("not_found");
  });
});
