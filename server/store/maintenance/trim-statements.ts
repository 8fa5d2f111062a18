import type { Link } from "../lane/chain.ts";
import type { LaneQueries } from "../lane/lane-database.ts";
import { isoOf } from "../sql.ts";

/**
 * The SQL of retention. Every statement is small: one row, one index lookup, or a bounded range of
 * positions.
 */

const count = async (queries: LaneQueries, text: string, values: unknown[]): Promise<number> =>
  (await queries.query<{ n: number }>(text, values))[0]?.n ?? 0;

/** The head at which a trim starts. Throws for a tenant without a log. */
export async function readTrimHead(queries: LaneQueries, tenantId: string) {
  const [row] = await queries.query<{ seq: number; floor: number; floorHash: string; logId: string }>(
    `SELECT /* head to trim */ "seq"::float8 AS "seq", "floor"::float8 AS "floor", "floorHash", "logId" FROM "LogHead" WHERE "tenantId" = $1`,
    [tenantId],
  );
  if (!row) throw new Error(`${tenantId} has no log`);
  return row;
}

/** The time before which a commit is old, by the database's clock: RFC 3339. */
export async function readCutoff(queries: LaneQueries, keepMs: number): Promise<string> {
  const [row] = await queries.query<{ cutoff: string }>(
    `SELECT /* retention cutoff */ ${isoOf("(now() - $1::float8 * interval '1 millisecond')")} AS "cutoff"`,
    [keepMs],
  );
  return row?.cutoff ?? "";
}

const RECEIPT_BEHIND = `SELECT /* age of a receipt */ "lastSeq"::float8 AS "lastSeq", "committedAt" <= $3::text::timestamptz AS "old"
  FROM "Receipt" WHERE "tenantId" = $1 AND "lastSeq" > $2::text::int8 ORDER BY "lastSeq" LIMIT 1`;

/**
 * The last position of the newest old receipt, or the floor when none is old. Times never go back
 * along the log, so a few index lookups find it however long the log is.
 */
export async function lastOld(
  queries: LaneQueries,
  tenantId: string,
  { floor, seq }: { floor: number; seq: number },
  cutoff: string,
): Promise<number> {
  let [low, high] = [floor, seq];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const values = [tenantId, String(middle), cutoff];
    const [next] = await queries.query<{ lastSeq: number; old: boolean }>(RECEIPT_BEHIND, values);
    if (next?.old) low = next.lastSeq;
    else high = middle;
  }
  return low;
}

/**
 * Whether a range holds anything but records of former trims: those alone are not worth another
 * trim.
 */
export async function isWorthTrimming(queries: LaneQueries, tenantId: string, after: number, upTo: number) {
  const rows = await queries.query<{ found: number }>(
    `SELECT /* anything to trim */ 1 AS "found" FROM "Receipt" WHERE "tenantId" = $1 AND "lastSeq" > $2::text::int8 AND "lastSeq" <= $3::text::int8
      AND "mutations"::text <> '["log.trim"]' LIMIT 1`,
    [tenantId, String(after), String(upTo)],
  );
  return rows.length > 0;
}

/** Tenants whose oldest receipt is old, or with rows below their floor. */
export async function readTrimmable(queries: LaneQueries, cutoff: string): Promise<string[]> {
  const rows = await queries.query<{ tenantId: string }>(
    `SELECT /* tenants to trim */ h."tenantId" FROM "LogHead" AS h
      LEFT JOIN LATERAL (SELECT r."committedAt" FROM "Receipt" AS r WHERE r."tenantId" = h."tenantId" AND r."lastSeq" > h."floor"
        ORDER BY r."lastSeq" LIMIT 1) AS oldest ON true
      WHERE oldest."committedAt" <= $1::text::timestamptz
        OR EXISTS (SELECT 1 FROM "Event" AS e WHERE e."tenantId" = h."tenantId" AND e."seq" <= h."floor")
        OR EXISTS (SELECT 1 FROM "Receipt" AS r WHERE r."tenantId" = h."tenantId" AND r."lastSeq" <= h."floor")
      ORDER BY h."tenantId"`,
    [cutoff],
  );
  return rows.map(({ tenantId }) => tenantId);
}

/** Whether a receipt with this hash ends at this position. */
export async function hasReceipt(queries: LaneQueries, tenantId: string, { seq, hash }: Link): Promise<boolean> {
  const rows = await queries.query<{ found: number }>(
    `SELECT /* receipt at */ 1 AS "found" FROM "Receipt" WHERE "tenantId" = $1 AND "lastSeq" = $2::text::int8 AND "hash" = $3`,
    [tenantId, String(seq), hash],
  );
  return rows.length > 0;
}

