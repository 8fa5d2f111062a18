import { expect, test } from "vitest";
import { World } from "../../kernel/tx.test-kit.ts";

/**
 * A run with a job, and an agent whose breaker is half-open and lets one trial through, whose
 * outcome is due within a second.
 */
function halfOpen(more: object = {}): World {
  const world = new World();
  world.commit(
    { type: "run.create", runId: "r", workflow: "w" },
    { type: "job.enqueue", jobId: "j", runId: "r", maxAttempts: 1, ...more },
    {
      type: "agent.register",
      agentKey: "x",
      breaker: { windowSize: 1, minimumCalls: 1, openMs: 1_000, permittedTrials: 1, trialTimeoutMs: 1_000 },
    },
    { type: "breaker.record", agentKey: "x", success: false },
  );
  world.now += 1_500;
  return world;
}
const tick = (world: World) => world.tick({ type: "breaker.tick", agentKey: "x" });
const stateOf = (world: World) => world.row("breaker", "x").state;

test("a job that was started without a lease ends its trial by its own end, however long after the deadline of calls", () => {
  const world = halfOpen();
  world.commit({ type: "job.start", jobId: "j", agentKey: "x" });
  world.now += 120_000;
  tick(world);
  expect(stateOf(world)).toBe("half_open");
  world.commit({ type: "job.complete", jobId: "j" });
  expect(stateOf(world)).toBe("closed");
});

test("its time limit ends the trial of an attempt that never reports", () => {
  const world = halfOpen({ timeoutMs: 30_000 });
  world.commit({ type: "job.start", jobId: "j", agentKey: "x" });
  world.now += 30_001;
  tick(world);
  expect(stateOf(world)).toBe("half_open");
  world.tick({ type: "job.expire", jobId: "j", attempt: 1, why: "timeout" });
  expect(stateOf(world)).toBe("open");
});

test("an attempt without lease and time limit cannot hold the breaker for ever", () => {
  const world = halfOpen();
  world.commit({ type: "job.start", jobId: "j", agentKey: "x" });
  world.now += 3_600_001;
  tick(world);
  expect(stateOf(world)).toBe("open");
});

test("a trial of a call without an outcome fails at its deadline", () => {
  const world = halfOpen();
  world.commit({ type: "breaker.acquire", agentKey: "x" });
  world.now += 1_001;
  tick(world);
  expect(stateOf(world)).toBe("open");
});

test("a reported duration counts up to what the attempt took", () => {
  const world = halfOpen({ timeoutMs: 60_000 });
  world.commit({ type: "job.start", jobId: "j", agentKey: "x" });
  world.now += 2_000;
  world.commit({ type: "job.complete", jobId: "j", durationMs: 3_600_000 });
  expect(world.row("job", "j").durationMs).toBe(2_000);
  expect(world.row("attempt", "j#1").durationMs).toBe(2_000);
});

test("a shorter reported duration is kept, and so is one reported after the fact in one commit", () => {
  const world = halfOpen();
  world.commit({ type: "job.start", jobId: "j", agentKey: "x" });
  world.now += 2_000;
  world.commit({ type: "job.complete", jobId: "j", durationMs: 500 });
  expect(world.row("job", "j").durationMs).toBe(500);
  world.commit(
    { type: "job.enqueue", jobId: "k", runId: "r" },
    { type: "job.start", jobId: "k", agentKey: "x" },
    { type: "job.complete", jobId: "k", durationMs: 1_234 },
  );
  expect(world.row("job", "k").durationMs).toBe(1_234);
});
