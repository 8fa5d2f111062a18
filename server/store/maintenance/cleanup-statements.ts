import type { CleanupCounts } from "../../../domain/maintenance/contract.ts";
import type { LaneQueries } from "../lane/lane-database.ts";

/**
 * Rows old enough to remove, in pages, oldest first. The reducers decide what is removed
 * (`domain/maintenance/cleanup-runs.ts`, `cleanup-agents.ts`); these statements express the same in
 * SQL, so that a dry run can count without changing anything. $1 is the tenant, $2 the time that
 * everything must be older than.
 */

/** The row after which a page begins. */
export interface After {
  at: string;
  id: string;
}

/** Before all rows. */
export const BEGINNING: After = { at: "-infinity", id: "" };

const FINAL = `('completed', 'failed', 'cancelled', 'timed_out')`;
const OLDER = `$2::text::timestamptz`;
const isOpen = (run: string) => `${run}."status" IN ('pending', 'running', 'blocked')`;

/** Alerts that are open, or were until lately. */
const LIVELY_ALERT = `(a."status" <> 'resolved' OR a."resolvedAt" >= ${OLDER}
  OR EXISTS (SELECT 1 FROM "Delivery" AS v WHERE v."tenantId" = $1 AND v."alertId" = a."id" AND v."status" IN ('pending', 'collecting')))`;

/** A run that ended long ago, with everything that belongs to it. */
const isOver = (run: string) => `(${run}."status" IN ${FINAL} AND ${run}."finishedAt" < ${OLDER}
  AND NOT EXISTS (SELECT 1 FROM "Job" AS j WHERE j."tenantId" = $1 AND j."runId" = ${run}."id" AND j."status" IN ('waiting', 'queued', 'running'))
  AND NOT EXISTS (SELECT 1 FROM "Approval" AS p WHERE p."tenantId" = $1 AND p."runId" = ${run}."id" AND (p."status" = 'pending' OR p."updatedAt" >= ${OLDER}))
  AND NOT EXISTS (SELECT 1 FROM "Alert" AS a WHERE a."tenantId" = $1 AND a."runId" = ${run}."id" AND ${LIVELY_ALERT}))`;

/**
 * Runs that stay and may run again hold the runs that their jobs depend on, and those in turn the
 * runs before them. Open runs also hold the run they were started from.
 */
const HELD = `WITH /* cleanup held */ RECURSIVE keeper AS (
    SELECT r."id" FROM "Run" AS r WHERE r."tenantId" = $1 AND r."status" <> 'completed' AND NOT ${isOver("r")}
    UNION
    SELECT p."runId" FROM keeper AS k
      JOIN "Run" AS r ON r."tenantId" = $1 AND r."id" = k."id" AND r."status" <> 'completed'
      JOIN "Job" AS d ON d."tenantId" = $1 AND d."runId" = k."id"
      CROSS JOIN LATERAL unnest(d."dependsOn") AS x("id")
      JOIN "Job" AS p ON p."tenantId" = $1 AND p."id" = x."id" AND p."runId" <> k."id")
  SELECT r."id" FROM "Run" AS r WHERE r."tenantId" = $1 AND r."status" IN ${FINAL} AND r."finishedAt" < ${OLDER}
    AND (r."id" IN (SELECT "id" FROM keeper) OR EXISTS (
      SELECT 1 FROM "Run" AS c WHERE c."tenantId" = $1 AND c."parentRunId" = r."id" AND ${isOpen("c")}))`;

/** Ids of old runs that stay because others need them. */
export async function heldRuns(queries: LaneQueries, tenantId: string, olderThan: string): Promise<Set<string>> {
  const rows = await queries.query<{ id: string }>(HELD, [tenantId, olderThan]);
  return new Set(rows.map(({ id }) => id));
}

/** A run that may be removed, with the number of its rows of each kind. */
export type OldRun = After & { queues: string[] } & Pick<
    CleanupCounts,
    "workstreams" | "jobs" | "attempts" | "approvals" | "alerts" | "deliveries" | "decisions" | "outcomes"
  >;

const count = (table: string, more = "") =>
  `(SELECT count(*)::int FROM "${table}" AS x WHERE x."tenantId" = $1 AND x."runId" = r."id"${more})`;

/** Those not removed by their own age, and not counted with another run's job. */
const DECISIONS_LEFT = ` AND (x."routedAt" >= ${OLDER} OR x."outcomeAt" >= ${OLDER})
  AND NOT EXISTS (SELECT 1 FROM "Job" AS j WHERE j."tenantId" = $1 AND j."id" = x."jobId" AND j."runId" <> r."id")`;

