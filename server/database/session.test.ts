import type pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing/database.ts";
import { createDatabase } from "./client.ts";
import { connect } from "./connect.ts";
import { watchDatabase } from "./watch.ts";

/** What a database or a role may be set to, and what every connection of ours has all the same. */
const SETTINGS: readonly [name: string, theirs: string, ours: string][] = [
  ["TimeZone", "Asia/Kathmandu", "UTC"],
  ["DateStyle", "German, DMY", "ISO, MDY"],
  ["IntervalStyle", "iso_8601", "postgres"],
  ["extra_float_digits", "-15", "1"],
  ["client_encoding", "LATIN1", "UTF8"],
  ["standard_conforming_strings", "off", "on"],
  ["bytea_output", "escape", "hex"],
  ["array_nulls", "off", "on"],
  ["transform_null_equals", "on", "off"],
  ["lc_numeric", "C.UTF-8", "C"],
  ["lc_monetary", "C.UTF-8", "C"],
  ["lc_time", "C.UTF-8", "C"],
  ["default_transaction_isolation", "serializable", "read committed"],
  ["default_transaction_deferrable", "on", "off"],
  ["row_security", "off", "on"],
  ["client_min_messages", "error", "warning"],
  ["exit_on_error", "on", "off"],
  ["plan_cache_mode", "force_custom_plan", "auto"],
  ["jit", "on", "off"],
  ["lock_timeout", "1", "0"],
  ["idle_session_timeout", "50", "0"],
  ["transaction_timeout", "50", "0"],
  ["search_path", "nowhere", '"public"'],
  ["synchronous_commit", "off", "on"],
  ["statement_timeout", "1234", "5s"],
  ["idle_in_transaction_session_timeout", "1234", "2s"],
];

let db: TestDatabase;
let known: typeof SETTINGS;
beforeAll(async () => {
  db = await createTestDatabase();
  const { rows } = await db.pool.query<{ name: string }>("SELECT lower(name) AS name FROM pg_settings");
  const names = new Set(rows.map(({ name }) => name));
  known = SETTINGS.filter(([name]) => names.has(name.toLowerCase()));
  for (const [name, theirs] of known) {
    await db.pool.query(`ALTER DATABASE ${new URL(db.url).pathname.slice(1)} SET ${name} = '${theirs}'`);
  }
});
afterAll(() => db.drop());

type Queries = Pick<pg.Pool | pg.Client, "query">;
const SHOW = "SELECT name, current_setting(name) AS value FROM unnest($1::text[]) AS name";

async function settingsOf(client: { query: Queries["query"] }): Promise<Record<string, string>> {
  const { rows } = await client.query<{ name: string; value: string }>(SHOW, [known.map(([name]) => name)]);
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
}

const ours = (without: readonly string[] = []) =>
  Object.fromEntries(known.filter(([name]) => !without.includes(name)).map(([name, , value]) => [name, value]));

test("every connection of the pool has the settings that the code relies on", async () => {
  const own = createDatabase(db.url, { max: 3 });
  const clients = await Promise.all([1, 2, 3].map(() => own.pool.connect()));
  for (const client of clients) expect(await settingsOf(client)).toEqual(ours());
  for (const client of clients) client.release();
  await own.close();
});

test("a connection outside the pool has them too, and no limit of time that it did not ask for", async () => {
  const client = await connect(db.url, { name: "test" });
  const { statement_timeout, idle_in_transaction_session_timeout, ...rest } = await settingsOf(client);
  await client.end();
  expect([statement_timeout, idle_in_transaction_session_timeout]).toEqual(["0", "0"]);
  expect(rest).toEqual(ours(["statement_timeout", "idle_in_transaction_session_timeout"]));
});

test("the watch stays connected although idle sessions are ended here", async () => {
  const watch = watchDatabase(db.url, { everyMs: 200 });
  const pids = async () => {
    const { rows } = await db.pool.query<{ pid: number }>(
      "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'switchyard watch'",
    );
    return rows.map(({ pid }) => pid);
  };
  await expect.poll(pids).toHaveLength(1);
  const before = await pids();
  await db.pool.query("SELECT pg_sleep(0.5)");
  expect(await pids()).toEqual(before);
  await watch.close();
});

test("a stricter wait for commits than ours stays as it is", async () => {
  await db.pool.query(`ALTER DATABASE ${new URL(db.url).pathname.slice(1)} SET synchronous_commit = 'remote_apply'`);
  const client = await connect(db.url, { name: "test" });
  expect((await client.query("SHOW synchronous_commit")).rows).toEqual([{ synchronous_commit: "remote_apply" }]);
  await client.end();
});

test("times written and read by Prisma, by the driver and by SQL are the same moment", async () => {
  const own = createDatabase(db.url);
  const moment = new Date("2026-07-01T12:34:56.789Z");
  await own.prisma.tenant.create({ data: { id: "moment", name: "Moment", createdAt: moment } });
  const { createdAt } = await own.prisma.tenant.findUniqueOrThrow({ where: { id: "moment" } });
  const { rows } = await own.pool.query(
    `SELECT "createdAt", extract(epoch FROM "createdAt")::float8 AS "epoch" FROM "Tenant" WHERE id = 'moment'`,
  );
  const found = await own.prisma.tenant.count({ where: { id: "moment", createdAt: { gte: moment, lte: moment } } });
  await own.close();
  expect([createdAt, rows, found]).toEqual([moment, [{ createdAt: moment, epoch: moment.getTime() / 1000 }], 1]);
});
