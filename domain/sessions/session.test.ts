import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ClientMutationInput } from "../commit/mutations.ts";
import type { Json } from "../kernel/primitives.ts";
import { isEvent } from "../kernel/read-event.ts";
import { SESSION_MOVES, SESSION_STATUSES, type SessionStatus } from "../kernel/statuses.ts";
import { typesOf, World } from "../kernel/tx.test-kit.ts";
import { MAX_SESSION_METADATA } from "./session.ts";

const create = (more: object = {}): ClientMutationInput => ({
  type: "session.create",
  sessionId: "s",
  agentRole: "coder",
  ...more,
});
const move = (to: SessionStatus): ClientMutationInput => ({ type: "session.transition", sessionId: "s", to });
const update = (more: object = {}): ClientMutationInput => ({ type: "session.update", sessionId: "s", ...more });

/** How each status is come to. */
const WAY: { readonly [status in SessionStatus]: SessionStatus[] } = {
  pending: [],
  active: ["active"],
  completed: ["active", "completed"],
  failed: ["active", "failed"],
  expired: ["expired"],
};

function sessionIn(status: SessionStatus): World {
  const world = new World();
  world.commit(create(), ...WAY[status].map(move));
  return world;
}

const pairs = SESSION_STATUSES.flatMap((from) => SESSION_STATUSES.map((to) => [from, to] as const));

describe("a session", () => {
  test.each(pairs)("%s → %s is as its table says, and a refusal names the legal ones", (from, to) => {
    const world = sessionIn(from);
    world.now += 5;
    if (!SESSION_MOVES[from].includes(to)) {
      const fault = world.refuse(move(to));
      expect(fault).toMatchObject({ code: "illegal_transition", legal: SESSION_MOVES[from] });
      expect(fault.message).toContain(SESSION_MOVES[from].join(", ") || "none, it is final");
      return;
    }
    world.commit(move(to));
    const ended = SESSION_MOVES[to].length === 0;
    expect(world.row("session", "s")).toMatchObject({
      status: to,
      version: 2,
      startedAt: to === "active" ? "2026-11-21T12:00:00.005Z" : world.row("session", "s").startedAt,
      finishedAt: ended ? "2026-11-21T12:00:00.005Z" : null,
      updatedAt: "2026-11-21T12:00:00.005Z",
    });
    expect(world.events.at(-1)).toMatchObject({ type: "session.transitioned", payload: { from, to } });
  });

  test("is created pending, of a role, for a task that exists, under an id of its own", () => {
    const world = new World();
    expect(world.refuse(create({ taskId: "t" })).code).toBe("not_found");
    world.commit({ type: "task.create", taskId: "t", taskType: "x" }, create({ taskId: "t", metadata: { a: null } }));
    expect(world.row("session", "s")).toMatchObject({
      agentRole: "coder",
      taskId: "t",
      status: "pending",
      metadata: { a: null },
      createdAt: "2026-11-21T12:00:00.000Z",
      startedAt: null,
      finishedAt: null,
    });
    expect(world.refuse(create()).code).toBe("already_exists");
    expect(world.refuse(update({ taskId: "none" })).code).toBe("not_found");
    expect(world.refuse({ type: "session.update", sessionId: "none" }).code).toBe("not_found");
  });

  test("metadata is merged: null removes, maps are merged, anything else replaces", () => {
    const world = new World();
    world.commit(create({ metadata: { a: { x: 1, y: 2 }, b: [1], c: "old" } }));
    world.commit(update({ metadata: { a: { y: null, z: 3 }, b: [2], c: null, d: true } }));
    expect(world.row("session", "s").metadata).toEqual({ a: { x: 1, z: 3 }, b: [2], d: true });
    expect(world.events.at(-1)).toMatchObject({
      type: "session.updated",
      payload: { taskId: null, patch: { a: { y: null, z: 3 }, b: [2], c: null, d: true } },
    });
  });

  test("an update that changes nothing writes nothing, and is no touch", () => {
    const world = new World();
    world.commit(create({ metadata: { a: { b: 1 } } }));
    const before = world.row("session", "s");
    world.now += 1000;
    for (const more of [{}, { metadata: {} }, { metadata: { a: { b: 1 } } }, { metadata: { none: null } }]) {
      world.commit(update(more));
    }
    expect(world.row("session", "s")).toBe(before);
    expect(typesOf(world.events)).toEqual(["session.created"]);
  });

  test("what is noted about an ended session may still change, its status may not", () => {
    const world = sessionIn("completed");
    world.commit(update({ metadata: { cost: 3 } }));
    expect(world.row("session", "s")).toMatchObject({ status: "completed", metadata: { cost: 3 } });
  });

  test("metadata that many updates have made too large is refused, and is as it was", () => {
    const world = new World();
    const half = "x".repeat(MAX_SESSION_METADATA / 2);
    world.commit(create({ metadata: { a: half } }));
    expect(world.refuse(update({ metadata: { b: half } })).code).toBe("state_too_large");
    world.commit(update({ metadata: { a: null, b: half } }));
    expect(Object.keys(world.row("session", "s").metadata)).toEqual(["b"]);
  });

  test("the clock ends a session that is as it saw it, and no other", () => {
    const world = sessionIn("active");
    const seen = world.row("session", "s").updatedAt;
    world.now += 1000;
    world.commit(update({ metadata: { touched: true } }));
    world.tick({ type: "session.expire", sessionId: "s", updatedAt: seen });
    expect(world.row("session", "s").status).toBe("active");
    const { updatedAt } = world.row("session", "s");
    world.tick({ type: "session.expire", sessionId: "s", updatedAt });
    world.tick({ type: "session.expire", sessionId: "s", updatedAt: world.row("session", "s").updatedAt });
    expect(world.row("session", "s")).toMatchObject({ status: "expired", finishedAt: "2026-11-21T12:00:01.000Z" });
    expect(typesOf(world.events).filter((type) => type === "session.transitioned")).toHaveLength(2);
  });

  test("its events carry its task's trace", () => {
    const world = new World();
    world.commit({ type: "task.create", taskId: "t", taskType: "x", traceId: "trace-1" }, create({ taskId: "t" }));
    world.commit(move("active"));
    expect(world.events.map((event) => event.traceId)).toEqual(["trace-1", "trace-1", "trace-1"]);
  });
});

