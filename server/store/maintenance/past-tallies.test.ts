import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ClientMutationInput } from "../../../domain/commit/mutations.ts";
import { migrationsDirectory } from "../../database/migrate.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/database.ts";
import { commit, openStore } from "../lane/lane.test-kit.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const TALLIES = `SELECT "id", "total", "successful", "failed", "upstream", "timed", "totalDurationMs", "histogram" FROM "Tally" ORDER BY "id"`;

test("an older database gets the tallies that its outcomes would have produced", async () => {
  const store = await openStore(database, "t");
  const run: ClientMutationInput = { type: "run.create", runId: "r", workflow: "w" };
  await commit(store, [run], {}, "t");
  for (const [at, durationMs] of [0, 1, 1.5, 7, 128, 1023.7, 60_000, 3_600_000].entries()) {
    const jobId = `j${at}`;
    const outcome = { jobId, durationMs };
    await commit(
      store,
      [
        { type: "job.enqueue", jobId, runId: "r", ...(at % 2 && { step: "build" }) },
        { type: "job.start", jobId, agentKey: `a${at % 3}` },
        at % 4 === 3
          ? { type: "job.fail", ...outcome, error: { message: "m", ...(at === 7 && { code: "rate_limited" }) } }
          : { type: "job.complete", ...outcome },
      ],
      {},
      "t",
    );
  }
  await commit(store, [{ type: "breaker.record", agentKey: "a1", success: false }], {}, "t");
  await store.close();
  const { rows: kept } = await database.pool.query(TALLIES);
  expect(kept.length).toBeGreaterThan(8);
  await database.pool.query(`DELETE FROM "Tally"`);
  await database.pool.query(`UPDATE "Outcome" SET "fault" = NULL WHERE "fault" = 'own'`);
  const file = path.join(migrationsDirectory(), "0010_tallies_of_past_outcomes", "migration.sql");
  await database.pool.query(readFileSync(file, "utf8"));
  const { rows } = await database.pool.query(TALLIES);
  expect(rows).toEqual(kept);
});
