import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing/database.ts";
import { createPgProxy, type PgProxy } from "../testing/pg-proxy.ts";
import { type DatabaseWatch, watchDatabase } from "./watch.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

let proxy: PgProxy;
let watch: DatabaseWatch;
let told: boolean[] = [];
beforeEach(async () => {
  proxy = await createPgProxy(database.url);
  watch = watchDatabase(proxy.url, { everyMs: 20, retryMs: 10 });
  told = [];
  watch.onChange((away) => void told.push(away));
});
afterEach(async () => {
  await watch.close();
  await proxy.close();
});

const sessions = async (): Promise<number[]> => {
  const { rows } = await database.pool.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'switchyard watch'`,
  );
  return rows.map((row) => row.pid);
};

test("E8: a database that goes is away until it is back, and each is told once", async () => {
  await expect.poll(sessions).toHaveLength(1);
  proxy.setAway(true);
  await expect.poll(() => told).toEqual([true]);
  expect(watch.away).toBe(true);
  proxy.setAway(false);
  await expect.poll(() => told).toEqual([true, false]);
  expect(watch.away).toBe(false);
});

test("a session that is ended while the database stays is no absence", async () => {
  await expect.poll(sessions).toHaveLength(1);
  const [pid] = await sessions();
  await database.pool.query("SELECT pg_terminate_backend($1)", [pid]);
  await expect.poll(async () => (await sessions()).filter((other) => other !== pid)).toHaveLength(1);
  expect(told).toEqual([]);
});

test("a watch that is closed while the database is away ends, and says nothing any more", async () => {
  await expect.poll(sessions).toHaveLength(1);
  proxy.setAway(true);
  await expect.poll(() => told).toEqual([true]);
  await watch.close();
  proxy.setAway(false);
  expect(told).toEqual([true]);
});
