import type pg from "pg";

/**
 * Which database this is: cluster, database in it, and how often its history has forked. A dump
 * restored into another database, another cluster or a new database of the same name, a recovery to
 * a point in time, and a standby that took over each have another identity. A copy of the files
 * keeps it, so the embedded database adds what a copy changes (`mark`).
 *
 * Null where it cannot be known: a standby that does not write, or a role that may not ask.
 */
async function readIdentity(pool: pg.Pool, mark: string): Promise<string | null> {
  try {
    const { rows } = await pool.query<{ identity: string }>(
      `SELECT concat_ws('/', (SELECT system_identifier FROM pg_control_system()), (SELECT oid FROM pg_database WHERE datname = current_database()),
        substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)) AS identity`,
    );
    return [rows[0]?.identity, ...(mark ? [mark] : [])].join("/");
  } catch (error) {
    // 42501 not allowed to ask, 55000 in recovery, 0A000 a service that speaks Postgres without a
    // log of its own.
    if (/^(42501|55000|0A000|42883)$/.test(String((error as { code?: unknown }).code))) return null;
    throw error;
  }
}

const READ = `SELECT "identity" FROM "DatabaseIdentity" WHERE "id" = 1`;
/** Each statement waits for the row, so of servers that start at once one gives new ids. */
const TAKE = `INSERT INTO "DatabaseIdentity" ("id", "identity") VALUES (1, $1) ON CONFLICT ("id") DO NOTHING`;
const RENAME = `WITH moved AS (UPDATE "DatabaseIdentity" SET "identity" = $1 WHERE "id" = 1 AND "identity" <> $1 RETURNING 1)
  UPDATE "LogHead" SET "logId" = gen_random_uuid() WHERE EXISTS (SELECT 1 FROM moved)`;

/**
 * Compares the database's identity with the one its rows were written under. If it is another one,
 * the rows came here by a backup or a standby, and may lack what clients have seen: every log gets
 * a new id, by which clients, archives and Redis see that it is not the old one.
 *
 * @returns how many logs were renamed; 0 as a rule, when nothing is written either.
 */
export async function renameRestoredLogs(pool: pg.Pool, mark = ""): Promise<number> {
  const identity = await readIdentity(pool, mark);
  if (identity === null) return 0;
  const { rows } = await pool.query<{ identity: string }>(READ);
  if (rows[0]?.identity === identity) return 0;
  if (rows.length === 0) await pool.query(TAKE, [identity]);
  const { rowCount } = await pool.query(RENAME, [identity]);
  return rowCount ?? 0;
}
