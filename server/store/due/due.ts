import type { Mutation } from "../../../domain/commit/mutations.ts";
import { CASCADE_LIMIT } from "../../../domain/execution/limits.ts";
import type { LaneQueries } from "../lane/lane-database.ts";
import { AHEAD, isoOf } from "../sql.ts";

/**
 * A mutation that is due. It carries the state it saw, so that being late or repeated does no harm.
 */
export interface Due {
  tenantId: string;
  mutation: Mutation;
}

/** Limit of each kind per round; the rest follows in the next round. */
const LIMIT = CASCADE_LIMIT;

/**
 * A worker that kills a hung job at its time limit should report its output first, so the clock
 * waits this much longer, ms. Well within the half second in which timers fire.
 */
const TIMEOUT_GRACE_MS = 250;

/*
 * A head beyond AHEAD: the clock was ahead and has been corrected. Waits that began then would last
 * until it has caught up, so they are due now: reducers start them anew (`job.expire` with `clock`,
 * `run.timeout`, `breaker.tick`).
 */

const DUE_BREAKERS = `SELECT /* due breakers */ b."tenantId", b."id"
  FROM "LogHead" AS h JOIN "Breaker" AS b ON b."tenantId" = h."tenantId"
  WHERE (b."state" IN ('open', 'forced_open', 'disabled') AND b."resetAt" <= now())
    OR (b."state" = 'half_open' AND EXISTS (SELECT 1 FROM jsonb_array_elements(b."trials") AS t WHERE (t ->> 'expiresAt')::timestamptz <= now()))
    OR (h."at" > ${AHEAD} AND b."changedAt" > ${AHEAD})
  LIMIT $1::int`;

const DUE_JOBS = `SELECT /* due jobs */ j."tenantId", j."id", j."attempt", j."leaseExpiresAt" <= now() AS "lease"
  FROM "LogHead" AS h JOIN "Job" AS j ON j."tenantId" = h."tenantId" AND j."status" = 'running'
  WHERE j."leaseExpiresAt" <= now() OR j."timeoutAt" <= now() - CASE WHEN j."leaseExpiresAt" IS NULL THEN interval '0' ELSE $2::int * interval '1 millisecond' END
  LIMIT $1::int`;

const DUE_RUNS = `SELECT /* due runs */ r."tenantId", r."id", ${isoOf('r."deadlineAt"')} AS "deadlineAt"
  FROM "LogHead" AS h JOIN "Run" AS r ON r."tenantId" = h."tenantId" AND r."status" IN ('pending', 'running', 'blocked')
  WHERE r."deadlineAt" <= now() OR (h."at" > ${AHEAD} AND r."deadlineAt" > ${AHEAD} + r."timeoutMs" * interval '1 millisecond') LIMIT $1::int`;

const DUE_ACKNOWLEDGEMENTS = `SELECT /* due acknowledgements */ a."tenantId", a."id", ${isoOf('a."ackExpiresAt"')} AS "ackExpiresAt"
  FROM "LogHead" AS h JOIN "Alert" AS a ON a."tenantId" = h."tenantId" AND a."status" = 'acknowledged'
  WHERE a."ackExpiresAt" <= now() OR (h."at" > ${AHEAD} AND a."ackExpiresAt" IS NOT NULL AND a."acknowledgedAt" > ${AHEAD}) LIMIT $1::int`;

/** $2: how long a session may be idle, ms. */
const DUE_SNOOZES = `SELECT /* due snoozes */ a."tenantId", a."id", ${isoOf('a."snoozedUntil"')} AS "snoozedUntil"
  FROM "LogHead" AS h JOIN "Alert" AS a ON a."tenantId" = h."tenantId" AND a."status" = 'snoozed'
  WHERE a."snoozedUntil" <= now() LIMIT $1::int`;

const DUE_SESSIONS = `SELECT /* due sessions */ s."tenantId", s."id", ${isoOf('s."updatedAt"')} AS "updatedAt"
  FROM "LogHead" AS h JOIN "Session" AS s ON s."tenantId" = h."tenantId" AND s."status" IN ('pending', 'active')
  WHERE s."updatedAt" <= now() - $2::float8 * interval '1 millisecond' LIMIT $1::int`;

const DUE_APPROVALS = `SELECT /* due approvals */ a."tenantId", a."id", ${isoOf('a."expiresAt"')} AS "expiresAt"
  FROM "LogHead" AS h JOIN "Approval" AS a ON a."tenantId" = h."tenantId" AND a."status" = 'pending'
  WHERE a."expiresAt" <= now() LIMIT $1::int`;

/**
 * Left behind by cascades longer than their limit: open jobs of ended runs, and jobs whose
 * dependencies have all ended. Jobs with a pending approval keep waiting for it.
 */
const LEFT_BEHIND = `SELECT /* jobs left behind */ j."tenantId", j."id"
  FROM "LogHead" AS h
  JOIN "Job" AS j ON j."tenantId" = h."tenantId" AND j."status" IN ('waiting', 'queued', 'running')
  JOIN "Run" AS r ON r."tenantId" = j."tenantId" AND r."id" = j."runId"
  WHERE r."status" IN ('completed', 'failed', 'cancelled', 'timed_out')
    OR (j."status" = 'waiting' AND (
      EXISTS (SELECT 1 FROM "Job" AS p WHERE p."tenantId" = j."tenantId" AND p."id" = ANY (j."dependsOn")
        AND p."status" IN ('failed', 'timed_out', 'cancelled'))
      OR (j."approvalId" IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "Approval" AS a WHERE a."tenantId" = j."tenantId" AND a."id" = j."approvalId"
        AND a."status" IN ('pending', 'approved')))
      OR (NOT EXISTS (SELECT 1 FROM "Job" AS p WHERE p."tenantId" = j."tenantId" AND p."id" = ANY (j."dependsOn")
        AND p."status" <> 'completed')
        AND (j."approvalId" IS NULL OR EXISTS (SELECT 1 FROM "Approval" AS a WHERE a."tenantId" = j."tenantId" AND a."id" = j."approvalId"
          AND a."status" = 'approved')))))
  LIMIT $1::int`;

