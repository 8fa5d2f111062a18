import { DAY_MS, HOUR_MS } from "../../../domain/kernel/time.ts";
import type { LaneDatabase, LaneQueries } from "../lane/lane-database.ts";

/**
 * Rolls tallies up: minutes and hours summed over all agents, over types of task per agent and over
 * agents per type, and days of each of these and of every agent at every type. A chart thus reads
 * one row per step, however many agents and types there are.
 *
 * It runs beside the lane and may be behind: a mark says up to where rollups are complete, and what
 * comes after it is read from the tallies (`reads/tallied.ts`), so results are exact at any time. A
 * stretch is rolled up when the log has passed its end: figures never get a time before that of the
 * commit before, so no outcome can be added to it any more. If the head is ahead of the clock,
 * which was wrong once, figures use the clock, and so does this: the mark moves back to it.
 * Repeating it yields the same rows, so a second node or a crash in between does no harm.
 */
export async function rollUp(database: LaneDatabase, signal?: AbortSignal): Promise<number> {
  const tenants = await database.query<{ tenantId: string }>(`SELECT "tenantId" FROM "LogHead"`, []);
  let pieces = 0;
  for (const { tenantId } of tenants) {
    for (const width of ["minute", "hour", "day"] as const) {
      while (!signal?.aborted && (await database.transaction((queries) => rollPiece(queries, tenantId, width))))
        pieces += 1;
    }
  }
  return pieces;
}

type RolledWidth = "minute" | "hour" | "day";

/** Tallies are stored by minute and hour; days are summed from hours. */
const MADE_OF = { minute: "minute", hour: "hour", day: "hour" } as const;
/** Stretch of one transaction, so that each is short. */
const PIECE_MS = { minute: HOUR_MS, hour: DAY_MS, day: DAY_MS } as const;

/**
 * The next piece: from the mark (or the oldest tally) to the log's head, no longer than a piece. $1
 * tenant · $2 width · $3 width of the tallies · $4 ms.
 */
const NEXT = `SELECT /* rollup: next */ p."from", least(p."end", p."from" + $4::float8 * interval '1 millisecond') AS "to" FROM (
    SELECT coalesce(
        (SELECT least(m."upTo", date_trunc($2, now(), 'UTC')) FROM "RollupMark" AS m WHERE m."tenantId" = $1 AND m."width" = $2),
        (SELECT date_trunc($2, min(t."t"), 'UTC') FROM "Tally" AS t WHERE t."tenantId" = $1 AND t."width" = $3)
      ) AS "from",
      (SELECT date_trunc($2, CASE WHEN h."at" > now() THEN now() - interval '10 seconds' ELSE h."at" END, 'UTC')
        FROM "LogHead" AS h WHERE h."tenantId" = $1) AS "end"
  ) AS p WHERE p."from" < p."end"`;

/** $1 tenant · $2 width · $3 width of the tallies · $4 from · $5 to. */
const ROLL = `WITH counted AS (
    SELECT s."scope", CASE WHEN s."scope" IN ('agent', 'both') THEN t."agentKey" ELSE '' END AS "agentKey",
      CASE WHEN s."scope" IN ('type', 'both') THEN t."taskType" ELSE '' END AS "taskType", date_trunc($2, t."t", 'UTC') AS "t",
      t."total", t."successful", t."failed", t."upstream", t."timed", t."totalDurationMs", t."histogram"
    FROM "Tally" AS t CROSS JOIN (VALUES ('all'), ('agent'), ('type'), ('both')) AS s("scope")
    WHERE t."tenantId" = $1 AND t."width" = $3 AND t."t" >= $4 AND t."t" < $5 AND (s."scope" <> 'both' OR $2 = 'day')
  ), histograms AS (
    SELECT b."scope", b."agentKey", b."taskType", b."t", jsonb_object_agg(b."bucket", b."count") AS "histogram" FROM (
      SELECT o."scope", o."agentKey", o."taskType", o."t", e."key" AS "bucket", sum(e."value"::bigint) AS "count"
      FROM counted AS o CROSS JOIN jsonb_each_text(o."histogram") AS e GROUP BY 1, 2, 3, 4, 5
    ) AS b GROUP BY 1, 2, 3, 4
  ), figures AS (
    SELECT o."scope", o."agentKey", o."taskType", o."t", sum(o."total")::int AS "total", sum(o."successful")::int AS "successful",
      sum(o."failed")::int AS "failed", sum(o."upstream")::int AS "upstream", sum(o."timed")::int AS "timed", sum(o."totalDurationMs") AS "totalDurationMs"
    FROM counted AS o GROUP BY 1, 2, 3, 4
  )
  INSERT /* rollup */ INTO "Rollup" ("tenantId", "width", "scope", "agentKey", "taskType", "t", "total", "successful", "failed", "upstream", "timed",
    "totalDurationMs", "histogram")
  SELECT $1, $2, f."scope", f."agentKey", f."taskType", f."t", f."total", f."successful", f."failed", f."upstream", f."timed", f."totalDurationMs",
    coalesce(h."histogram", '{}')
  FROM figures AS f LEFT JOIN histograms AS h USING ("scope", "agentKey", "taskType", "t")
  ON CONFLICT ("tenantId", "width", "scope", "agentKey", "taskType", "t") DO UPDATE SET "total" = excluded."total",
    "successful" = excluded."successful", "failed" = excluded."failed", "upstream" = excluded."upstream", "timed" = excluded."timed",
    "totalDurationMs" = excluded."totalDurationMs", "histogram" = excluded."histogram"`;

/** $1 tenant · $2 width · $3 up to. */
const MARK = `INSERT /* rollup: mark */ INTO "RollupMark" AS m ("tenantId", "width", "upTo") VALUES ($1, $2, $3)
  ON CONFLICT ("tenantId", "width") DO UPDATE SET "upTo" =
    CASE WHEN m."upTo" > now() THEN excluded."upTo" ELSE greatest(m."upTo", excluded."upTo") END`;

/** False when there was nothing to do. */
async function rollPiece(queries: LaneQueries, tenantId: string, width: RolledWidth): Promise<boolean> {
  const source = MADE_OF[width];
  const [piece] = await queries.query<{ from: Date; to: Date }>(NEXT, [tenantId, width, source, PIECE_MS[width]]);
  if (!piece) return false;
  await queries.query(ROLL, [tenantId, width, source, piece.from, piece.to]);
  await queries.query(MARK, [tenantId, width, piece.to]);
  return true;
}
