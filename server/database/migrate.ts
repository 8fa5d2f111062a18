import { createHash, randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import pg from "pg";
import { connect } from "./connect.ts";
import { StartupError } from "./errors.ts";

/** Prisma's own number for its advisory lock: its CLI and our starters exclude each other. */
const MIGRATION_LOCK = 72_707_369;
const OLDEST_SERVER = 150_000;

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
 * Brings the database at `url` to the schema of this code and returns the names of the migrations it applied.
 * Any number of starters may race: one applies, the others wait and find nothing to do.
 * Throws StartupError if the database cannot be reached, is older than PostgreSQL 15, knows migrations this code does
 * not, or holds one that was edited after it was applied or that never finished.
 */
export async function migrate(url: string, migrations: Migration[] = readMigrations()): Promise<string[]> {
  const client = await connectOnce(url);
  try {
    await requireVersion(client);
    // A starter may wait for another one that builds a large index, but not for ever.
    await client.query("SET lock_timeout = '10min'");
    await client.query("SELECT pg_advisory_lock($1)", [MIGRATION_LOCK]);
    await client.query(MIGRATIONS_TABLE);
    const pending = await pendingMigrations(client, migrations);
    for (const migration of pending) await apply(client, migration);
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

/** `prisma/migrations` of this checkout, found from the source as well as from the bundle in `dist/`. */
export function migrationsDirectory(): string {
  for (let folder = import.meta.dirname; ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, "prisma", "migrations");
    if (existsSync(candidate)) return candidate;
    if (path.dirname(folder) === folder) throw new Error(`no prisma/migrations above ${import.meta.dirname}`);
  }
}

async function connectOnce(url: string): Promise<pg.Client> {
  try {
    return await connect(url, { name: "switchyard-migrate", connectTimeoutMs: 10_000 });
  } catch (error) {
    const at = place(new pg.Client({ connectionString: url }));
    throw new StartupError("database_unreachable", `cannot reach the database at ${at}: ${reason(error)}`, {
      cause: error,
    });
  }
}

// Never the whole URL: it holds the password.
function place(client: pg.Client): string {
  return `${client.host}:${client.port}/${client.database ?? ""}`;
}

function reason(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reason(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}

async function requireVersion(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ number: string; version: string }>(
    "SELECT current_setting('server_version_num') AS number, version() AS version",
  );
  const found = rows[0];
  if (found && Number(found.number) >= OLDEST_SERVER && found.version.startsWith("PostgreSQL")) return;
  throw new StartupError(
    "database_too_old",
    `the database at ${place(client)} must be PostgreSQL 15 or newer, it is ${found?.version ?? "unknown"}`,
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
        `the database at ${place(client)} is newer than this code: it has the migration "${row.migration_name}", which this code does not know; start the newer version`,
      );
    }
    if (!row.finished_at) {
      throw new StartupError(
        "database_failed_migration",
        `the migration "${row.migration_name}" began on the database at ${place(client)} and did not finish; repair it by hand, then run "npx prisma migrate resolve"`,
      );
    }
    if (row.checksum !== migration.checksum) {
      throw new StartupError(
        "database_changed_migration",
        `the migration "${row.migration_name}" was edited after it was applied to the database at ${place(client)}; put the file back and write a new migration`,
      );
    }
    applied.add(row.migration_name);
  }
  return migrations.filter((migration) => !applied.has(migration.name));
}

/**
 * One transaction holds the migration and its record, so a crash leaves neither. A file with a CONCURRENTLY statement
 * cannot run in one: its record is written first and stays unfinished if it fails.
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
    if (alone) await recordFailure(client, id, reason(error));
    throw new StartupError("database_failed_migration", `the migration "${migration.name}" failed: ${reason(error)}`, {
      cause: error,
    });
  }
}

async function recordFailure(client: pg.Client, id: string, logs: string): Promise<void> {
  // The connection itself may be what failed; the unfinished record says enough then.
  await client.query("UPDATE _prisma_migrations SET logs = $2 WHERE id = $1", [id, logs]).catch(() => {});
}
