import { describe, expect, test } from "vitest";
import { applyCommit } from "../../commit/commit.ts";
import { Draft } from "../../commit/draft.ts";
import type { ClientMutationInput, Mutation } from "../../commit/mutations.ts";
import { jsonBytes } from "../../kernel/json-bytes.ts";
import type { JsonMap } from "../../kernel/merge-patch.ts";
import { typesOf, World } from "../../kernel/tx.test-kit.ts";
import { MAX_STATE_BYTES } from "./execution-state.ts";
import { MAX_STEPS } from "./step.ts";

const runId = "r";

/** A world with run `r`, after these. */
function worldAfter(...mutations: ClientMutationInput[]): World {
  const world = new World();
  world.commit({ type: "run.create", runId, workflow: "w" }, ...mutations);
  return world;
}

const run = (world: World) => world.row("run", runId);
const emitted = (world: World) => typesOf(world.events).slice(1);

describe("a context", () => {
  test("is replaced, or merged with a patch", () => {
    const world = worldAfter({ type: "context.set", runId, context: { a: { b: 1 }, c: [1] } });
    world.commit({ type: "context.merge", runId, patch: { a: { b: null, d: 2 }, c: "x" } });
    expect(run(world)).toMatchObject({ context: { a: { d: 2 }, c: "x" }, version: 3 });
    expect(emitted(world)).toEqual(["context.set", "context.merged"]);
    expect(world.events.at(-1)?.payload).toEqual({ patch: { a: { b: null, d: 2 }, c: "x" }, version: 3 });
  });

  test("a patch or a context that changes nothing is legal, emits nothing and makes no new version", () => {
    const world = worldAfter({ type: "context.set", runId, context: { a: 1, b: { c: 2 } } });
    world.commit(
      { type: "context.merge", runId, patch: {} },
      { type: "context.merge", runId, patch: { b: {}, gone: null, a: 1 } },
      { type: "context.set", runId, context: { b: { c: 2 }, a: 1 } },
      { type: "metadata.set", runId, metadata: {} },
    );
    expect([run(world).version, emitted(world)]).toEqual([2, ["context.set"]]);
  });

  test.each([[[]], [null], ["text"], [1], [undefined]])("must be a map, not %j", (context) => {
    const world = worldAfter();
    const fault = world.refuse({ type: "context.set", runId, context: context as unknown as JsonMap });
    expect([fault.path, fault.message]).toEqual(["context", expect.stringContaining("must be a map")]);
    expect(world.refuse({ type: "context.merge", runId, patch: context as unknown as JsonMap }).path).toBe("patch");
    expect(world.refuse({ type: "metadata.set", runId, metadata: context as unknown as JsonMap }).path).toBe(
      "metadata",
    );
  });
});

