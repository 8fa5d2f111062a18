import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ClientMutationInput } from "../../../domain/commit/mutations.ts";
import type { Run } from "../../../domain/execution/contract.ts";
import { stateMutation, textOf } from "../../../domain/execution/state/execution.test-kit.ts";
import { emptyState, type FoldedState, foldState } from "../../../domain/execution/state/fold.ts";
import { toSnapshot } from "../../../domain/execution/state/snapshot.ts";
import { tries } from "../../../domain/kernel/depth.test-kit.ts";
import { createDatabase, type Database } from "../../database/client.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/database.ts";
import type { Store } from "../types.ts";
import { commit, openStore } from "./lane.test-kit.ts";

const RUNS = tries(30, 10);
let database: TestDatabase;
let own: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  own = createDatabase(database.url, { max: 4 });
});
afterAll(async () => {
  await own.close();
  await database.drop();
});

const stateOf = ({ context, tokens, scopes, stepCount, metadata, version }: Readonly<Run>): FoldedState => ({
  context,
  tokens,
  scopes,
  stepCount,
  metadata,
  version,
});

/** The run as returned by a server that has read everything so far. */
async function runOf(store: Store, tenant: string, runId = "r"): Promise<Readonly<Run>> {
  const { head } = await store.head(tenant);
  const served = await store.read(tenant, "run", runId, head);
  if (!served) throw new Error(`no run ${runId}`);
  return served.row;
}

async function foldOf(store: Store, tenant: string, runId = "r"): Promise<FoldedState> {
  const events = await store.readEvents(tenant, { after: 0, limit: 100_000, runId });
  return events.reduce(foldState, emptyState());
}

/** Commits; returns the error code when refused. */
async function ask(store: Store, tenant: string, mutations: ClientMutationInput[]): Promise<string | undefined> {
  try {
    await commit(store, mutations, {}, tenant);
    return undefined;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === undefined) throw error;
    return code;
  }
}

const commits = fc.array(
  fc.record({ node: fc.nat(1), mutations: fc.array(stateMutation, { minLength: 1, maxLength: 4 }) }),
  { minLength: 10, maxLength: 30 },
);

test("a run that two servers change at once equals the fold of its log, on both, on a new server and in a restored copy", async () => {
  let tenants = 0;
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(commits, async (all) => {
      tenants += 1;
      const tenant = `t${tenants}`;
      const stores = [await openStore(own, tenant), await openStore(own, tenant)] as const;
      const later = await openStore(own, tenant);
      try {
        await commit(stores[0], [{ type: "run.create", runId: "r", workflow: "w" }], {}, tenant);
        const codes = await Promise.all(
          all.map(({ node, mutations }) => ask(stores[node === 0 ? 0 : 1], tenant, mutations)),
        );
        refused += codes.filter((code) => code === "commit_refused").length;
        expect(new Set(codes.filter((code) => code !== undefined && code !== "commit_refused")).size).toBe(0);

        const folded = textOf(await foldOf(stores[0], tenant));
        for (const store of [...stores, later]) expect(textOf(stateOf(await runOf(store, tenant)))).toBe(folded);

        const snapshot = JSON.parse(JSON.stringify(toSnapshot(await runOf(later, tenant))));
        const copy: ClientMutationInput = { type: "run.create", runId: "copy", workflow: "w" };
        await commit(stores[1], [copy, { type: "run.restore", runId: "copy", snapshot }], {}, tenant);
        const copied = stateOf(await runOf(stores[0], tenant, "copy"));
        expect(textOf({ ...copied, version: snapshot.version })).toBe(folded);
        expect(textOf(await foldOf(later, tenant, "copy"))).toBe(textOf(copied));
        expect(await later.verify(tenant)).toMatchObject({ valid: true });
      } finally {
        await Promise.all([...stores, later].map((store) => store.close()));
      }
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
  expect(refused).toBeGreaterThan(RUNS);
}, 120_000);
