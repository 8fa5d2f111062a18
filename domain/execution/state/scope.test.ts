import { describe, expect, test } from "vitest";
import type { ClientMutationInput } from "../../commit/mutations.ts";
import { World } from "../../kernel/tx.test-kit.ts";

const runId = "r";
const enter = (scopeId: string, parentId?: string): ClientMutationInput => ({
  type: "scope.enter",
  runId,
  scopeId,
  ...(parentId && { parentId }),
});
const add = (tokenId: string, scopeId?: string): ClientMutationInput => ({
  type: "token.add",
  runId,
  tokenId,
  ...(scopeId && { token: { scopeId } }),
});
const exit = (scopeId: string): ClientMutationInput => ({ type: "scope.exit", runId, scopeId });
const cancel = (scopeId: string): ClientMutationInput => ({ type: "scope.cancel", runId, scopeId });

/**
 * outer ⊃ inner ⊃ innermost, and beside beside them; a token in each (`in-…`) and one in none
 * (`free`).
 */
function nested(more: { completion?: "auto" } = {}): World {
  const world = new World();
  world.commit(
    { type: "run.create", runId, workflow: "w", ...more },
    enter("outer"),
    enter("inner", "outer"),
    enter("innermost", "inner"),
    enter("beside"),
    ...["outer", "inner", "innermost", "beside"].map((scopeId) => add(`in-${scopeId}`, scopeId)),
    add("free"),
  );
  return world;
}

const run = (world: World) => world.row("run", runId);
const cancelled = (world: World) =>
  [...Object.entries(run(world).scopes), ...Object.entries(run(world).tokens)]
    .filter(([, { status }]) => status === "cancelled")
    .map(([name]) => name);

describe("scope.enter", () => {
  test("an id is taken once, and free again when its scope is left", () => {
    const world = nested();
    expect(world.refuse(enter("inner"))).toMatchObject({ code: "already_exists" });
    world.commit(cancel("inner"));
    expect(world.refuse(enter("inner"))).toMatchObject({
      code: "already_exists",
      message: "scope inner of run r exists already, cancelled",
    });
    world.commit(exit("inner"), enter("inner"));
    expect(run(world).scopes.inner).toEqual({ parentId: null, status: "active" });
  });

  test("its parent must be there and not be cancelled", () => {
    const world = nested();
    expect(world.refuse(enter("new", "nowhere"))).toMatchObject({
      code: "not_found",
      message: "run r has no scope nowhere",
    });
    expect(world.refuse(enter("new", "new")).code).toBe("not_found");
    world.commit(cancel("inner"));
    expect(world.refuse(enter("new", "innermost")).code).toBe("scope_cancelled");
    world.commit(enter("new", "outer"));
  });
});

describe("scope.exit", () => {
  test("takes the scope away; what stood in it stands in its parent", () => {
    const world = nested();
    world.commit(exit("inner"));
    expect(run(world).scopes).toEqual({
      outer: { parentId: null, status: "active" },
      innermost: { parentId: "outer", status: "active" },
      beside: { parentId: null, status: "active" },
    });
    expect(run(world).tokens).toMatchObject({
      "in-inner": { scopeId: "outer", status: "active" },
      "in-innermost": { scopeId: "innermost" },
    });
    world.commit(exit("outer"));
    expect(run(world).tokens).toMatchObject({ "in-inner": { scopeId: null }, "in-outer": { scopeId: null } });
    expect(world.events.at(-1)?.payload).toEqual({
      scopeId: "outer",
      parentId: null,
      scopes: ["innermost"],
      tokens: ["in-outer", "in-inner"],
      version: run(world).version,
    });
  });

  test("a cancelled one can be left, and what was in it stays cancelled", () => {
    const world = nested();
    world.commit(cancel("inner"), exit("inner"));
    expect(run(world).scopes.innermost).toEqual({ parentId: "outer", status: "cancelled" });
    expect(run(world).tokens["in-inner"]).toMatchObject({ scopeId: "outer", status: "cancelled" });
    world.commit(cancel("outer"));
    expect(run(world).tokens["in-outer"]?.status).toBe("cancelled");
  });

  test("it must be there", () => {
    const world = nested();
    expect(world.refuse(exit("nowhere")).code).toBe("not_found");
    expect(world.refuse(exit("toString")).code).toBe("not_found");
    expect(world.refuse(exit("inner"), exit("inner"))).toMatchObject({ index: 1, code: "not_found" });
  });
});

