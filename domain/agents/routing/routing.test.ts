import { describe, expect, test } from "vitest";
import { World, worldWith } from "../../kernel/tx.test-kit.ts";

const record = (more: object = {}) => ({
  type: "routing.record" as const,
  decisionId: "d",
  taskId: "t",
  taskType: "review",
  selectedAgent: "x",
  ...more,
});

describe("routing.record", () => {
  test("keeps the decision with its candidates and why each was left out", () => {
    const world = new World();
    const candidates = [
      { agentKey: "x", score: 0.9 },
      { agentKey: "y", score: 0.4, excluded: "breaker open" },
    ];
    world.commit(record({ requiredCapability: "go", agentScore: 0.9, candidates, routingDurationMs: 1.5 }));
    expect(world.row("decision", "d")).toMatchObject({ candidates, agentScore: 0.9, success: null, outcomeAt: null });
    expect(world.events.at(-1)).toMatchObject({
      type: "routing.recorded",
      payload: { selectedAgent: "x", candidates },
    });
    expect(world.all("outcome")).toEqual([]);
  });

  test("without an id gets one of its own each time", () => {
    const world = new World();
    world.commit(record({ decisionId: undefined }), record({ decisionId: undefined }));
    expect(new Set(world.all("decision").map((decision) => decision.id)).size).toBe(2);
  });

  test.each([
    [{ runId: "none" }, "not_found"],
    [{ jobId: "none" }, "not_found"],
    [{ decisionId: "taken" }, "already_exists"],
  ])("is refused with %j", (more, code) => {
    const world = new World();
    world.commit(record({ decisionId: "taken" }));
    expect(world.refuse(record(more)).code).toBe(code);
  });

  test("with a success is an outcome at once, unless a job's attempts are", () => {
    const world = worldWith("a");
    world.commit(
      record({ success: false, errorMessage: "no" }),
      record({ decisionId: "e", success: true, jobId: "a" }),
    );
    expect(world.all("outcome")).toMatchObject([{ id: "decision:d", success: false, error: "no", taskType: "review" }]);
    expect(world.row("statistics", "x")).toMatchObject({ total: 1, failed: 1 });
    expect(world.refuse({ type: "routing.outcome", decisionId: "d", success: true }).code).toBe("already_reported");
  });
});

describe("routing.outcome", () => {
  test("is reported once, and feeds breaker and statistics", () => {
    const world = new World();
    world.commit({ type: "agent.register", agentKey: "x", breaker: { windowSize: 1, minimumCalls: 1 } }, record());
    world.now += 9;
    world.commit({ type: "routing.outcome", decisionId: "d", success: false, durationMs: 8, error: "no" });
    const reported = { success: false, durationMs: 8, errorMessage: "no", outcomeAt: "2026-11-21T12:00:00.009Z" };
    expect(world.row("decision", "d")).toMatchObject(reported);
    expect(world.row("breaker", "x").state).toBe("open");
    expect(world.refuse({ type: "routing.outcome", decisionId: "d", success: true }).code).toBe("already_reported");
    expect(world.refuse({ type: "routing.outcome", decisionId: "none", success: true }).code).toBe("not_found");
  });
});
