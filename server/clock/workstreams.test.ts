import { afterAll, beforeAll, expect, test } from "vitest";
import { migrate, readMigrations } from "../database/migrate.ts";
import { commit, openStore } from "../store/lane/lane.test-kit.ts";
import { laneDatabase } from "../store/lane/lane-database.ts";
import { createTestDatabase, type TestDatabase } from "../testing/database.ts";
import { createClock } from "./index.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const patiently = { timeout: 30_000, interval: 50 };
const counts = (open: number, completed: number) =>
  JSON.stringify({ waiting: 0, queued: open, running: 0, completed, failed: 0, timed_out: 0, cancelled: 0 });

/**
 * A database from before workstreams followed their jobs: four cards of an open run, two of an
 * ended one.
 */
async function oldDatabase(): Promise<void> {
  const before = readMigrations().filter(({ name }) => name < "0016");
  await database.pool.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
  await migrate(database.url, before);
  await database.pool.query(`
    INSERT INTO "Tenant" ("id", "name") VALUES ('t', 'T');
    INSERT INTO "LogHead" ("tenantId", "seq") VALUES ('t', 1);
    INSERT INTO "Run" ("tenantId", "id", "workflow", "status", "createdAt", "updatedAt", "seq", "jobCounts") VALUES
      ('t', 'open', 'w', 'running', now(), now(), 1, '${counts(1, 1)}'),
      ('t', 'over', 'w', 'completed', now(), now(), 1, '${counts(0, 0)}')`);
  const card = (id: string, runId: string, status: string, moved: boolean, jobCounts: string) =>
    database.pool.query(
      `INSERT INTO "Workstream" ("tenantId", "id", "runId", "title", "status", "jobCounts", "createdAt", "enteredAt", "updatedAt", "seq")
       VALUES ('t', $1, $2, $1, $3, $4, '2026-11-01', $5, '2026-11-01', 1)`,
      [id, runId, status, jobCounts, moved ? "2026-11-02" : "2026-11-01"],
    );
  await card("finished", "open", "pending", false, counts(0, 1));
  await card("queued", "open", "pending", false, counts(1, 0));
  await card("moved", "open", "running", true, counts(0, 1));
  await card("placed", "open", "review", false, counts(0, 0));
  await card("never", "over", "pending", false, counts(0, 0));
  await card("returned", "over", "pending", true, counts(0, 0));
  await database.pool.query(
    `INSERT INTO "Attempt" ("tenantId", "id", "jobId", "number", "runId", "workstreamId", "agentKey", "status", "queuedAt", "startedAt", "seq")
     VALUES ('t', 'j#1', 'j', 1, 'open', 'finished', 'a', 'completed', '2026-11-01', '2026-11-01T00:00:01Z', 1)`,
  );
  await migrate(database.url);
}

test("workstreams of an older database follow their jobs unless somebody had placed them; the clock settles them", async () => {
  await oldDatabase();
  const rows = async () =>
    Object.fromEntries(
      (await database.prisma.workstream.findMany({ where: { tenantId: "t" } })).map((row) => [
        row.id,
        `${row.follow} ${row.status}`,
      ]),
    );
  const store = await openStore(database, "t");
  const warnings: string[] = [];
  const log = {
    info: () => {},
    warn: (facts: object, message: string) => void warnings.push(`${message} ${JSON.stringify(facts)}`),
  };
  const clock = createClock({ store, queries: laneDatabase(database.pool), log, everyMs: 20 });
  clock.start();
  await expect.poll(rows, patiently).toEqual({
    finished: "jobs done",
    queued: "jobs pending",
    moved: "manual running",
    placed: "manual review",
    never: "jobs cancelled",
    returned: "manual pending",
  });
  const events = await store.readEvents("t", { after: 1, limit: 100 });
  expect(events.map(({ type, subject }) => `${type} ${subject.id}`).sort()).toEqual([
    "workstream.transitioned finished",
    "workstream.transitioned never",
  ]);
  const runs = await database.prisma.run.findMany({ where: { tenantId: "t" }, orderBy: { id: "asc" } });
  expect(runs.map((run) => run.openWorkstreams)).toEqual([1, 0]);
  const finished = await database.prisma.workstream.findFirstOrThrow({ where: { id: "finished" } });
  expect(finished.startedAt?.toISOString()).toBe("2026-11-01T00:00:01.000Z");
  await commit(store, [{ type: "workstream.follow", workstreamId: "placed" }], {}, "t");
  expect(await rows()).toMatchObject({ placed: "jobs pending" });
  await clock.close();
  await store.close();
  expect(warnings).toEqual([]);
});