// A model of one session, simple enough to be seen to be right: a map from what was asked to what
// must be there.
const value: fc.Arbitrary<Json> = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    fc.constantFrom<Json[]>(null, 1, "two", [3]),
    fc.dictionary(fc.constantFrom("a", "b", "c"), tie("json"), { maxKeys: 3 }),
  ),
})).json;
const map = fc.dictionary(fc.constantFrom("a", "b", "c"), value, { maxKeys: 3 });
const step = fc.oneof(
  fc.record({ kind: fc.constant("move" as const), to: fc.constantFrom(...SESSION_STATUSES) }),
  fc.record({ kind: fc.constant("merge" as const), patch: map }),
);

/** RFC 7396, as its text has it. */
function rfc7396(target: Json | undefined, patch: Json): Json {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const result: { [key: string]: Json } =
    typeof target === "object" && target !== null && !Array.isArray(target) ? { ...target } : {};
  for (const [key, part] of Object.entries(patch)) {
    if (part === null) delete result[key];
    else result[key] = rfc7396(result[key], part);
  }
  return result;
}

test("whatever is asked of a session, in whatever order, it is where the model is", () => {
  fc.assert(
    fc.property(map, fc.array(step, { maxLength: 12 }), (metadata, steps) => {
      const world = new World();
      world.commit(create({ metadata }));
      let model: { status: SessionStatus; metadata: Json } = { status: "pending", metadata };
      for (const one of steps) {
        if (one.kind === "merge") {
          world.commit(update({ metadata: one.patch }));
          model = { ...model, metadata: rfc7396(model.metadata, one.patch) };
        } else if (world.attempt([move(one.to)]).faults.length === 0) {
          expect(SESSION_MOVES[model.status]).toContain(one.to);
          model = { ...model, status: one.to };
        } else expect(SESSION_MOVES[model.status]).not.toContain(one.to);
        expect(world.row("session", "s")).toMatchObject({ status: model.status });
        expect(world.row("session", "s").metadata).toEqual(model.metadata);
      }
      // The log gives the same from its beginning.
      const read: typeof model = { status: "pending", metadata: {} };
      for (const event of world.events) {
        if (isEvent(event, "session.created")) read.metadata = event.payload.metadata;
        else if (isEvent(event, "session.updated")) read.metadata = rfc7396(read.metadata, event.payload.patch);
        else if (isEvent(event, "session.transitioned")) read.status = event.payload.to;
      }
      expect(read).toEqual(model);
    }),
  );
});