describe("a token", () => {
  test("is added, changed and removed", () => {
    const world = worldAfter(
      { type: "scope.enter", runId, scopeId: "s" },
      { type: "token.add", runId, tokenId: "t" },
      { type: "token.add", runId, tokenId: "u", token: { scopeId: "s", value: { at: 1 }, status: "waiting" } },
    );
    expect(run(world).tokens).toEqual({
      t: { scopeId: null, status: "active", value: null },
      u: { scopeId: "s", status: "waiting", value: { at: 1 } },
    });
    world.commit(
      { type: "token.update", runId, tokenId: "t", patch: { scopeId: "s", value: [1] } },
      { type: "token.update", runId, tokenId: "u", patch: { scopeId: null, status: "done" } },
      { type: "token.update", runId, tokenId: "u", patch: {} },
    );
    expect(run(world).tokens).toEqual({
      t: { scopeId: "s", status: "active", value: [1] },
      u: { scopeId: null, status: "done", value: { at: 1 } },
    });
    world.commit({ type: "token.remove", runId, tokenId: "t" });
    expect(Object.keys(run(world).tokens)).toEqual(["u"]);
    expect(emitted(world)).toEqual([
      "scope.entered",
      "token.added",
      "token.added",
      "token.updated",
      "token.updated",
      "token.removed",
    ]);
  });

  test("its value is replaced as a whole, by null too", () => {
    const world = worldAfter({ type: "token.add", runId, tokenId: "t", token: { value: { a: 1, b: 2 } } });
    world.commit({ type: "token.update", runId, tokenId: "t", patch: { value: { a: 3 } } });
    expect(run(world).tokens.t?.value).toEqual({ a: 3 });
    world.commit({ type: "token.update", runId, tokenId: "t", patch: { value: null } });
    expect(run(world).tokens.t?.value).toBe(null);
  });

  test("an id is taken once, also by a cancelled one; what is changed or removed must be there", () => {
    const world = worldAfter(
      { type: "scope.enter", runId, scopeId: "s" },
      { type: "token.add", runId, tokenId: "t", token: { scopeId: "s" } },
    );
    expect(world.refuse({ type: "token.add", runId, tokenId: "t" }).code).toBe("already_exists");
    expect(world.refuse({ type: "token.remove", runId, tokenId: "u" })).toMatchObject({
      code: "not_found",
      message: "run r has no token u",
    });
    expect(world.refuse({ type: "token.update", runId, tokenId: "constructor", patch: {} }).code).toBe("not_found");
    world.commit({ type: "scope.cancel", runId, scopeId: "s" });
    expect(world.refuse({ type: "token.add", runId, tokenId: "t" })).toMatchObject({
      code: "already_exists",
      message: "token t of run r exists already, cancelled",
    });
    const fault = world.refuse({ type: "token.update", runId, tokenId: "t", patch: { value: 1 } });
    expect([fault.code, fault.legal]).toEqual(["illegal_transition", []]);
    world.commit({ type: "token.remove", runId, tokenId: "t" }, { type: "token.add", runId, tokenId: "t" });
    expect(run(world).tokens.t).toMatchObject({ status: "active", scopeId: null });
  });

  test("its scope must be there and not be cancelled, when it is added as when it moves", () => {
    const world = worldAfter(
      { type: "scope.enter", runId, scopeId: "s" },
      { type: "scope.cancel", runId, scopeId: "s" },
      { type: "token.add", runId, tokenId: "t" },
    );
    const into = (scopeId: string) => [
      world.refuse({ type: "token.add", runId, tokenId: "u", token: { scopeId } }).code,
      world.refuse({ type: "token.update", runId, tokenId: "t", patch: { scopeId } }).code,
    ];
    expect(into("s")).toEqual(["scope_cancelled", "scope_cancelled"]);
    expect(into("nowhere")).toEqual(["not_found", "not_found"]);
  });

  test("cancelled is no status that a client can say, and __proto__ no id", () => {
    const world = worldAfter({ type: "token.add", runId, tokenId: "t" });
    for (const mutation of [
      { type: "token.add", runId, tokenId: "u", token: { status: "cancelled" } },
      { type: "token.update", runId, tokenId: "t", patch: { status: "cancelled" } },
      { type: "token.add", runId, tokenId: "__proto__" },
      { type: "scope.enter", runId, scopeId: "__proto__" },
    ] as const)
      expect(world.refuse(mutation).code).toBe("custom");
    world.commit({ type: "token.add", runId, tokenId: "constructor" });
    expect(Object.keys(run(world).tokens)).toEqual(["t", "constructor"]);
  });
});

describe("a run's steps", () => {
  test("are counted, one by one or several at once", () => {
    const world = worldAfter({ type: "step.increment", runId }, { type: "step.increment", runId, by: 5 });
    expect(run(world).stepCount).toBe(6);
    expect(world.events.at(-1)?.payload).toEqual({ by: 5, stepCount: 6, version: 3 });
  });

  test.each([0, -1, 1.5, MAX_STEPS + 1])("are not counted by %d", (by) => {
    expect(worldAfter().refuse({ type: "step.increment", runId, by }).path).toBe("by");
  });

  test("end where a row can count no further", () => {
    const world = worldAfter({ type: "step.increment", runId, by: MAX_STEPS });
    expect(world.refuse({ type: "step.increment", runId }).code).toBe("state_too_large");
  });
});

test("metadata is replaced, not merged", () => {
  const world = worldAfter({ type: "metadata.set", runId, metadata: { a: 1 } });
  world.commit({ type: "metadata.set", runId, metadata: { b: { c: null } } });
  expect(run(world).metadata).toEqual({ b: { c: null } });
});

const ONE_OF_EACH: ClientMutationInput[] = [
  { type: "context.set", runId, context: { a: 2 } },
  { type: "context.merge", runId, patch: { a: 2 } },
  { type: "token.add", runId, tokenId: "new" },
  { type: "token.update", runId, tokenId: "t", patch: { value: 2 } },
  { type: "token.remove", runId, tokenId: "t" },
  { type: "scope.enter", runId, scopeId: "new" },
  { type: "scope.exit", runId, scopeId: "s" },
  { type: "scope.cancel", runId, scopeId: "s" },
  { type: "step.increment", runId },
];

test.each(["completed", "failed", "timed_out", "cancelled"] as const)(
  "the state of a %s run stays as it is, but for its metadata",
  (to) => {
    const world = worldAfter(
      { type: "scope.enter", runId, scopeId: "s" },
      { type: "token.add", runId, tokenId: "t" },
      { type: "run.transition", runId, to: "running" },
      { type: "run.transition", runId, to },
    );
    for (const mutation of ONE_OF_EACH) expect(world.refuse(mutation).code).toBe("run_is_final");
    world.commit({ type: "metadata.set", runId, metadata: { seen: true } });
    expect(run(world)).toMatchObject({ metadata: { seen: true }, status: to });
  },
);

