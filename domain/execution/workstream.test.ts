import { describe, expect, test } from "vitest";
import { WORKSTREAM_MOVES, WORKSTREAM_STATUSES } from "../kernel/statuses.ts";
import { typesOf, worldWith } from "../kernel/tx.test-kit.ts";

const pairs = WORKSTREAM_STATUSES.flatMap((from) => WORKSTREAM_STATUSES.map((to) => [from, to] as const));

describe("a workstream", () => {
  test.each(pairs)("%s → %s is as its table says", (from, to) => {
    const world = worldWith();
    world.commit({ type: "workstream.create", runId: "r", workstreamId: "x", title: "X", status: from });
    world.now += 5;
    const move = { type: "workstream.transition" as const, workstreamId: "x", to, reason: "so" };
    if (!WORKSTREAM_MOVES[from].includes(to)) {
      expect(world.refuse(move)).toMatchObject({ code: "illegal_transition", legal: WORKSTREAM_MOVES[from] });
      return;
    }
    world.commit(move);
    const row = world.row("workstream", "x");
    expect(row).toMatchObject({ status: to, reason: "so", version: 2, enteredAt: "2026-11-21T12:00:00.005Z" });
    expect(world.events.at(-1)).toMatchObject({ type: "workstream.transitioned", runId: "r", payload: { from, to } });
  });

  test("of an unknown run or a run that has ended is refused", () => {
    const world = worldWith();
    const create = { type: "workstream.create" as const, workstreamId: "x", title: "X" };
    expect(world.refuse({ ...create, runId: "none" }).code).toBe("not_found");
    expect(world.refuse({ ...create, runId: "r", workstreamId: "w" }).code).toBe("already_exists");
    world.commit({ type: "run.transition", runId: "r", to: "failed" });
    expect(world.refuse({ ...create, runId: "r" }).code).toBe("run_is_final");
  });

  test("an update merges metadata key by key; one that changes nothing writes nothing", () => {
    const world = worldWith();
    world.commit({ type: "workstream.update", workstreamId: "w", metadata: { a: 1, b: 2 } });
    world.commit({ type: "workstream.update", workstreamId: "w", title: "New", metadata: { b: 3 } });
    expect(world.row("workstream", "w")).toMatchObject({ title: "New", metadata: { a: 1, b: 3 }, version: 3 });
    const { events } = world.attempt([
      { type: "workstream.update", workstreamId: "w", title: "New", metadata: { b: 3 } },
    ]);
    expect(events).toEqual([]);
  });

  test("its figures follow its jobs, and every change says so", () => {
    const world = worldWith("a", "b");
    world.commit({ type: "job.start", jobId: "a", agentKey: "x" });
    expect(world.row("workstream", "w").jobCounts).toMatchObject({ queued: 1, running: 1 });
    world.commit({ type: "job.complete", jobId: "a" });
    expect(world.row("workstream", "w").jobCounts).toMatchObject({ queued: 1, running: 0, completed: 1 });
    expect(typesOf(world.events).filter((type) => type === "workstream.progressed")).toHaveLength(4);
  });
});
