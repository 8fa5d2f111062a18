import fc from "fast-check";
import { expect, test } from "vitest";
import type { ClientMutationInput } from "../../commit/mutations.ts";
import { tries } from "../../kernel/depth.test-kit.ts";
import { World } from "../../kernel/tx.test-kit.ts";
import type { EmittedEvent } from "../../kernel/tx.ts";
import { stateMutation, textOf, tokenId } from "./execution.test-kit.ts";
import { emptyState, type FoldedState, foldState } from "./fold.ts";
import { toSnapshot } from "./snapshot.ts";

const runId = fc.constant("r");
const type = <const T>(value: T) => fc.constant(value);

/**
 * What moves a run's state, and what else moves its version, or ends and brings back what the state
 * is bound to.
 */
const anyMutation: fc.Arbitrary<ClientMutationInput> = fc.oneof(
  { weight: 8, arbitrary: stateMutation },
  {
    weight: 1,
    arbitrary: fc.oneof(
      fc.record({
        type: type("run.transition"),
        runId,
        to: fc.constantFrom("running" as const, "blocked" as const, "cancelled" as const),
      }),
      fc.record({ type: type("run.retry"), runId }),
      fc.record({ type: type("job.enqueue"), runId, jobId: fc.constantFrom("j1", "j2", "j3"), tokenId }),
      fc.record({ type: type("job.start"), jobId: fc.constantFrom("j1", "j2", "j3"), agentKey: type("a") }),
    ),
  },
);

const CREATE: ClientMutationInput = { type: "run.create", runId: "r", workflow: "w", context: { a: { b: 1 } } };

function newWorld(): World {
  const world = new World();
  world.commit(CREATE);
  return world;
}

/**
 * Columns that differ between ways of committing: positions, versions of rows that count commits,
 * secrets made of a commit's own.
 */
const unalike = (row: { id: string }) => ({
  seq: 0,
  ...(row.id !== "r" && { version: 0 }),
  ...("leaseToken" in row && { leaseToken: null }),
});

/** The state with its version. */
function stateOf(world: World): FoldedState {
  const { context, tokens, scopes, stepCount, metadata, version } = world.row("run", "r");
  return { context, tokens, scopes, stepCount, metadata, version };
}

/** Events as they come back from the log. */
const logged = (events: readonly EmittedEvent[]): { type: string; payload: { [key: string]: unknown } }[] =>
  JSON.parse(JSON.stringify(events));
const fold = (events: readonly EmittedEvent[]): FoldedState => logged(events).reduce(foldState, emptyState());

/** All rows, as text; without positions, which differ by commit. */
const rowsOf = (world: World): string[] =>
  [...world.rows].map(([key, { row }]) => `${key} ${textOf({ ...row, ...unalike(row) })}`).sort();

/** Commits the mutations one by one; answers which were accepted. */
function acceptedBy(world: World, asked: readonly ClientMutationInput[]): boolean[] {
  return asked.map((one) => world.attempt([one]).faults.length === 0);
}

const list = (of: fc.Arbitrary<ClientMutationInput>) => fc.array(of, { minLength: 1, maxLength: 30 });
const RUNS = { numRuns: tries(2000) };

test("any mutations give the same rows and the same log in one commit, in several, or one by one", () => {
  let accepted = 0;
  const counts = fc.infiniteStream(fc.integer({ min: 1, max: 6 }));
  fc.assert(
    fc.property(list(anyMutation), counts, (asked, sizes) => {
      const single = newWorld();
      const taken = acceptedBy(single, asked);
      const legal = asked.filter((_, index) => taken[index]);
      accepted += legal.length;
      if (legal.length === 0) return;
      const whole = newWorld();
      whole.commit(...legal);
      const split = newWorld();
      for (let from = 0; from < legal.length; ) {
        const size = sizes.next().value ?? 1;
        split.commit(...legal.slice(from, from + size));
        from += size;
      }
      for (const other of [whole, split]) {
        expect(rowsOf(other)).toEqual(rowsOf(single));
        expect(textOf(other.events)).toBe(textOf(single.events));
      }
    }),
    RUNS,
  );
  expect(accepted).toBeGreaterThan(2.5 * RUNS.numRuns);
}, 120_000);