const OLD_RUNS = `WITH /* cleanup runs */ page AS MATERIALIZED (
    SELECT r."id", r."finishedAt" FROM "Run" AS r WHERE r."tenantId" = $1 AND ${isOver("r")}
      AND (r."finishedAt", r."id") > ($3::text::timestamptz, $4::text) ORDER BY r."finishedAt", r."id" LIMIT $5::int),
  alerted AS (SELECT a."runId", count(DISTINCT a."id")::int AS "alerts", count(v."id")::int AS "deliveries"
    FROM page AS p JOIN "Alert" AS a ON a."tenantId" = $1 AND a."runId" = p."id"
    LEFT JOIN "Delivery" AS v ON v."tenantId" = $1 AND v."alertId" = a."id" GROUP BY 1)
  SELECT r."id", r."finishedAt"::text AS "at", ${count("Workstream")} AS "workstreams",
    ${count("Job")} AS "jobs", ${count("Attempt")} AS "attempts", ${count("Approval")} AS "approvals",
    coalesce(t."alerts", 0) AS "alerts", coalesce(t."deliveries", 0) AS "deliveries",
    ${count("RoutingDecision", DECISIONS_LEFT)} AS "decisions",
    ((SELECT count(*) FROM "Attempt" AS t JOIN "Outcome" AS o ON o."tenantId" = $1 AND o."id" = 'attempt:' || t."id" AND o."at" >= ${OLDER}
        WHERE t."tenantId" = $1 AND t."runId" = r."id")
      + (SELECT count(*) FROM "RoutingDecision" AS d JOIN "Outcome" AS o ON o."tenantId" = $1 AND o."id" = 'decision:' || d."id" AND o."at" >= ${OLDER}
        WHERE d."tenantId" = $1 AND d."runId" = r."id"))::int AS "outcomes",
    ARRAY(SELECT DISTINCT j."queue" FROM "Job" AS j WHERE j."tenantId" = $1 AND j."runId" = r."id") AS "queues"
  FROM page AS r LEFT JOIN alerted AS t ON t."runId" = r."id" ORDER BY r."finishedAt", r."id"`;

/**
 * A page of runs that ended long ago; counts only the decisions that are not removed by their own
 * age.
 */
export const oldRuns = (q: LaneQueries, tenantId: string, olderThan: string, after: After, limit: number) =>
  q.query<OldRun>(OLD_RUNS, [tenantId, olderThan, after.at, after.id, limit]);

/** Decisions with their run and job, neither of an open run. */
const DECISIONS = `FROM "RoutingDecision" AS d
  LEFT JOIN "Run" AS r ON r."tenantId" = $1 AND r."id" = d."runId"
  LEFT JOIN "Job" AS j ON j."tenantId" = $1 AND j."id" = d."jobId" LEFT JOIN "Run" AS jr ON jr."tenantId" = $1 AND jr."id" = j."runId"
  WHERE d."tenantId" = $1 AND d."routedAt" < ${OLDER} AND (d."outcomeAt" IS NULL OR d."outcomeAt" < ${OLDER})
    AND NOT coalesce(${isOpen("r")}, false) AND NOT coalesce(${isOpen("jr")}, false)`;

const OUTCOMES = `FROM "Outcome" AS o LEFT JOIN "Run" AS r ON r."tenantId" = $1 AND r."id" = o."runId"
  WHERE o."tenantId" = $1 AND o."at" < ${OLDER} AND NOT coalesce(${isOpen("r")}, false)`;

const page = (name: string, row: string, at: string, from: string) =>
  `SELECT /* cleanup ${name} */ ${row}."id", ${row}."${at}"::text AS "at" ${from}
    AND (${row}."${at}", ${row}."id") > ($3::text::timestamptz, $4::text)
  ORDER BY ${row}."${at}", ${row}."id" LIMIT $5::int`;

const OLD_DECISIONS = page("decisions", "d", "routedAt", DECISIONS);
const OLD_OUTCOMES = page("outcomes", "o", "at", OUTCOMES);

export const oldDecisions = (q: LaneQueries, tenantId: string, olderThan: string, after: After, limit: number) =>
  q.query<After>(OLD_DECISIONS, [tenantId, olderThan, after.at, after.id, limit]);

export const oldOutcomes = (q: LaneQueries, tenantId: string, olderThan: string, after: After, limit: number) =>
  q.query<After>(OLD_OUTCOMES, [tenantId, olderThan, after.at, after.id, limit]);

