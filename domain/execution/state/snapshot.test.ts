import { describe, expect, test } from "vitest";
import { World } from "../../kernel/tx.test-kit.ts";
import { toSnapshot } from "./snapshot.ts";
import { SNAPSHOT_VERSION } from "./snapshot-versions.ts";

const runId = "r";

function worldWithState(): World {
  const world = new World();
  world.commit(
    { type: "run.create", runId, workflow: "w", context: { a: { b: [1, null] } }, metadata: { m: 1 } },
    { type: "scope.enter", runId, scopeId: "s" },
    { type: "scope.enter", runId, scopeId: "n", parentId: "s" },
    { type: "token.add", runId, tokenId: "t", token: { scopeId: "n", value: 7 } },
    { type: "step.increment", runId, by: 4 },
  );
  return world;
}

/** A snapshot as it comes back from wherever it was kept. */
const snapshotOf = (world: World) => JSON.parse(JSON.stringify(toSnapshot(world.row("run", runId))));
const state = { context: { a: 1 }, tokens: {}, scopes: {}, stepCount: 0, metadata: {} };
const origin = { runId, version: 1, seq: 1, status: "running" };
const minimal = { schemaVersion: SNAPSHOT_VERSION, ...origin, ...state };
const restore = (snapshot: unknown, into = runId) =>
  ({ type: "run.restore", runId: into, snapshot }) as Parameters<World["commit"]>[0];

describe("run.restore", () => {
  test("brings context, tokens, scopes, step count and metadata back, with an event for each", () => {
    const world = worldWithState();
    const snapshot = snapshotOf(world);
    world.commit(
      { type: "scope.cancel", runId, scopeId: "s" },
      { type: "context.set", runId, context: {} },
      { type: "metadata.set", runId, metadata: {} },
      { type: "step.increment", runId },
    );
    world.commit(restore(snapshot));
    const { schemaVersion, version, seq, status, runId: from, ...was } = snapshot;
    expect(world.row("run", runId)).toMatchObject({ ...was, version: 10, status: "pending" });
    expect(world.events.at(-1)).toEqual({
      type: "run.restored",
      subject: { kind: "run", id: runId },
      runId,
      payload: { from: { runId: from, version, seq }, ...was, version: 10 },
    });
    expect([schemaVersion, status]).toEqual([2, "pending"]);
  });

  test("leaves status, jobs and workstreams as they are", () => {
    const world = worldWithState();
    const snapshot = snapshotOf(world);
    world.commit(
      { type: "workstream.create", runId, workstreamId: "w", title: "W" },
      { type: "job.enqueue", jobId: "j", runId, workstreamId: "w", tokenId: "t" },
      { type: "run.transition", runId, to: "running" },
      { type: "scope.cancel", runId, scopeId: "s" },
    );
    const [job, card] = [world.row("job", "j"), world.row("workstream", "w")];
    world.commit(restore(snapshot));
    expect([world.row("job", "j"), world.row("workstream", "w")]).toEqual([job, card]);
    expect(world.row("run", runId)).toMatchObject({ status: "running", jobCounts: { cancelled: 1 } });
  });

  test("takes another run's snapshot, and so makes one run from another's state", () => {
    const world = worldWithState();
    world.commit({ type: "run.create", runId: "copy", workflow: "w" }, restore(snapshotOf(world), "copy"));
    const { context, tokens, scopes, stepCount, metadata } = world.row("run", runId);
    expect(world.row("run", "copy")).toMatchObject({ context, tokens, scopes, stepCount, metadata, version: 2 });
  });

  test("what is there already is not changed and has no event", () => {
    const world = worldWithState();
    world.commit(restore(snapshotOf(world)));
    expect(world.row("run", runId).version).toBe(5);
  });

  test("is refused on a run that has ended or is not there", () => {
    const world = worldWithState();
    world.commit({ type: "run.transition", runId, to: "cancelled" });
    expect(world.refuse(restore(minimal)).code).toBe("run_is_final");
    expect(world.refuse(restore(minimal, "none")).code).toBe("not_found");
  });

  test("a snapshot whose parts do not hang together is refused, naming each", () => {
    const scope = (parentId: string | null, status = "active") => ({ parentId, status });
    const token = (scopeId: string | null, status = "active") => ({ scopeId, status, value: null });
    const parts: [object, string][] = [
      [{ tokens: { t: token("x") } }, "snapshot.tokens.t.scopeId"],
      [{ scopes: { s: scope("x") } }, "snapshot.scopes.s.parentId"],
      [{ scopes: { s: scope("s") } }, "snapshot.scopes.s.parentId"],
      [{ scopes: { a: scope("b"), b: scope("c"), c: scope("a") } }, "snapshot.scopes.a.parentId"],
      [{ scopes: { s: scope(null, "cancelled") }, tokens: { t: token("s") } }, "snapshot.tokens.t.status"],
      [{ scopes: { s: scope(null, "cancelled"), n: scope("s") } }, "snapshot.scopes.n.status"],
    ];
    const world = worldWithState();
    for (const [part, path] of parts) expect(world.refuse(restore({ ...minimal, ...part })).path).toBe(path);
    const { faults } = world.attempt([restore({ ...minimal, tokens: { t: token("x"), u: token("constructor") } })]);
    expect(faults.map(({ path }) => path)).toEqual(["snapshot.tokens.t.scopeId", "snapshot.tokens.u.scopeId"]);
    world.commit(restore({ ...minimal, scopes: { s: scope(null), n: scope("s", "cancelled") } }));
  });

  test("a snapshot larger than a state may be is refused", () => {
    const fault = worldWithState().refuse(restore({ ...minimal, context: { a: "x".repeat(1_000_000) } }));
    expect(fault.code).toBe("state_too_large");
  });
});

