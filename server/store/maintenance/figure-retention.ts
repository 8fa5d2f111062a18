import { setTimeout as delay } from "node:timers/promises";
import { DAY_MS } from "../../../domain/kernel/time.ts";
import type { LaneQueries } from "../lane/lane-database.ts";

/**
 * Retention of figures: minute tallies three days, hours (and days) four hundred days, gauges two
 * weeks. Old ones never change again, so they are deleted without the lane. The latest gauge of
 * each key stays whatever its age: its value still holds.
 */
const KEPT_MS = { minute: 3 * DAY_MS, hour: 400 * DAY_MS, gauge: 14 * DAY_MS } as const;

const AT_ONCE = 5_000;
const PAUSE_MS = 20;

/** $1 tenant · $2 width · $3 ms · $4 limit. */
const deleteFrom = (table: "Tally" | "Rollup") => `DELETE /* old figures */ FROM "${table}" WHERE ctid = ANY (ARRAY(
    SELECT t.ctid FROM "${table}" AS t WHERE t."tenantId" = $1 AND t."width" = $2 AND t."t" < now() - $3::float8 * interval '1 millisecond' LIMIT $4::int
  )) RETURNING 1 AS "gone"`;
const DELETE_TALLIES = deleteFrom("Tally");
const DELETE_ROLLUPS = deleteFrom("Rollup");

/** $1 tenant · $2 ms · $3 limit. */
const DELETE_GAUGES = `DELETE /* old gauges */ FROM "Gauge" WHERE ctid = ANY (ARRAY(
    SELECT g.ctid FROM "Gauge" AS g WHERE g."tenantId" = $1 AND g."metric" <> 'up_hour' AND g."t" < now() - $2::float8 * interval '1 millisecond'
      AND EXISTS (SELECT 1 FROM "Gauge" AS n WHERE n."tenantId" = g."tenantId" AND n."metric" = g."metric" AND n."key" = g."key" AND n."t" > g."t")
    LIMIT $3::int
  )) RETURNING 1 AS "gone"`;

/** Deletes old figures of all tenants, in bounded pieces. Returns the number of rows. */
export async function purgeFigures(queries: LaneQueries, signal: AbortSignal): Promise<number> {
  const tenants = await queries.query<{ tenantId: string }>(`SELECT "tenantId" FROM "LogHead"`, []);
  let gone = 0;
  for (const { tenantId } of tenants) {
    for (const [text, values] of [
      [DELETE_TALLIES, [tenantId, "minute", KEPT_MS.minute, AT_ONCE]],
      [DELETE_TALLIES, [tenantId, "hour", KEPT_MS.hour, AT_ONCE]],
      [DELETE_ROLLUPS, [tenantId, "minute", KEPT_MS.minute, AT_ONCE]],
      [DELETE_ROLLUPS, [tenantId, "hour", KEPT_MS.hour, AT_ONCE]],
      [DELETE_ROLLUPS, [tenantId, "day", KEPT_MS.hour, AT_ONCE]],
      [DELETE_GAUGES, [tenantId, KEPT_MS.gauge, AT_ONCE]],
    ] as const) {
      for (let batch = AT_ONCE; batch === AT_ONCE && !signal.aborted; gone += batch) {
        batch = (await queries.query(text, [...values])).length;
        if (batch === AT_ONCE) await delay(PAUSE_MS);
      }
    }
  }
  return gone;
}
