import { describe, expect, test } from "vitest";
import { typesOf, World, worldWith } from "../../kernel/tx.test-kit.ts";
import type { RoutingDecision } from "../contract.ts";

const task = { taskId: "t", taskType: "review" };
const decide = (more: object = {}) => ({ type: "routing.decide" as const, ...task, ...more });

/** Agents with one slot each, all able to `go`. */
function team(world: World, ...agentKeys: string[]): World {
  const one = { type: "agent.register" as const, capabilities: ["go"], capacity: 2 };
  const breaker = { windowSize: 1, minimumCalls: 1, openMs: 1000, permittedTrials: 1, trialTimeoutMs: 500 };
  for (const agentKey of agentKeys) world.commit({ ...one, agentKey, breaker });
  return world;
}

const decided = (world: World, more: object = {}): RoutingDecision => world.commit(decide(more))[0] as RoutingDecision;

const trip = (world: World, agentKey: string) =>
  world.commit({ type: "breaker.record", agentKey, success: false, error: "no" });

describe("routing.decide", () => {
  test("keeps who was picked, from whom and why, and counts nothing by itself", () => {
    const world = team(new World(), "a", "b");
    world.commit({ type: "agent.register", agentKey: "c", capabilities: ["rust"] });
    world.commit({ type: "breaker.record", agentKey: "b", success: true, durationMs: 5 });
    const decision = decided(world, { decisionId: "d", requiredCapability: "go", priority: 3 });
    expect(decision).toMatchObject({
      selectedAgent: "b",
      success: null,
      retryAttempts: 0,
      weights: { success: 0.6, speed: 0.2, load: 0.2 },
      routedAt: "2026-11-21T12:00:00.000Z",
      candidates: [
        { agentKey: "b", score: decision.agentScore, parts: { sample: 1 } },
        { agentKey: "a", parts: { sample: 0 } },
        { agentKey: "c", excluded: "capability go is missing" },
      ],
    });
    const event = world.events.at(-1);
    expect(event).toMatchObject({ type: "routing.decided", payload: { selectedAgent: "b", priority: 3 } });
    expect(event?.payload).not.toHaveProperty("permitId");
    expect(world.all("outcome")).toHaveLength(1);
  });

  test("is refused when nobody can take it, with everybody's reason; nothing is kept", () => {
    const world = team(new World(), "a", "b");
    trip(world, "a");
    const fault = world.refuse(decide({ exclude: ["b"] }));
    expect(fault).toMatchObject({
      code: "no_agent",
      candidates: [
        { agentKey: "b", excluded: "excluded by the caller" },
        { agentKey: "a", excluded: "breaker open until 2026-11-21T12:00:01.000Z" },
      ],
    });
    expect(fault.message).toContain("b: excluded by the caller");
    expect(new World().refuse(decide()).message).toContain("there are no agents");
    expect(world.all("decision")).toEqual([]);
  });

  test("takes the trial of a half-open breaker; its outcome ends the trial, and closes the breaker", () => {
    const world = team(new World(), "a");
    trip(world, "a");
    world.now += 1000;
    const first = decided(world);
    expect(first).toMatchObject({ selectedAgent: "a", permitId: expect.any(String), candidates: [{ trial: true }] });
    expect(world.row("breaker", "a")).toMatchObject({ state: "half_open", trials: [{ permitId: first.permitId }] });
    expect(world.refuse(decide()).candidates).toMatchObject([{ excluded: "breaker half_open, no trial is free" }]);
    world.commit({ type: "routing.outcome", decisionId: first.id, success: true });
    expect(world.row("breaker", "a").state).toBe("closed");
    expect(decided(world).permitId).toBeNull();
  });

  test("a trial that never reports ends at its deadline; what it reports later counts in the figures alone", () => {
    const world = team(new World(), "a");
    trip(world, "a");
    world.now += 1000;
    const late = decided(world);
    world.now += 500;
    world.settle();
    expect(world.row("breaker", "a").state).toBe("open");
    world.now += 1000;
    const second = decided(world);
    world.commit({ type: "routing.outcome", decisionId: late.id, success: false });
    expect(world.row("breaker", "a").trials).toMatchObject([{ permitId: second.permitId }]);
    expect(world.row("statistics", "a")).toMatchObject({ failed: 2 });
  });

  test("an outcome of an earlier epoch does not count against a breaker that was reset since", () => {
    const world = team(new World(), "a");
    const early = decided(world);
    trip(world, "a");
    world.commit({ type: "breaker.reset", agentKey: "a", reason: "fixed" });
    world.commit({ type: "routing.outcome", decisionId: early.id, success: false });
    expect(world.row("breaker", "a")).toMatchObject({ state: "closed", calls: 0 });
  });

  test("a decision for a job takes no trial, belongs to the job's run, and its outcome is none", () => {
    const world = team(worldWith("job"), "a");
    trip(world, "a");
    world.now += 1000;
    const decision = decided(world, { jobId: "job" });
    expect(decision).toMatchObject({ jobId: "job", runId: "r", permitId: null });
    expect(world.row("breaker", "a").trials).toEqual([]);
    world.commit({ type: "routing.outcome", decisionId: decision.id, success: false });
    expect(world.all("outcome")).toHaveLength(1);
  });

  test("a fallback takes none of those tried before it, and counts the tries", () => {
    const world = team(new World(), "a", "b", "c");
    const first = decided(world);
    const second = decided(world, { fallbackOf: first.id });
    const third = decided(world, { fallbackOf: second.id });
    expect([first, second, third].map((one) => one.selectedAgent)).toEqual(["a", "b", "c"]);
    expect([first, second, third].map((one) => one.retryAttempts)).toEqual([0, 1, 2]);
    expect(world.refuse(decide({ fallbackOf: third.id })).candidates?.map((one) => one.excluded)).toEqual([
      `tried already by ${first.id}`,
      `tried already by ${second.id}`,
      `tried already by ${third.id}`,
    ]);
    expect(world.refuse(decide({ taskId: "other", fallbackOf: third.id })).code).toBe("not_permitted");
  });

  test("busy is what the queue gave and what the agent says", () => {
    const world = team(worldWith("j1", "j2"), "a", "b");
    world.commit({ type: "job.claim", agentKey: "a", max: 2, leaseMs: 60_000 });
    world.commit({ type: "agent.heartbeat", agentKey: "b", busy: 1 });
    expect(decided(world).candidates).toMatchObject([
      { agentKey: "b", parts: { load: 0.5 } },
      { agentKey: "a", excluded: "no free slot: 2 of 2 busy" },
    ]);
  });

  test("the record at a type of task is that of the last day", () => {
    const world = team(new World(), "a", "b");
    const outcome = (agentKey: string, success: boolean) => ({
      type: "routing.record" as const,
      ...task,
      selectedAgent: agentKey,
      success,
    });
    world.commit({ type: "breaker.override", agentKey: "a", state: "disabled", reason: "test" });
    world.commit(...Array.from({ length: 30 }, () => outcome("a", false)));
    expect(decided(world).candidates).toMatchObject([
      { agentKey: "b", parts: { basis: "overall", sample: 0 } },
      { agentKey: "a", parts: { basis: "task_type", sample: 30 } },
    ]);
    world.now += 26 * 3_600_000;
    expect(decided(world).candidates[1]).toMatchObject({ agentKey: "a", parts: { basis: "overall", sample: 30 } });
  });

  test.each([
    [{ runId: "none" }, "not_found"],
    [{ jobId: "none" }, "not_found"],
    [{ fallbackOf: "none" }, "not_found"],
    [{ decisionId: "taken" }, "already_exists"],
    [{ jobId: "job", runId: "other" }, "not_same_run"],
    [{ weights: { success: 0, speed: 0, load: 0 } }, "custom"],
    [{ weights: { success: -1 } }, "too_small"],
  ])("is refused with %j", (more, code) => {
    const world = team(worldWith("job"), "a");
    world.commit({ type: "run.create", runId: "other", workflow: "w" }, decide({ decisionId: "taken" }));
    expect(world.refuse(decide(more)).code).toBe(code);
  });

  test("two decisions in one commit see each other's trial", () => {
    const world = team(new World(), "a", "b");
    trip(world, "a");
    world.commit(
      ...Array.from({ length: 60 }, () => ({ type: "breaker.record" as const, agentKey: "b", success: true })),
    );
    world.now += 1000;
    const only = { exclude: ["b"] };
    const { faults } = world.attempt([decide(only), decide(only)]);
    expect(faults).toMatchObject([{ index: 1, code: "no_agent" }]);
    const { events } = world.attempt([decide(only)]);
    expect(typesOf(events)).toEqual(["breaker.half_opened", "routing.decided"]);
  });
});