test.each(["pending", "running", "blocked"] as const)("the state of a %s run changes", (status) => {
  for (const mutation of ONE_OF_EACH) {
    const world = worldAfter({ type: "scope.enter", runId, scopeId: "s" }, { type: "token.add", runId, tokenId: "t" });
    if (status !== "pending") world.commit({ type: "run.transition", runId, to: "running" });
    if (status === "blocked") world.commit({ type: "run.transition", runId, to: "blocked" });
    const { version } = run(world);
    world.commit(mutation);
    expect(run(world)).toMatchObject({ version: version + 1, status });
  }
});

test("every mutation on a run that does not exist says so", () => {
  for (const mutation of [...ONE_OF_EACH, { type: "metadata.set" as const, runId, metadata: {} }])
    expect(new World().refuse(mutation)).toMatchObject({ code: "not_found", message: "run r does not exist" });
});

describe("the size of a state", () => {
  const text = (bytes: number) => "x".repeat(bytes);
  const room = (world: World) => {
    const { context, tokens, scopes, metadata } = run(world);
    return MAX_STATE_BYTES - [context, tokens, scopes, metadata].reduce((sum, part) => sum + jsonBytes(part), 0);
  };

  test("is bounded to the byte, over all its parts", () => {
    const world = worldAfter(
      { type: "metadata.set", runId, metadata: { a: text(300_000) } },
      { type: "context.set", runId, context: { a: text(300_000) } },
      { type: "token.add", runId, tokenId: "t", token: { value: text(300_000) } },
    );
    const left = room(world);
    const grow = (more: number): ClientMutationInput => ({
      type: "context.merge",
      runId,
      patch: { a: text(300_000 + more) },
    });
    expect(world.refuse(grow(left + 1))).toMatchObject({
      code: "state_too_large",
      message: `context, tokens, scopes and metadata would take ${MAX_STATE_BYTES + 1} bytes of JSON; a run has ${MAX_STATE_BYTES}`,
    });
    world.commit(grow(left));
    expect(room(world)).toBe(0);
    expect(world.refuse({ type: "scope.enter", runId, scopeId: "s" }).code).toBe("state_too_large");
    world.commit({ type: "token.remove", runId, tokenId: "t" }, { type: "scope.enter", runId, scopeId: "s" });
  });

  test("is bounded when a run is created, too", () => {
    const mutation = { type: "run.create" as const, runId, workflow: "w", context: { a: text(MAX_STATE_BYTES) } };
    expect(new World().refuse(mutation).code).toBe("state_too_large");
  });

  test("what is refused for its size does not count for what comes after it", () => {
    const world = worldAfter({ type: "context.set", runId, context: { a: text(600_000) } });
    const { faults } = world.attempt([
      { type: "context.merge", runId, patch: { b: text(600_000) } },
      { type: "context.merge", runId, patch: { b: text(300_000) } },
    ]);
    expect(faults.map(({ index }) => index)).toEqual([0]);
  });
});

test("a refused commit leaves no trace in what the commits before it in the same batch have made", () => {
  const world = worldAfter({ type: "token.add", runId, tokenId: "t" });
  const draft = new Draft(world);
  const commitOf = (commitId: string, ...mutations: Mutation[]) => {
    const tx = draft.begin({ at: "2026-11-21T12:00:00.000Z", actor: "key:test", commitId, secret: "s" });
    const { faults } = applyCommit(tx, { mutations });
    if (faults.length > 0) tx.abort();
    return faults.map(({ code }) => code);
  };
  const first = { type: "token.update", runId, tokenId: "t", patch: { value: 1 } } as const;
  expect(commitOf("c1", first, { type: "context.merge", runId, patch: { a: { b: 1 } } })).toEqual([]);
  const before = JSON.stringify(draft.changes.get("run:r")?.row);
  const refused = [
    { type: "token.update", runId, tokenId: "t", patch: { value: 2 } },
    { type: "token.add", runId, tokenId: "u" },
    { type: "context.merge", runId, patch: { a: { b: null, c: 2 }, d: 3 } },
    { type: "token.remove", runId, tokenId: "nobody" },
  ] as const;
  expect(commitOf("c2", ...refused)).toEqual(["not_found"]);
  expect(JSON.stringify(draft.changes.get("run:r")?.row)).toBe(before);
  expect(commitOf("c3", ...refused.slice(0, 3))).toEqual([]);
  expect(draft.changes.get("run:r")?.row).toMatchObject({
    tokens: { t: { value: 2 }, u: { value: null } },
    context: { a: { c: 2 }, d: 3 },
  });
  expect(run(world)).toMatchObject({ tokens: { t: { value: null } }, context: {} });
});
