import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { DAY_MS } from "../../domain/kernel/time.ts";
import { commit, openStore } from "../store/lane/lane.test-kit.ts";
import { laneDatabase } from "../store/lane/lane-database.ts";
import type { LeaderLoop } from "../store/leader-loop.ts";
import { expectCounted } from "../store/maintenance/cleanup.test-kit.ts";
import type { Store } from "../store/types.ts";
import { createTestDatabase, type TestDatabase } from "../testing/database.ts";
import { createCleanupLoop } from "./cleanup.ts";

let database: TestDatabase;
let stores: Store[];
let loops: LeaderLoop[];
const warnings: object[] = [];
const patiently = { timeout: 15_000, interval: 20 };

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  stores = [await openStore(database, "a"), await openStore(database, "b")];
  loops = [];
});
afterEach(async () => {
  for (const loop of loops) await loop.close();
  for (const store of stores) await store.close();
});

function startLoop(store: Store, keepMs: number): void {
  const log = { info: () => {}, warn: (facts: object, message: string) => void warnings.push({ ...facts, message }) };
  const loop = createCleanupLoop({ store, queries: laneDatabase(database.pool), log, keepMs, everyMs: 20 });
  loops.push(loop);
  loop.start();
}

test("decisions older than their retention are removed by themselves, in every tenant, and nothing else is", async () => {
  const [first] = stores as [Store];
  for (const tenantId of ["a", "b"]) {
    await commit(
      first,
      [
        { type: "routing.record", decisionId: "old", taskId: "t", taskType: "x", selectedAgent: "s", success: true },
        { type: "routing.record", decisionId: "new", taskId: "t", taskType: "x", selectedAgent: "s", success: false },
        { type: "run.create", runId: "r", workflow: "w" },
        { type: "run.transition", runId: "r", to: "cancelled" },
      ],
      undefined,
      tenantId,
    );
  }
  // As if created a hundred days ago; servers that start now read it from the database.
  const at = new Date(Date.now() - 100 * DAY_MS);
  await database.prisma.routingDecision.updateMany({ where: { id: "old" }, data: { routedAt: at, outcomeAt: at } });
  await database.prisma.outcome.updateMany({ where: { id: "decision:old" }, data: { at } });
  await database.prisma.run.updateMany({ data: { finishedAt: at } });
  for (const store of stores.splice(0)) await store.close();
  stores.push(await openStore(database, "a"), await openStore(database, "a"));
  for (const store of stores) startLoop(store, 90 * DAY_MS);
  const left = async () =>
    (await database.prisma.routingDecision.findMany()).map(({ tenantId, id }) => `${tenantId} ${id}`);
  await expect.poll(async () => (await left()).sort(), patiently).toEqual(["a new", "b new"]);
  for (const tenantId of ["a", "b"]) await expectCounted(database, tenantId);
  expect(await database.prisma.outcome.count()).toBe(2);
  expect(await database.prisma.run.count()).toBe(2);
  const statistics = await database.prisma.statistics.findMany();
  expect(statistics.map(({ total, baseline }) => [total, baseline])).toMatchObject([
    [2, { total: 1, successful: 1 }],
    [2, { total: 1, successful: 1 }],
  ]);
  expect(warnings).toEqual([]);
});
