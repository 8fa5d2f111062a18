import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tries } from "../../../domain/kernel/depth.test-kit.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/database.ts";
import { openStore } from "../lane/lane.test-kit.ts";
import type { Store } from "../types.ts";
import { archived, keptEvents, openRetention, temporaryFolder } from "./retention.test-kit.ts";

let database: TestDatabase;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: Store;
const tenant = "t1";
const ROUNDS = tries(5, 3);

beforeAll(async () => {
  database = await createTestDatabase();
  folder = await temporaryFolder();
  store = await openStore(database, tenant);
});
afterAll(async () => {
  await store.close();
  await folder.remove();
  await database.drop();
});

/** A server that commits and trims, killed with SIGKILL some time after it began. */
async function runAndKill(afterMs: number): Promise<void> {
  const script = path.join(import.meta.dirname, "../../testing/trim-forever.ts");
  const child = spawn(process.execPath, ["--import", "tsx", script, database.url, tenant, folder.dir], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  await Promise.race([once(child.stdout, "data"), ended]);
  await delay(afterMs);
  child.kill("SIGKILL");
  const [code, signal] = await ended;
  expect([code, signal]).toEqual([null, "SIGKILL"]);
  // Postgres still executes what it had sent.
  const busy = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid()`;
  await expect.poll(async () => (await database.pool.query(busy)).rowCount).toBe(0);
}

test(`kill -9 while the log is being trimmed, ${ROUNDS} times: nothing is lost, nothing is deleted that is not archived`, async () => {
  let trims = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    // A random moment: the result must not depend on it.
    const afterMs = 50 + Math.random() * 400;
    await runAndKill(afterMs);
    const facts = `round ${round}, killed after ${afterMs} ms`;
    // As left by the kill: everything above the floor exists, everything below was archived before.
    await check(facts);
    // The killed server's lease expires; then another server continues.
    await database.pool.query(`UPDATE "Lease" SET "expiresAt" = now()`);
    await openRetention(database, store, { archiveDir: folder.dir, segmentEvents: 7 }).trim(tenant);
    trims = await check(facts);
    const { head, floor } = await store.head(tenant);
    expect(await database.prisma.event.count({ where: { tenantId: tenant } }), facts).toBe(head - floor);
    const names = await readdir(path.join(folder.dir, tenant));
    expect(
      names.filter((name) => !name.endsWith(".ndjson.gz")),
      facts,
    ).toEqual([]);
  }
  expect(trims).toBeGreaterThan(ROUNDS);
}, 120_000);

/** Returns how many trims the log records. */
async function check(facts: string): Promise<number> {
  const { head, floor } = await store.head(tenant);
  expect(await store.verify(tenant), facts).toMatchObject({ valid: true, from: floor + 1 });
  const gone = (await archived(folder.dir, tenant)).events.filter(({ seq }) => seq <= floor);
  const all = [...gone, ...(await keptEvents(store, tenant))];
  expect(
    all.map(({ seq }) => seq),
    facts,
  ).toEqual(Array.from({ length: head }, (_, at) => at + 1));
  const floors = all.flatMap((event) => (event.type === "log.trimmed" ? [event.payload.floor] : []));
  expect(floors, facts).toEqual([...new Set(floors)]);
  return floors.length;
}
