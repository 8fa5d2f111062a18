import { describe, expect, test } from "vitest";
import { typesOf, World, worldWith } from "../kernel/tx.test-kit.ts";

const register = (more: object = {}) => ({ type: "agent.register" as const, agentKey: "x", ...more });

describe("agent.register", () => {
  test("makes an agent with its breaker and its statistics", () => {
    const world = new World();
    world.commit(register({ displayName: "X", capabilities: ["go"], capacity: 3, breaker: { openMs: 7 } }));
    expect(world.row("agent", "x")).toMatchObject({
      displayName: "X",
      capabilities: ["go"],
      capacity: 3,
      busy: 0,
      draining: false,
    });
    expect(world.row("breaker", "x")).toMatchObject({ state: "closed", config: { openMs: 7, windowSize: 20 } });
    expect(world.row("statistics", "x")).toMatchObject({ total: 0, histogram: {} });
    expect(typesOf(world.events)).toEqual(["agent.registered"]);
  });

  test("again changes the given fields, keeps the rest, and ends a drain", () => {
    const world = new World();
    world.commit(register({ displayName: "X", capacity: 3 }), { type: "agent.drain", agentKey: "x", reason: "update" });
    expect(world.row("agent", "x")).toMatchObject({ draining: true, drainReason: "update" });
    world.commit(register({ capabilities: ["go"] }));
    const kept = { displayName: "X", capacity: 3, capabilities: ["go"], draining: false, drainReason: null };
    expect(world.row("agent", "x")).toMatchObject(kept);
  });

  test("by an agent or its orchestrator is a sign of life; an operator's click is none", () => {
    const world = new World();
    world.commit(register());
    const first = world.row("agent", "x").lastSeenAt;
    world.now += 60_000;
    world.actor = "user:ada";
    world.commit(register({ breaker: { openMs: 7 } }));
    expect(world.row("agent", "x").lastSeenAt).toBe(first);
    world.actor = "key:ci";
    world.commit(register());
    expect(world.row("agent", "x").lastSeenAt > first).toBe(true);
  });

  test("has the reason in the log when one is given", () => {
    const world = new World();
    world.commit(register({ reason: "fits the new model" }), register());
    expect(world.events.map(({ payload }) => payload?.reason)).toEqual(["fits the new model", undefined]);
    expect(Object.keys(world.events[1]?.payload ?? {})).not.toContain("reason");
  });
});

describe("an agent that nobody has registered", () => {
  test.each([
    { type: "job.claim" as const, agentKey: "new", max: 1, leaseMs: 1000 },
    { type: "job.start" as const, agentKey: "new", jobId: "a" },
    { type: "breaker.acquire" as const, agentKey: "new" },
    { type: "breaker.record" as const, agentKey: "new", success: true },
    { type: "routing.record" as const, selectedAgent: "new", taskId: "t", taskType: "k" },
  ])("comes to be with $type", (mutation) => {
    const world = worldWith("a");
    world.commit(mutation);
    expect(world.row("agent", "new")).toMatchObject({ displayName: "new", capacity: 1 });
    expect(world.events.find(({ type }) => type === "agent.registered")?.payload).toMatchObject({ implicit: true });
    expect(world.row("breaker", "new").state).toBe("closed");
    expect(world.row("statistics", "new").total).toBeLessThanOrEqual(1);
  });

  test.each([
    { type: "agent.heartbeat" as const, agentKey: "new" },
    { type: "agent.drain" as const, agentKey: "new" },
    { type: "breaker.override" as const, agentKey: "new", state: "disabled" as const, reason: "so" },
    { type: "breaker.reset" as const, agentKey: "new", reason: "so" },
  ])("is not found by $type", (mutation) => {
    expect(new World().refuse(mutation).code).toBe("not_found");
  });
});

test("heartbeats reach the log when something changed, or every half minute", () => {
  const world = new World();
  world.commit(register());
  const beat = (busy?: number) =>
    world.attempt([{ type: "agent.heartbeat", agentKey: "x", ...(busy !== undefined && { busy }) }]).events.length;
  expect([beat(), beat(2), beat(2), beat()]).toEqual([0, 1, 0, 0]);
  world.now += 30_000;
  expect([beat(), beat()]).toEqual([1, 0]);
  expect(world.row("agent", "x")).toMatchObject({ reportedBusy: 2, lastSeenAt: "2026-11-21T12:00:30.000Z" });
});

test("a drained agent keeps its jobs; draining twice says nothing new", () => {
  const world = worldWith("a");
  world.commit({ type: "job.start", jobId: "a", agentKey: "x" }, { type: "agent.drain", agentKey: "x" });
  expect(world.attempt([{ type: "agent.drain", agentKey: "x" }]).events).toEqual([]);
  world.commit({ type: "job.complete", jobId: "a" });
  expect(world.row("agent", "x")).toMatchObject({ busy: 0, draining: true });
});

test("every outcome is counted once, whatever it came from", () => {
  const world = worldWith("a", "b");
  world.commit(
    { type: "job.start", jobId: "a", agentKey: "x" },
    { type: "job.start", jobId: "b", agentKey: "x" },
    { type: "routing.record", decisionId: "linked", taskId: "t", taskType: "k", selectedAgent: "x", jobId: "a" },
    { type: "routing.record", decisionId: "free", taskId: "t", taskType: "k", selectedAgent: "x" },
    { type: "job.complete", jobId: "a", durationMs: 10 },
    { type: "job.fail", jobId: "b", error: "no", durationMs: 30 },
    { type: "routing.outcome", decisionId: "linked", success: true },
    { type: "routing.outcome", decisionId: "free", success: false },
    { type: "breaker.record", agentKey: "x", success: true, durationMs: 20 },
  );
  expect(world.row("statistics", "x")).toMatchObject({
    total: 4,
    successful: 2,
    failed: 2,
    totalDurationMs: 60,
    timed: 3,
  });
  expect(world.all("outcome").map((outcome) => outcome.id.split(":")[0])).toEqual([
    "attempt",
    "attempt",
    "decision",
    expect.stringContaining("record"),
  ]);
});