/** A page as its last row and its number of rows. $1 … $5 as for a page. */
const counted = (name: string, row: string, at: string, from: string) =>
  `SELECT /* cleanup count ${name} */ x."id", x."at"::text AS "at", x."n"::int AS "n" FROM (
    SELECT q.*, row_number() OVER (ORDER BY q."at", q."id") AS "n" FROM (
      SELECT ${row}."id", ${row}."${at}" AS "at" ${from} AND (${row}."${at}", ${row}."id") > ($3::text::timestamptz, $4::text)
      ORDER BY ${row}."${at}", ${row}."id" LIMIT $5::int) AS q) AS x ORDER BY x."n" DESC LIMIT 1`;

const COUNTED = {
  decisions: counted("decisions", "d", "routedAt", DECISIONS),
  outcomes: counted("outcomes", "o", "at", OUTCOMES),
} as const;

/** Rows counted by one statement, so that none takes long. */
const COUNTED_AT_ONCE = 50_000;

/** Counts the decisions or outcomes that would be removed. */
export async function countOld(
  queries: LaneQueries,
  tenantId: string,
  olderThan: string,
  what: keyof typeof COUNTED,
  signal: AbortSignal,
): Promise<number> {
  let sum = 0;
  for (let after = BEGINNING; !signal.aborted; ) {
    const values = [tenantId, olderThan, after.at, after.id, COUNTED_AT_ONCE];
    const [last] = await queries.query<After & { n: number }>(COUNTED[what], values);
    if (!last) break;
    sum += last.n;
    after = last;
  }
  return sum;
}

/** An agent that may be removed, with what is removed along with it. */
export type VanishedAgent = { id: string } & Pick<CleanupCounts, "breakers" | "statistics" | "alerts" | "deliveries">;

const ALERTS_OF_AGENT = `"Alert" AS a WHERE a."tenantId" = $1 AND a."subjectKind" = 'agent' AND a."subjectId" = g."id"`;

const VANISHED = `SELECT /* cleanup agents */ g."id", (b."id" IS NOT NULL)::int AS "breakers", (s."id" IS NOT NULL)::int AS "statistics",
    (SELECT count(*)::int FROM ${ALERTS_OF_AGENT}) AS "alerts",
    (SELECT count(*)::int FROM "Delivery" AS v WHERE v."tenantId" = $1 AND v."alertId" IN (SELECT a."id" FROM ${ALERTS_OF_AGENT})) AS "deliveries"
  FROM "Agent" AS g
  LEFT JOIN "Breaker" AS b ON b."tenantId" = $1 AND b."id" = g."id"
  LEFT JOIN "Statistics" AS s ON s."tenantId" = $1 AND s."id" = g."id"
  WHERE g."tenantId" = $1 AND g."lastSeenAt" < ${OLDER} AND g."updatedAt" < ${OLDER} AND g."busy" = 0
    AND (b."id" IS NULL OR (b."state" = 'closed' AND b."updatedAt" < ${OLDER})) AND (s."id" IS NULL OR s."updatedAt" < ${OLDER})
    AND NOT EXISTS (SELECT 1 FROM ${ALERTS_OF_AGENT} AND ${LIVELY_ALERT})
    AND NOT EXISTS (SELECT 1 FROM "Outcome" AS o LEFT JOIN "Run" AS r ON r."tenantId" = $1 AND r."id" = o."runId"
      WHERE o."tenantId" = $1 AND o."agentKey" = g."id" AND (o."at" >= ${OLDER} OR ${isOpen("r")}))
    AND NOT EXISTS (SELECT 1 FROM "RoutingDecision" AS d LEFT JOIN "Run" AS r ON r."tenantId" = $1 AND r."id" = d."runId"
      LEFT JOIN "Job" AS j ON j."tenantId" = $1 AND j."id" = d."jobId" LEFT JOIN "Run" AS jr ON jr."tenantId" = $1 AND jr."id" = j."runId"
      WHERE d."tenantId" = $1 AND d."selectedAgent" = g."id" AND (d."routedAt" >= ${OLDER} OR d."outcomeAt" >= ${OLDER} OR ${isOpen("r")} OR ${isOpen("jr")}))
    AND g."id" > $3::text ORDER BY g."id" LIMIT $4::int`;

export const vanishedAgents = (q: LaneQueries, tenantId: string, olderThan: string, after: string, limit: number) =>
  q.query<VanishedAgent>(VANISHED, [tenantId, olderThan, after, limit]);

const EXPIRED_KEYS = `SELECT /* cleanup task keys */ "id" FROM "TaskKey"
  WHERE "tenantId" = $1 AND "expiresAt" <= now() AND "id" > $2::text ORDER BY "id" LIMIT $3::int`;

export const expiredTaskKeys = (q: LaneQueries, tenantId: string, after: string, limit: number) =>
  q.query<{ id: string }>(EXPIRED_KEYS, [tenantId, after, limit]);
