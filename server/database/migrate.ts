import { createHash, randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import { StartupError } from "./errors.ts";
import { Prisma } from "./generated/client.ts";
import { connectAtStart, placeOf, reasonOf } from "./requirements.ts";
import { quoteIdentifier } from "./session.ts";
import { schemaOf } from "./url.ts";

/** Prisma's own number for its advisory lock: its CLI and our starters exclude each other. */
const MIGRATION_LOCK = 72_707_369;
/** A starter waits so long for another one, which may be building a large index. */
const LOCK_WITHIN_MS = 600_000;
const LOCK_AGAIN_MS = 250;

// Prisma's DDL for its own table, as its schema engine writes it.
const MIGRATIONS_TABLE = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum VARCHAR(64) NOT NULL,
  finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL,
  logs TEXT,
  rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`;

export interface Migration {
  name: string;
  sql: string;
  /** sha-256 of the file, hex: what the Prisma CLI records. */
  checksum: string;
}

interface Recorded {
  migration_name: string;
  checksum: string;
  finished_at: Date | null;
  rolled_back_at: Date | null;
}

/**
 * Brings the database at `url` to the schema of this code and returns the names of the migrations
 * it applied. Any number of starters may race: one applies, the others wait (`onWait`, once) and
 * find nothing to do. Where nothing is to be done, nobody waits, and the role need not be allowed
 * to make tables. Throws StartupError if the database cannot be reached, lacks a right, knows
 * migrations this code does not, or holds one that was edited after it was applied or that never
 * finished.
 */
export async function migrate(
  url: string,
  migrations: Migration[] = readMigrations(),
  onWait: () => void = () => {},
): Promise<string[]> {
  const client = await connectAtStart(url);
  try {
    let pending = await readPending(client, migrations);
    if (pending.length > 0) {
      await requireRights(client, url);
      await underLock(client, onWait, async () => {
        await client.query(MIGRATIONS_TABLE);
        pending = await pendingMigrations(client, migrations);
        for (const migration of pending) await apply(client, migration);
      });
    }
    await requireTables(client);
    return pending.map((migration) => migration.name);
  } finally {
    await client.end().catch(() => {});
  }
}

/** Migrations found in `directory`, in order: each a folder with a `migration.sql`. */
export function readMigrations(directory: string = migrationsDirectory()): Migration[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .map((name) => {
      const content = readFileSync(path.join(directory, name, "migration.sql"));
      return { name, sql: content.toString("utf8"), checksum: createHash("sha256").update(content).digest("hex") };
    });
}

/**
 * `prisma/migrations` of this checkout, found from the source as well as from the bundle in
 * `dist/`.
 */
export function migrationsDirectory(): string {
  for (let folder = import.meta.dirname; ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, "prisma", "migrations");
    if (existsSync(candidate)) return candidate;
    if (path.dirname(folder) === folder) throw new Error(`no prisma/migrations above ${import.meta.dirname}`);
  }
}

/** Whether there is anything to do, without a lock and without the right to make anything. */
async function readPending(client: pg.Client, migrations: Migration[]): Promise<Migration[]> {
  const { rows } = await client.query<{ there: boolean }>(
    `SELECT to_regclass('_prisma_migrations') IS NOT NULL AS "there"`,
  );
  return rows[0]?.there ? await pendingMigrations(client, migrations) : migrations;
}

/**
 * Holds the lock while the work is done, and gives it back before the connection ends: a pooler may
 * keep that.
 */
async function underLock<T>(client: pg.Client, onWait: () => void, work: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + LOCK_WITHIN_MS;
  for (let waited = false; !(await tryLock(client)); waited = true) {
    if (!waited) onWait();
    if (performance.now() > deadline) throw new StartupError("database_busy", await lockedBy(client));
    await delay(LOCK_AGAIN_MS);
  }
  try {
    return await work();
  } finally {
    await client.query("SELECT pg_advisory_unlock($1)", [MIGRATION_LOCK]).catch(() => {});
  }
}

async function tryLock(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>("SELECT pg_try_advisory_lock($1) AS taken", [MIGRATION_LOCK]);
  return rows[0]?.taken === true;
}

async function lockedBy(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ pid: number; name: string }>(
    `SELECT a.pid, a.application_name AS name FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
      WHERE l.locktype = 'advisory' AND l.granted AND l.objid = $1 AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [MIGRATION_LOCK],
  );
  const holder = rows[0] ? `process ${rows[0].pid} ("${rows[0].name}") holds` : "another process holds";
  return `the database at ${placeOf(client)} could not be migrated: ${holder} the lock for it`;
}

