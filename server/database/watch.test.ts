import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing/database.ts";
import { createPgProxy, type PgProxy } from "../testing/pg-proxy.ts";
import type { Reason } from "./faults.ts";
import { type DatabaseWatch, watchDatabase } from "./watch.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

let proxy: PgProxy;
let watch: DatabaseWatch;
let reasons: (string | null)[] = [];
beforeEach(async () => {
  proxy = await createPgProxy(database.url);
  watch = watchDatabase(proxy.url, { everyMs: 20, retryMs: 10, suspectMs: 300 });
  reasons = [];
  watch.onChange((reason) => void reasons.push(reason));
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

test("a database that goes is away until it is back, and each is reported once", async () => {
  await expect.poll(sessions).toHaveLength(1);
  proxy.setAway(true);
  await expect.poll(() => reasons).toEqual(["unreachable"]);
  expect(watch.away).toBe(true);
  proxy.setAway(false);
  await expect.poll(() => reasons).toEqual(["unreachable", null]);
  expect(watch.away).toBe(false);
});

test("a reason that is known better than by the lost connection counts, and may come later", async () => {
  let known: Reason | null = null;
  const knowing = watchDatabase(proxy.url, { everyMs: 20, retryMs: 10, knownReason: () => known });
  onTestFinished(() => knowing.close());
  const reasons: (Reason | null)[] = [];
  knowing.onChange((reason) => void reasons.push(reason));
  await expect.poll(sessions).toHaveLength(2);
  proxy.setAway(true);
  await expect.poll(() => reasons).toEqual(["unreachable"]);
  known = "full";
  await expect.poll(() => reasons).toEqual(["unreachable", "full"]);
  proxy.setAway(false);
  await expect.poll(() => reasons).toEqual(["unreachable", "full", null]);
});

test("a session that is ended while the database stays is no absence", async () => {
  await expect.poll(sessions).toHaveLength(1);
  const [pid] = await sessions();
  await database.pool.query("SELECT pg_terminate_backend($1)", [pid]);
  await expect.poll(async () => (await sessions()).filter((other) => other !== pid)).toHaveLength(1);
  expect(reasons).toEqual([]);
});

test("a watch that is closed while the database is away ends, and says nothing any more", async () => {
  await expect.poll(sessions).toHaveLength(1);
  proxy.setAway(true);
  await expect.poll(() => reasons).toEqual(["unreachable"]);
  await watch.close();
  proxy.setAway(false);
  expect(reasons).toEqual(["unreachable"]);
});

const name = () => new URL(database.url).pathname.slice(1);
const backends = async (where = "true"): Promise<void> => {
  await database.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND ${where}`,
  );
};

test("a database that answers but takes no writes says so, and what connections follow another server when it is there", async () => {
  await expect.poll(sessions).toHaveLength(1);
  await database.pool.query(`ALTER DATABASE ${name()} SET default_transaction_read_only = on`);
  await backends("application_name = 'switchyard watch'");
  await expect.poll(() => watch.reason).toBe("read_only");
  const [before] = await sessions();
  // Its connection is given up again and again: the next may lead to a server that takes writes.
  await expect.poll(async () => (await sessions()).some((pid) => pid !== before)).toBe(true);
  await database.pool.query("SET default_transaction_read_only = off");
  await database.pool.query(`BEGIN READ WRITE; ALTER DATABASE ${name()} RESET default_transaction_read_only; COMMIT`);
  await expect.poll(() => watch.reason).toBe(null);
  expect(reasons.filter((reason, index) => reason !== reasons[index - 1])).toEqual(["read_only", null]);
});

test("what a writer was refused for counts until a write succeeds", async () => {
  await expect.poll(sessions).toHaveLength(1);
  watch.suspect("privileges");
  expect(watch.reason).toBe("privileges");
  watch.trust();
  expect([watch.reason, reasons]).toEqual([null, ["privileges", null]]);
});

test("a full disk counts until there is room, also when nobody tries to write", async () => {
  await expect.poll(sessions).toHaveLength(1);
  watch.suspect("full");
  expect(watch.away).toBe(true);
  await expect.poll(() => reasons).toEqual(["full", null]);
});

test("who could not get through is no reason to doubt a database that answers", async () => {
  await expect.poll(sessions).toHaveLength(1);
  watch.suspect("unreachable");
  expect([watch.reason, reasons]).toEqual([null, []]);
});