describe("a snapshot of another version", () => {
  const version1 = {
    schemaVersion: 1,
    ...origin,
    variables: { branch: "main" },
    tokens: [
      { tokenId: "t1", scopeId: "s1", value: { at: "lint" } },
      { tokenId: "t2", scopeId: "s2", cancelled: true },
    ],
    scopes: [{ scopeId: "s1" }, { scopeId: "s2", parentId: "s1", cancelled: true }],
    steps: 12,
  };

  test("version 1 is restored as version 2", () => {
    const world = worldWithState();
    world.commit(restore(version1));
    expect(toSnapshot(world.row("run", runId))).toEqual({
      schemaVersion: 2,
      runId,
      version: 6,
      seq: 6,
      status: "pending",
      context: { branch: "main" },
      tokens: {
        t1: { scopeId: "s1", status: "active", value: { at: "lint" } },
        t2: { scopeId: "s2", status: "cancelled", value: null },
      },
      scopes: { s1: { parentId: null, status: "active" }, s2: { parentId: "s1", status: "cancelled" } },
      stepCount: 12,
      metadata: {},
    });
  });

  test("version 1 is held to the rules of its own form, and to those of the state", () => {
    const world = worldWithState();
    const path = (more: object) => world.refuse(restore({ ...version1, ...more })).path;
    expect(path({ context: {} })).toBe("snapshot");
    expect(path({ variables: [] })).toBe("snapshot.variables");
    expect(path({ steps: -1 })).toBe("snapshot.steps");
    expect(path({ tokens: [{ tokenId: "t" }, { tokenId: "t" }] })).toBe("snapshot.tokens.1");
    expect(path({ tokens: [{ tokenId: "t", scopeId: "nowhere" }] })).toBe("snapshot.tokens.t.scopeId");
    expect(path({ tokens: [{ tokenId: "t", scopeId: "s2" }] })).toBe("snapshot.tokens.t.status");
  });

  test.each([
    [{ ...minimal, schemaVersion: 3 }, "this is 3"],
    [{ ...minimal, schemaVersion: 0 }, "this is 0"],
    [{ ...minimal, schemaVersion: "2" }, 'this is "2"'],
    [{ ...minimal, schemaVersion: undefined }, "this is without one"],
    [{}, "this is without one"],
    [7, "this is no snapshot"],
    [null, "this is no snapshot"],
    [[], "this is without one"],
  ])("%j is refused, naming the versions that can be restored", (snapshot, what) => {
    const { faults } = worldWithState().attempt([restore(snapshot)]);
    expect(faults.map(({ message }) => message)).toEqual([
      expect.stringContaining(`this server restores snapshots of schemaVersion 1, 2; ${what}`),
    ]);
  });
});
