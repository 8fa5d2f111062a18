import { randomBytes } from "node:crypto";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { migrate } from "../database/migrate.ts";
import { startTemporaryPostgres } from "../database/temporary.ts";
import { ensurePgBouncer } from "./pgbouncer.ts";
import { ensureRedis } from "./redis.ts";
import { withDatabase } from "./url.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** TEST_DATABASE_URL, or "". */
    givenServer: string;
    /** Where test databases live: a server's URL and the migrated database to clone. */
    testServer: { url: string; template: string };
  }
}

/** What a Postgres elsewhere may be set to. */
export const FOREIGN_HABITS = [
  ["TimeZone", "America/St_Johns"],
  ["DateStyle", "SQL, DMY"],
  ["IntervalStyle", "sql_standard"],
  ["extra_float_digits", "-15"],
  ["bytea_output", "escape"],
  ["standard_conforming_strings", "off"],
  ["default_transaction_isolation", "serializable"],
  ["search_path", "elsewhere', 'public"],
  ["array_nulls", "off"],
  ["idle_session_timeout", "1s"],
] as const;

/**
 * One Postgres for the whole run, with one migrated database that test files clone.
 * TEST_DATABASE_URL names a server to use instead; its user must be allowed to create databases.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Here, once, because two installations at a time stand in each other's way. The tests that need
  // it say so if it is not there.
  ensureRedis();
  ensurePgBouncer();
  const given = project.config.provide.givenServer;
  const server = given ? { url: given, stop: async () => {} } : await startTemporaryPostgres();
  // Nothing may rely on how Postgres happens to be configured; another operator's is configured
  // differently.
  if (!given)
    for (const [name, value] of FOREIGN_HABITS) await run(server.url, `ALTER ROLE ALL SET ${name} = '${value}'`);
  const template = `switchyard_template_${randomBytes(6).toString("hex")}`;
  await run(server.url, `CREATE DATABASE "${template}"`);
  await migrate(withDatabase(server.url, template));
  project.provide("testServer", { url: server.url, template });
  return async () => {
    await run(server.url, `DROP DATABASE "${template}" WITH (FORCE)`);
    await server.stop();
  };
}

async function run(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
