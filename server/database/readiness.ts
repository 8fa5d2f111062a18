import type pg from "pg";
import { faultOf, type Reason, SENTENCES } from "./faults.ts";
import type { Migration } from "./migrate.ts";
import type { DatabaseWatch } from "./watch.ts";

/** Why no work can be taken: a word for programs, a sentence for people. */
export interface NotReady {
  reason: Reason | "schema_newer" | "schema_older" | "schema_failed";
  detail: string;
}

interface Standing {
  name: string | null;
  finished: boolean;
  readOnly: boolean;
}

const STANDING = `SELECT m.migration_name AS "name", m.finished_at IS NOT NULL AS "finished", current_setting('transaction_read_only') = 'on' AS "readOnly"
  FROM (SELECT 1) AS one LEFT JOIN _prisma_migrations AS m ON m.rolled_back_at IS NULL`;

/**
 * Asks the database, now: null when it answers, takes writes, and has exactly the schema of these
 * migrations. What the watch has found counts too. Never rejects.
 */
export async function checkReadiness(
  pool: pg.Pool,
  watch: Pick<DatabaseWatch, "reason">,
  migrations: readonly Migration[],
): Promise<NotReady | null> {
  try {
    const { rows } = await pool.query<Standing>(STANDING);
    if (rows.some(({ readOnly }) => readOnly)) return notReady("read_only");
    return schemaFault(rows, migrations) ?? (watch.reason === null ? null : notReady(watch.reason));
  } catch (error) {
    return notReady(watch.reason ?? faultOf(error)?.reason ?? "failing");
  }
}

function schemaFault(rows: readonly Standing[], migrations: readonly Migration[]): NotReady | null {
  const ours = new Set(migrations.map(({ name }) => name));
  const theirs = new Map(rows.flatMap(({ name, finished }) => (name === null ? [] : [[name, finished] as const])));
  const unknown = [...theirs.keys()].find((name) => !ours.has(name));
  if (unknown !== undefined) {
    return {
      reason: "schema_newer",
      detail: `the database's schema is newer than this server: it has the migration "${unknown}"`,
    };
  }
  const missing = [...ours].find((name) => !theirs.has(name));
  if (missing !== undefined) {
    return {
      reason: "schema_older",
      detail: `the database's schema is older than this server: it lacks the migration "${missing}"`,
    };
  }
  const unfinished = [...theirs].find(([, finished]) => !finished)?.[0];
  if (unfinished === undefined) return null;
  return {
    reason: "schema_failed",
    detail: `the migration "${unfinished}" has begun on the database and not finished`,
  };
}

const notReady = (reason: Reason): NotReady => ({ reason, detail: SENTENCES[reason] });
