import { describe, expect, test } from "vitest";
import type { ClientMutationInput } from "../../commit/mutations.ts";
import { typesOf, type World, worldWith } from "../../kernel/tx.test-kit.ts";

const START: ClientMutationInput = { type: "job.start", jobId: "a", agentKey: "x" };
const FAIL: ClientMutationInput = { type: "job.fail", jobId: "a", error: { message: "boom", code: "e" } };
const toAgent = { escalate: { agentKey: "y" } };
const toHuman = { escalate: { approval: { title: "Once more?" } } };

function running(more: object): World {
  const world = worldWith();
  world.commit({ type: "job.enqueue", jobId: "a", runId: "r", maxAttempts: 1, ...more }, START);
  return world;
}
const approvalOf = (world: World) => world.row("approval", String(world.row("job", "a").approvalId));
const again = (world: World, agentKey: string) => {
  world.commit({ type: "job.start", jobId: "a", agentKey });
  world.commit(FAIL);
};

describe("escalation to another agent", () => {
  test("after its last attempt the job is queued for that agent alone, with all its attempts, once", () => {
    const world = running({ ...toAgent, maxAttempts: 2, backoffMs: 0 });
    world.commit(FAIL);
    expect(world.row("job", "a")).toMatchObject({ status: "queued", escalatedAt: null, agentKey: null });
    world.commit(START);
    const before = world.events.length;
    world.commit(FAIL);
    expect(world.row("job", "a")).toMatchObject({
      status: "queued",
      agentKey: "y",
      attempt: 2,
      attemptBase: 2,
      escalatedAt: new Date(world.now).toISOString(),
      error: { message: "boom" },
      finishedAt: null,
    });
    expect(typesOf(world.events.slice(before))).toEqual(["job.attempt_failed", "job.escalated"]);
    expect(world.events[before + 1]?.payload).toMatchObject({ to: { agentKey: "y" }, pinnedTo: "y", attemptBase: 2 });
    expect(world.refuse(START).code).toBe("not_claimable");
    again(world, "y");
    expect(world.row("job", "a")).toMatchObject({ status: "queued", attempt: 3 });
    again(world, "y");
    expect(world.row("job", "a")).toMatchObject({ status: "failed", attempt: 4, error: { message: "boom" } });
  });

  test("also when the attempt timed out, its lease ran out, or another try of the same agent could not help", () => {
    const ends: ((world: World) => void)[] = [
      (world) => world.commit({ type: "job.timeout", jobId: "a" }),
      (world) => world.commit({ ...FAIL, retryable: false } as ClientMutationInput),
    ];
    for (const end of ends) {
      const world = running({ ...toAgent, maxAttempts: 1 });
      end(world);
      expect(world.row("job", "a")).toMatchObject({ status: "queued", agentKey: "y" });
    }
    const world = worldWith();
    world.commit({ type: "job.enqueue", jobId: "a", runId: "r", ...toAgent }, {
      ...START,
      leaseMs: 500,
    } as ClientMutationInput);
    world.now += 500;
    world.settle();
    expect(world.row("job", "a")).toMatchObject({ status: "queued", agentKey: "y", error: { code: "lease_expired" } });
  });

  test("not on a run that has ended, and a job that waited too long in the queue is not tried by others", () => {
    const world = worldWith();
    world.commit({ type: "job.enqueue", jobId: "a", runId: "r", ...toAgent }, { type: "job.timeout", jobId: "a" });
    expect(world.row("job", "a")).toMatchObject({ status: "timed_out", escalatedAt: null });
  });

  test("the agent need not exist yet; to the one that the job is for anyway is refused", () => {
    const world = worldWith();
    world.commit({ type: "job.enqueue", jobId: "b", runId: "r", escalate: { agentKey: "nobody-yet" } });
    const same: ClientMutationInput = { type: "job.enqueue", jobId: "c", runId: "r", agentKey: "y", ...toAgent };
    expect(world.refuse(same).code).toBe("not_permitted");
  });

  test("a dead job that is retried by hand stays with the agent it was escalated to, and is not escalated again", () => {
    const world = running(toAgent);
    world.commit(FAIL);
    again(world, "y");
    world.commit({ type: "job.retry", jobId: "a" });
    expect(world.row("job", "a")).toMatchObject({ status: "queued", agentKey: "y" });
    again(world, "y");
    expect(world.row("job", "a").status).toBe("failed");
  });
});

describe("escalation to a human", () => {
  test("after its last attempt the job waits for an approval that says why; approved, it has all its attempts again", () => {
    const world = running({ ...toHuman, maxAttempts: 2, backoffMs: 0 });
    world.commit(FAIL, START, FAIL);
    expect(world.row("job", "a")).toMatchObject({ status: "waiting", attempt: 2, error: { message: "boom" } });
    expect(approvalOf(world)).toMatchObject({ title: "Once more?", detail: "boom", status: "pending", jobId: "a" });
    expect(world.row("agent", "x").busy).toBe(0);
    expect(world.due()).toEqual([]);
    world.commit({ type: "approval.approve", approvalId: approvalOf(world).id });
    expect(world.row("job", "a")).toMatchObject({ status: "queued", attemptBase: 2 });
    again(world, "x");
    expect(world.row("job", "a").status).toBe("queued");
    again(world, "x");
    expect(world.row("job", "a")).toMatchObject({ status: "failed", attempt: 4 });
  });

  test("rejected, the job is cancelled, keeps its error, and its dependents go with it", () => {
    const world = running(toHuman);
    world.commit({ type: "job.enqueue", jobId: "b", runId: "r", dependsOn: ["a"] }, FAIL);
    world.commit({ type: "approval.reject", approvalId: approvalOf(world).id });
    const end = { status: "cancelled", reason: "approval_rejected", error: { message: "boom" } };
    expect(world.row("job", "a")).toMatchObject(end);
    expect(world.row("job", "b")).toMatchObject({ status: "cancelled", reason: "dependency_failed" });
  });

  test("a run that ends by itself waits for the decision", () => {
    const world = worldWith();
    world.commit(
      { type: "run.create", runId: "auto", workflow: "w", completion: "auto" },
      { type: "job.enqueue", jobId: "a", runId: "auto", ...toHuman },
      START,
      FAIL,
    );
    expect(world.row("run", "auto").status).toBe("running");
    world.commit({ type: "approval.reject", approvalId: approvalOf(world).id });
    expect(world.row("run", "auto").status).toBe("failed");
  });

  test("a job that had to be approved before asks again for its escalation", () => {
    const world = worldWith();
    world.commit({ type: "job.enqueue", jobId: "a", runId: "r", approval: { title: "Start?" }, ...toHuman });
    world.commit({ type: "approval.approve", approvalId: approvalOf(world).id });
    again(world, "x");
    expect(approvalOf(world)).toMatchObject({ title: "Once more?", status: "pending" });
    expect(world.all("approval")).toHaveLength(2);
  });
});