/** Says which right is missing before anything is half made. */
async function requireRights(client: pg.Client, url: string): Promise<void> {
  const { rows } = await client.query<{ role: string; schema: string; mayCreate: boolean }>(
    `SELECT current_user AS "role", current_schema() AS "schema", has_schema_privilege(current_schema(), 'CREATE') AS "mayCreate"`,
  );
  const { role = "", schema, mayCreate } = rows[0] ?? {};
  if (mayCreate) return;
  const grant = `GRANT USAGE, CREATE ON SCHEMA ${quoteIdentifier(schema ?? schemaOf(url))} TO ${quoteIdentifier(role)}`;
  throw new StartupError(
    "database_forbidden",
    `the role "${role}" may not make tables in schema "${schema ?? schemaOf(url)}" of the database at ${placeOf(client)}: ${grant}, or name a schema of its own with ?schema=… in DATABASE_URL`,
  );
}

/** Says which tables the role may not use: those of another owner, as a rule. */
async function requireTables(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string; role: string; schema: string }>(
    `SELECT c.relname AS "name", current_user AS "role", current_schema() AS "schema" FROM pg_catalog.pg_class AS c
      WHERE c.relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = current_schema()) AND c.relkind = 'r' AND c.relname = ANY ($1::text[])
        AND NOT (has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
          AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE')) ORDER BY 1 LIMIT 1`,
    [Object.values(Prisma.ModelName)],
  );
  const found = rows[0];
  if (!found) return;
  throw new StartupError(
    "database_forbidden",
    `the role "${found.role}" may not use the table "${found.name}" of the database at ${placeOf(client)}: GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${quoteIdentifier(found.schema)} TO ${quoteIdentifier(found.role)}`,
  );
}

async function pendingMigrations(client: pg.Client, migrations: Migration[]): Promise<Migration[]> {
  const { rows } = await client.query<Recorded>(
    "SELECT migration_name, checksum, finished_at, rolled_back_at FROM _prisma_migrations WHERE rolled_back_at IS NULL",
  );
  const ours = new Map(migrations.map((migration) => [migration.name, migration]));
  const applied = new Set<string>();
  for (const row of rows) {
    const migration = ours.get(row.migration_name);
    if (!migration) {
      throw new StartupError(
        "database_newer",
        `the database at ${placeOf(client)} is newer than this code: it has the migration "${row.migration_name}", which this code does not know; start the newer version`,
      );
    }
    if (!row.finished_at) {
      throw new StartupError(
        "database_failed_migration",
        `the migration "${row.migration_name}" began on the database at ${placeOf(client)} and did not finish; repair it by hand, then run "npx prisma migrate resolve"`,
      );
    }
    if (row.checksum !== migration.checksum) {
      throw new StartupError(
        "database_changed_migration",
        `the migration "${row.migration_name}" was edited after it was applied to the database at ${placeOf(client)}; put the file back and write a new migration`,
      );
    }
    applied.add(row.migration_name);
  }
  return migrations.filter((migration) => !applied.has(migration.name));
}

/**
 * One transaction holds the migration and its record, so a crash leaves neither. A file with a
 * CONCURRENTLY statement cannot run in one: its record is written first and stays unfinished if it
 * fails.
 */
async function apply(client: pg.Client, migration: Migration): Promise<void> {
  const alone = /\bCONCURRENTLY\b/i.test(migration.sql.replace(/--.*$/gm, ""));
  const id = randomUUID();
  try {
    if (!alone) await client.query("BEGIN");
    await client.query("INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ($1, $2, $3)", [
      id,
      migration.checksum,
      migration.name,
    ]);
    await client.query(migration.sql);
    await client.query(
      "UPDATE _prisma_migrations SET finished_at = clock_timestamp(), applied_steps_count = 1 WHERE id = $1",
      [id],
    );
    if (!alone) await client.query("COMMIT");
  } catch (error) {
    if (alone) await recordFailure(client, id, reasonOf(error));
    throw new StartupError(
      "database_failed_migration",
      `the migration "${migration.name}" failed: ${reasonOf(error)}`,
      {
        cause: error,
      },
    );
  }
}

async function recordFailure(client: pg.Client, id: string, logs: string): Promise<void> {
  // The connection itself may be what failed; the unfinished record says enough then.
  await client.query("UPDATE _prisma_migrations SET logs = $2 WHERE id = $1", [id, logs]).catch(() => {});
}