/**
 * Moves the floor from a position to a receipt's end. The lane compares only `seq`, so it merely
 * waits for the row lock.
 */
export async function raiseFloor(queries: LaneQueries, tenantId: string, from: number, to: Link): Promise<boolean> {
  const rows = await queries.query<{ raised: number }>(
    `UPDATE /* raise floor */ "LogHead" AS h SET "floor" = $3::text::int8, "floorHash" = $4
      WHERE h."tenantId" = $1 AND h."floor" = $2::text::int8 AND h."seq" >= $3::text::int8
        AND EXISTS (SELECT 1 FROM "Receipt" AS r WHERE r."tenantId" = $1 AND r."lastSeq" = $3::text::int8 AND r."hash" = $4)
      RETURNING 1 AS "raised"`,
    [tenantId, String(from), String(to.seq), to.hash],
  );
  return rows.length > 0;
}

/** The floor last recorded in the log; 0 if none was. */
export async function readRecordedFloor(queries: LaneQueries, tenantId: string): Promise<number> {
  const [row] = await queries.query<{ floor: number }>(
    `SELECT /* recorded floor */ ("payload" ->> 'floor')::float8 AS "floor" FROM "Event" WHERE "tenantId" = $1 AND "type" = 'log.trimmed'
      ORDER BY "seq" DESC LIMIT 1`,
    [tenantId],
  );
  return row?.floor ?? 0;
}

/** The position right before the lowest row at or below the floor; the floor when there is none. */
export async function lowestBelow(queries: LaneQueries, tenantId: string, floor: number): Promise<number> {
  const [row] = await queries.query<{ event: number | null; receipt: number | null }>(
    `SELECT /* lowest row */
      (SELECT "seq" FROM "Event" WHERE "tenantId" = $1 AND "seq" <= $2::text::int8 ORDER BY "seq" LIMIT 1)::float8 AS "event",
      (SELECT "lastSeq" FROM "Receipt" WHERE "tenantId" = $1 AND "lastSeq" <= $2::text::int8 ORDER BY "lastSeq" LIMIT 1)::float8 AS "receipt"`,
    [tenantId, String(floor)],
  );
  return Math.min(row?.event ?? floor + 1, row?.receipt ?? floor + 1) - 1;
}

const range = (tenantId: string, after: number, upTo: number) => [tenantId, String(after), String(upTo)];

export const countReceipts = (queries: LaneQueries, tenantId: string, after: number, upTo: number) =>
  count(
    queries,
    `SELECT /* count receipts */ count(*)::int AS "n" FROM "Receipt" WHERE "tenantId" = $1 AND "lastSeq" > $2::text::int8 AND "lastSeq" <= $3::text::int8`,
    range(tenantId, after, upTo),
  );

export const deleteEvents = (queries: LaneQueries, tenantId: string, after: number, upTo: number) =>
  count(
    queries,
    `WITH /* delete events */ gone AS (DELETE FROM "Event" WHERE "tenantId" = $1 AND "seq" > $2::text::int8 AND "seq" <= $3::text::int8 RETURNING 1)
      SELECT count(*)::int AS "n" FROM gone`,
    range(tenantId, after, upTo),
  );

export const deleteReceipts = (queries: LaneQueries, tenantId: string, after: number, upTo: number) =>
  count(
    queries,
    `WITH /* delete receipts */ gone AS (DELETE FROM "Receipt" WHERE "tenantId" = $1 AND "lastSeq" > $2::text::int8 AND "lastSeq" <= $3::text::int8 RETURNING 1)
      SELECT count(*)::int AS "n" FROM gone`,
    range(tenantId, after, upTo),
  );

/**
 * Deletes up to this many idempotency keys that expired some time ago: a lane's clock may be a
 * little behind, and for it they are still valid. Skips one that a lane is renewing.
 */
export const deleteExpiredKeys = (queries: LaneQueries, tenantId: string | null, graceMs: number, limit: number) =>
  count(
    queries,
    `WITH /* delete expired keys */ expired AS (
        SELECT "tenantId", "principal", "key" FROM "IdempotencyKey"
        WHERE "expiresAt" <= now() - $2::int * interval '1 millisecond' AND ($1::text IS NULL OR "tenantId" = $1)
        ORDER BY "expiresAt" LIMIT $3::int FOR UPDATE SKIP LOCKED),
      gone AS (DELETE FROM "IdempotencyKey" AS k USING expired AS x
        WHERE k."tenantId" = x."tenantId" AND k."principal" = x."principal" AND k."key" = x."key" RETURNING 1)
      SELECT count(*)::int AS "n" FROM gone`,
    [tenantId, graceMs, limit],
  );
