import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tries } from "../../../domain/kernel/depth.test-kit.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/database.ts";
import { openStore } from "../lane/lane.test-kit.ts";
import { between, cleanUp, expectCounted } from "./cleanup.test-kit.ts";

let database: TestDatabase;
const ROUNDS = tries(4, 2);

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/**
 * A server that executes runs and cleans them up, killed with SIGKILL some time after its first
 * clean-up began.
 */
async function runAndKill(afterMs: number): Promise<void> {
  const script = path.join(import.meta.dirname, "../../testing/clean-forever.ts");
  const child = spawn(process.execPath, ["--import", "tsx", script, database.url, "t1"], {
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

test(`kill -9 while rows leave, ${ROUNDS} times: every run exists whole or not at all, and the next clean-up continues`, async () => {
  const store = await openStore(database);
  await store.close();
  for (let round = 0; round < ROUNDS; round += 1) {
    // A random moment: the result must not depend on it.
    await runAndKill(Math.random() * 300);
    await expectCounted(database);
    const left = await database.prisma.run.count();
    // The killed server's lease expires; then another server continues.
    await database.pool.query(`UPDATE "Lease" SET "expiresAt" = now()`);
    const next = await openStore(database);
    const cut = await between(database);
    const { runs, jobs } = await cleanUp(database, next, cut);
    expect([runs, jobs]).toEqual([left, left * 20]);
    await expectCounted(database);
    expect(await next.verify("t1")).toMatchObject({ valid: true });
    expect([await database.prisma.run.count(), await database.prisma.outcome.count()]).toEqual([0, 0]);
    await next.close();
  }
}, 120_000);
