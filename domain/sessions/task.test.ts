import { describe, expect, test } from "vitest";
import type { ClientMutationInput } from "../commit/mutations.ts";
import { TASK_MOVES, TASK_STATUSES, type TaskStatus } from "../kernel/statuses.ts";
import { DAY_MS } from "../kernel/time.ts";
import { typesOf, World } from "../kernel/tx.test-kit.ts";

const create = (taskId: string, more: object = {}): ClientMutationInput => ({
  type: "task.create",
  taskId,
  taskType: "review",
  ...more,
});
const move = (to: TaskStatus, more: object = {}): ClientMutationInput => ({
  type: "task.transition",
  taskId: "t",
  to,
  ...more,
});

const WAY: { readonly [status in TaskStatus]: TaskStatus[] } = {
  pending: [],
  routed: ["routed"],
  running: ["routed", "running"],
  completed: ["routed", "running", "completed"],
  failed: ["routed", "running", "failed"],
  cancelled: ["cancelled"],
};
const pairs = TASK_STATUSES.flatMap((from) => TASK_STATUSES.map((to) => [from, to] as const));

describe("a task", () => {
  test.each(pairs)("%s → %s is as its table says", (from, to) => {
    const world = new World();
    world.commit(create("t"), ...WAY[from].map((status) => move(status)));
    world.now += 5;
    if (!TASK_MOVES[from].includes(to)) {
      expect(world.refuse(move(to))).toMatchObject({ code: "illegal_transition", legal: TASK_MOVES[from] });
      return;
    }
    world.commit(move(to));
    const at = "2026-11-21T12:00:00.005Z";
    const task = world.row("task", "t");
    expect(task).toMatchObject({ status: to, version: 2, updatedAt: at });
    if (to === "routed") expect(task.routedAt).toBe(at);
    if (to === "running") expect(task.startedAt).toBe(at);
    expect(task.finishedAt).toBe(TASK_MOVES[to].length === 0 ? at : null);
    expect(world.events.at(-1)).toMatchObject({ type: "task.transitioned", payload: { from, to } });
  });

  test("is routed to an agent, falls back from it, and ends with a result or an error", () => {
    const world = new World();
    world.commit(create("t", { fromAgent: "planner", toAgent: "coder", payload: [1] }));
    expect(world.row("task", "t")).toMatchObject({ status: "pending", toAgent: "coder", payload: [1] });
    world.commit(move("routed"));
    expect(world.row("task", "t").toAgent).toBe("coder");
    world.commit(move("pending"));
    expect(world.row("task", "t").toAgent).toBeNull();
    world.commit(move("routed", { toAgent: "reviewer" }), move("running"), move("failed", { error: "no" }));
    expect(world.row("task", "t")).toMatchObject({ toAgent: "reviewer", error: { message: "no" }, result: null });
    expect(world.refuse(move("running", { toAgent: "x" })).path).toBe("toAgent");
    expect(world.refuse({ type: "task.transition", taskId: "none", to: "routed" }).code).toBe("not_found");
  });

  test("a second one under the same key is the first, whatever else it says, and changes nothing", () => {
    const world = new World();
    world.commit(create("t", { idempotencyKey: "k", payload: 1 }));
    const first = world.row("task", "t");
    world.now += DAY_MS - 1;
    expect(world.commit(create("other", { idempotencyKey: "k", payload: 2 }))).toEqual([first]);
    expect(world.commit(create("t", { idempotencyKey: "k" }))).toEqual([first]);
    expect(world.all("task")).toEqual([first]);
    expect(typesOf(world.events)).toEqual(["task.created"]);
    // In one commit as well.
    const yielded = world.commit(create("a", { idempotencyKey: "n" }), create("b", { idempotencyKey: "n" }));
    expect(yielded).toMatchObject([{ id: "a" }, { id: "a" }]);
    expect(world.get("task", "b")).toBeUndefined();
  });

  test("a key that has run out stands for the next task; ids are taken for good", () => {
    const world = new World();
    world.commit(create("t", { idempotencyKey: "k" }));
    world.now += DAY_MS;
    expect(world.refuse(create("t", { idempotencyKey: "k" })).code).toBe("already_exists");
    world.commit(create("next", { idempotencyKey: "k" }));
    expect(world.row("taskKey", "k")).toMatchObject({ taskId: "next", version: 2 });
    expect(world.commit(create("third", { idempotencyKey: "k" }))).toEqual([world.row("task", "next")]);
    expect(world.refuse(create("next")).code).toBe("already_exists");
  });

  test("the trace it was created with goes with all of its events", () => {
    const world = new World();
    world.commit(create("t", { traceId: "trace-1" }), move("cancelled"));
    expect(world.row("task", "t").traceId).toBe("trace-1");
    expect(world.events.map((event) => event.traceId)).toEqual(["trace-1", "trace-1"]);
  });
});