describe("scope.cancel", () => {
  test("reaches the scopes nested in it and the tokens in all of them, and nothing else", () => {
    const world = nested();
    world.commit({ type: "scope.cancel", runId, scopeId: "inner", reason: "not needed" });
    expect(cancelled(world)).toEqual(["inner", "innermost", "in-inner", "in-innermost"]);
    expect(world.events.at(-1)).toMatchObject({
      type: "scope.cancelled",
      subject: { kind: "run", id: "r" },
      payload: {
        scopeId: "inner",
        reason: "not needed",
        scopes: ["inner", "innermost"],
        tokens: ["in-inner", "in-innermost"],
      },
    });
    world.commit(cancel("outer"));
    expect(cancelled(world)).toEqual(["outer", "inner", "innermost", "in-outer", "in-inner", "in-innermost"]);
    expect(world.events.at(-1)?.payload).toMatchObject({ scopes: ["outer"], tokens: ["in-outer"] });
  });

  test("reaches what has moved into it, not what has moved out, whatever its status", () => {
    const world = nested();
    world.commit(
      { type: "token.update", runId, tokenId: "free", patch: { scopeId: "innermost", status: "waiting" } },
      { type: "token.update", runId, tokenId: "in-inner", patch: { scopeId: "beside" } },
      { type: "token.update", runId, tokenId: "in-innermost", patch: { status: "done" } },
      cancel("outer"),
    );
    expect(cancelled(world)).toEqual(["outer", "inner", "innermost", "in-outer", "in-innermost", "free"]);
  });

  test("a second time is refused: there is nowhere to go from there", () => {
    const world = nested();
    world.commit(cancel("outer"));
    for (const scopeId of ["outer", "inner"]) {
      expect(world.refuse(cancel(scopeId))).toMatchObject({ code: "illegal_transition", legal: [] });
    }
    expect(world.refuse(cancel("nowhere")).code).toBe("not_found");
  });

  const enqueue = (jobId: string, tokenId?: string, ...dependsOn: string[]): ClientMutationInput => ({
    type: "job.enqueue",
    jobId,
    runId,
    dependsOn,
    ...(tokenId && { tokenId }),
  });
  const statuses = (world: World) =>
    Object.fromEntries(
      world.all("job").map(({ id, status, reason }) => [id, reason ? `${status}: ${reason}` : status]),
    );

  test("cancels the open jobs of the tokens it reaches, and what waited for those", () => {
    const world = nested();
    world.commit(
      enqueue("done", "in-inner"),
      { type: "job.start", jobId: "done", agentKey: "a" },
      { type: "job.complete", jobId: "done" },
      enqueue("runs", "in-inner"),
      { type: "job.start", jobId: "runs", agentKey: "a" },
      enqueue("queued", "in-innermost"),
      enqueue("waits", "in-innermost", "queued"),
      enqueue("after", "in-outer", "waits"),
      enqueue("other", "in-outer"),
      enqueue("none"),
    );
    world.commit(cancel("inner"));
    expect(statuses(world)).toEqual({
      done: "completed",
      runs: "cancelled: scope_cancelled",
      queued: "cancelled: scope_cancelled",
      waits: "cancelled: scope_cancelled",
      after: "cancelled: dependency_failed",
      other: "queued",
      none: "queued",
    });
    expect(world.row("agent", "a").busy).toBe(0);
    expect(world.row("attempt", "runs#1").status).toBe("cancelled");
    expect(world.due()).toEqual([]);
  });

  test("reaches no job of another run, though its token has the same name", () => {
    const world = nested();
    world.commit(
      { type: "run.create", runId: "other", workflow: "w" },
      { type: "token.add", runId: "other", tokenId: "in-inner" },
      { type: "job.enqueue", jobId: "theirs", runId: "other", tokenId: "in-inner" },
      enqueue("mine", "in-inner"),
      cancel("inner"),
    );
    expect(statuses(world)).toEqual({ theirs: "queued", mine: "cancelled: scope_cancelled" });
  });

  test("a run that ends with its last job ends when that is cancelled, and not before", () => {
    const world = nested({ completion: "auto" });
    world.commit(enqueue("one", "in-inner"), enqueue("two", "in-beside"));
    world.commit(cancel("inner"));
    expect(run(world).status).toBe("pending");
    world.commit(cancel("beside"));
    expect(run(world)).toMatchObject({ status: "failed", reason: "2 of 2 jobs did not complete" });
    expect(world.refuse(cancel("outer")).code).toBe("run_is_final");
  });

  test("more jobs than one cascade may reach are all cancelled at once", () => {
    const world = nested();
    const names = Array.from({ length: 700 }, (_, index) => `job-${index}`);
    world.commit(...names.map((name) => enqueue(name, "in-inner")));
    world.commit(cancel("outer"));
    expect(run(world).jobCounts).toMatchObject({ cancelled: 700, queued: 0 });
  });
});
