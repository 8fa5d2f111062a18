import type { LaneQueries } from "./lane/lane-database.ts";
import { isoOf } from "./sql.ts";

/**
 * Notes for each tenant that a server is up in this minute and this hour: gauges `up` and
 * `up_hour`, outside the log. Charts use it to tell "nothing happened" from "no server was
 * running".
 */
const NOTE = `INSERT /* up */ INTO "Gauge" ("tenantId", "id", "metric", "key", "t", "last", "max", "min", "seq")
  SELECT h."tenantId", m."metric" || '||' || ${isoOf('m."t"')}, m."metric", '', m."t", 1, 1, 1, 0
  FROM "LogHead" AS h
  CROSS JOIN (VALUES ('up', date_trunc('minute', now(), 'UTC')), ('up_hour', date_trunc('hour', now(), 'UTC'))) AS m("metric", "t")
  ON CONFLICT ("tenantId", "id") DO NOTHING`;

/** Notes it; repeated within the same minute it changes nothing. */
export async function noteUp(queries: LaneQueries): Promise<void> {
  await queries.query(NOTE, []);
}