test("after every commit, the state is the fold of the events, all of them or from wherever one was", () => {
  fc.assert(
    fc.property(list(anyMutation), (asked) => {
      const world = newWorld();
      let folded = fold(world.events);
      for (const one of asked) {
        folded = logged(world.attempt([one]).events).reduce(foldState, folded);
        expect(textOf(folded)).toBe(textOf(stateOf(world)));
      }
      expect(textOf(fold(world.events))).toBe(textOf(stateOf(world)));
    }),
    RUNS,
  );
}, 120_000);

test("a commit with a fault in it reports exactly those that fail one by one, and leaves rows and log as they were", () => {
  let refused = 0;
  fc.assert(
    fc.property(list(anyMutation), list(anyMutation), (before, asked) => {
      const world = newWorld();
      acceptedBy(world, before);
      const twin = newWorld();
      acceptedBy(twin, before);
      const was = [rowsOf(world).join(), textOf(world.events)];
      const taken = acceptedBy(twin, asked);
      if (taken.every(Boolean)) return;
      refused += 1;
      const { faults } = world.attempt(asked);
      expect(faults.map(({ index }) => index)).toEqual(taken.flatMap((ok, index) => (ok ? [] : [index])));
      expect([rowsOf(world).join(), textOf(world.events)]).toEqual(was);
    }),
    RUNS,
  );
  expect(refused).toBeGreaterThan(0.25 * RUNS.numRuns);
}, 120_000);

test("a run restored from a snapshot, at any point, into any run, goes on as the one it was taken from", () => {
  fc.assert(
    fc.property(list(stateMutation), list(stateMutation), list(stateMutation), (before, between, after) => {
      const kept = newWorld();
      acceptedBy(kept, before);
      const snapshot = JSON.parse(JSON.stringify(toSnapshot(kept.row("run", "r"))));
      const other = newWorld();
      acceptedBy(other, between);
      other.commit({ type: "run.restore", runId: "r", snapshot });
      const same = () => {
        const [{ version: _, ...left }, { version: __, ...right }] = [stateOf(kept), stateOf(other)];
        expect(textOf(right)).toBe(textOf(left));
      };
      same();
      expect(acceptedBy(other, after)).toEqual(acceptedBy(kept, after));
      same();
      expect(textOf(fold(other.events))).toBe(textOf(stateOf(other)));
    }),
    RUNS,
  );
}, 120_000);

test("the version counts the changes: one for each event of the state, none for what changed nothing", () => {
  fc.assert(
    fc.property(list(stateMutation), (asked) => {
      const world = newWorld();
      acceptedBy(world, asked);
      expect(stateOf(world).version).toBe(world.events.length);
      expect(world.events.map(({ payload }) => payload?.version ?? 1)).toEqual(
        world.events.map((_, index) => index + 1),
      );
    }),
    { numRuns: tries(500) },
  );
}, 120_000);

test("nothing active is ever in a cancelled scope, or in one that is not there", () => {
  fc.assert(
    fc.property(list(stateMutation), (asked) => {
      const world = newWorld();
      acceptedBy(world, asked);
      const { tokens, scopes } = stateOf(world);
      const things = [
        ...Object.values(tokens).map(({ scopeId: within, status }) => ({ within, status })),
        ...Object.values(scopes).map(({ parentId: within, status }) => ({ within, status })),
      ];
      for (const { within, status } of things) {
        if (within === null) continue;
        expect(Object.keys(scopes)).toContain(within);
        if (scopes[within]?.status === "cancelled") expect(status).toBe("cancelled");
      }
    }),
    RUNS,
  );
}, 120_000);
