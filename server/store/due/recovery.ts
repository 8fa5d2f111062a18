import type { LaneQueries } from "../lane/lane-database.ts";
import { isoOf } from "../sql.ts";

/** Unfinished runs found by a server that starts or takes over. */
export interface IncompleteRuns {
  incompleteRuns: number;
  /** The one waiting longest; null when there is none. */
  oldest: { tenantId: string; runId: string; createdAt: string } | null;
}

const INCOMPLETE_RUNS = `SELECT /* incomplete runs */ r."tenantId", r."id" AS "runId",
    ${isoOf('r."createdAt"')} AS "createdAt", (count(*) OVER ())::int AS "incompleteRuns"
  FROM "LogHead" AS h JOIN "Run" AS r ON r."tenantId" = h."tenantId" AND r."status" IN ('pending', 'running', 'blocked')
  ORDER BY r."createdAt", r."id" LIMIT 1`;

/**
 * The open runs of all tenants. `GET /runs?status=pending,running,blocked&order=asc` lists them.
 */
export async function readIncompleteRuns(queries: LaneQueries): Promise<IncompleteRuns> {
  const [first] = await queries.query<Exclude<IncompleteRuns["oldest"], null> & { incompleteRuns: number }>(
    INCOMPLETE_RUNS,
    [],
  );
  if (!first) return { incompleteRuns: 0, oldest: null };
  const { incompleteRuns, ...oldest } = first;
  return { incompleteRuns, oldest };
}