/** Jobs that wait since a time in the future, or longer than intended. */
const JOBS_AHEAD = `SELECT /* jobs ahead of the clock */ j."tenantId", j."id", j."attempt"
  FROM "LogHead" AS h JOIN "Job" AS j ON j."tenantId" = h."tenantId" AND j."status" IN ('queued', 'running')
  WHERE h."at" > ${AHEAD} AND (j."queuedAt" > ${AHEAD} OR (j."status" = 'running' AND (j."startedAt" > ${AHEAD}
    OR j."leaseExpiresAt" > ${AHEAD} + j."leaseMs" * interval '1 millisecond' OR j."timeoutAt" > ${AHEAD} + j."timeoutMs" * interval '1 millisecond')))
  LIMIT $1::int`;

/**
 * Workstreams that follow their jobs and are open although none of their jobs is: their run ended
 * with more of them than one commit covers, or all jobs had ended before the workstream began to
 * follow them.
 */
const WORKSTREAMS_LEFT_BEHIND = `SELECT /* workstreams left behind */ w."tenantId", w."id"
  FROM "LogHead" AS h
  JOIN "Workstream" AS w ON w."tenantId" = h."tenantId" AND w."status" IN ('pending', 'ready', 'running', 'blocked') AND w."follow" = 'jobs'
  JOIN "Run" AS r ON r."tenantId" = w."tenantId" AND r."id" = w."runId"
  CROSS JOIN LATERAL (SELECT coalesce(sum(c."value"::int) FILTER (WHERE c."key" IN ('waiting', 'queued', 'running')), 0) AS "open",
    coalesce(sum(c."value"::int), 0) AS "total" FROM jsonb_each_text(w."jobCounts") AS c) AS n
  WHERE n."open" = 0 AND (n."total" > 0 OR r."status" IN ('completed', 'failed', 'cancelled', 'timed_out'))
  LIMIT $1::int`;

type Found<T> = { tenantId: string; id: string } & T;

/**
 * Everything due now, by the database's clock. A session is due when idle for `sessionRetentionMs`.
 */
export async function readDue(queries: LaneQueries, sessionRetentionMs: number): Promise<Due[]> {
  const [breakers, jobs, runs, acknowledgements, snoozes, sessions, approvals] = await Promise.all([
    queries.query<Found<object>>(DUE_BREAKERS, [LIMIT]),
    queries.query<Found<{ attempt: number; lease: boolean | null }>>(DUE_JOBS, [LIMIT, TIMEOUT_GRACE_MS]),
    queries.query<Found<{ deadlineAt: string }>>(DUE_RUNS, [LIMIT]),
    queries.query<Found<{ ackExpiresAt: string }>>(DUE_ACKNOWLEDGEMENTS, [LIMIT]),
    queries.query<Found<{ snoozedUntil: string }>>(DUE_SNOOZES, [LIMIT]),
    queries.query<Found<{ updatedAt: string }>>(DUE_SESSIONS, [LIMIT, sessionRetentionMs]),
    queries.query<Found<{ expiresAt: string }>>(DUE_APPROVALS, [LIMIT]),
  ]);
  return [
    ...breakers.map(({ tenantId, id }) => due(tenantId, { type: "breaker.tick", agentKey: id })),
    ...jobs.map(({ tenantId, id, attempt, lease }) =>
      due(tenantId, { type: "job.expire", jobId: id, attempt, why: lease ? "lease" : "timeout" }),
    ),
    ...runs.map(({ tenantId, id, deadlineAt }) => due(tenantId, { type: "run.timeout", runId: id, deadlineAt })),
    ...acknowledgements.map(({ tenantId, id, ackExpiresAt }) =>
      due(tenantId, { type: "alert.ack_expire", alertId: id, ackExpiresAt }),
    ),
    ...snoozes.map(({ tenantId, id, snoozedUntil }) =>
      due(tenantId, { type: "alert.snooze_expire", alertId: id, snoozedUntil }),
    ),
    ...sessions.map(({ tenantId, id, updatedAt }) =>
      due(tenantId, { type: "session.expire", sessionId: id, updatedAt }),
    ),
    ...approvals.map(({ tenantId, id, expiresAt }) =>
      due(tenantId, { type: "approval.expire", approvalId: id, expiresAt }),
    ),
  ];
}

/**
 * What long cascades or a wrong clock left behind. Heavier than `readDue`, for the clock's slow
 * round.
 */
export async function readLeftBehind(queries: LaneQueries): Promise<Due[]> {
  const [left, ahead, workstreams] = await Promise.all([
    queries.query<Found<object>>(LEFT_BEHIND, [LIMIT]),
    queries.query<Found<{ attempt: number }>>(JOBS_AHEAD, [LIMIT]),
    queries.query<Found<object>>(WORKSTREAMS_LEFT_BEHIND, [LIMIT]),
  ]);
  return [
    ...left.map(({ tenantId, id }) => due(tenantId, { type: "job.settle", jobId: id })),
    ...workstreams.map(({ tenantId, id }) => due(tenantId, { type: "workstream.settle", workstreamId: id })),
    ...ahead.map(({ tenantId, id, attempt }) =>
      due(tenantId, { type: "job.expire", jobId: id, attempt, why: "clock" }),
    ),
  ];
}

const due = (tenantId: string, mutation: Mutation): Due => ({ tenantId, mutation });
