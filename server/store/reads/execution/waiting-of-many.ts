import type { Job } from "../../../../domain/execution/contract.ts";
import type { QueueWaiting, RunReason, RunWaiting, WaitReason } from "../../../../domain/execution/waiting-answers.ts";
import type { RunStatus } from "../../../../domain/kernel/statuses.ts";
import type { LaneQueries } from "../../lane/lane-database.ts";
import { beginWaitReads, readWhy, readWhyRoughly, rows, type WaitReads, withTimes } from "./waiting.ts";

/** Most groups of jobs explained: those with the most jobs. */
const MAX_GROUPS = 50;
/** Most jobs read that wait for approvals, or for jobs of other runs. */
const MAX_WAITING = 1_000;
const NAMED = 5;
/** Most groups for which the jobs ahead are counted. */
const MAX_PLACES = 3;

interface Group {
  job: Job;
  count: number;
  jobIds: string[];
}

/**
 * What holds up a run's jobs: one entry per cause, with the number of jobs. Jobs with the same
 * (queue, capability, agent) that wait in the same way are explained once.
 */
export async function readRunWhy(
  queries: LaneQueries,
  tenantId: string,
  runId: string,
  runStatus: RunStatus,
): Promise<RunWaiting> {
  const reads = await beginWaitReads(queries, tenantId);
  const found = new Map<string, RunReason>();
  let places = 0;
  for (const group of await groupsOf(reads, runId)) {
    const { reasons } = await readWhyRoughly(reads, withTimes(group.job), runStatus);
    const listed = reasons.filter(({ holds, code }) => holds || code === "agents_silent");
    if (!listed.some(({ holds }) => holds) && places < MAX_PLACES) {
      places += 1;
      listed.push(...(await placeOf(reads, group)));
    }
    for (const reason of listed) {
      const key = keyOf(reason);
      const known = found.get(key);
      if (known) {
        known.count += group.count;
        known.jobIds = [...known.jobIds, ...group.jobIds].slice(0, NAMED);
        if (known.until !== null && reason.until !== null && reason.until < known.until) known.until = reason.until;
      } else found.set(key, { ...reason, count: group.count, jobIds: group.jobIds });
    }
  }
  const reasons = [...found.values()].sort((a, b) => GRAVITY[a.tone] - GRAVITY[b.tone] || b.count - a.count);
  return { runId, reasons, at: reads.at };
}

/** The jobs ahead of the most urgent one, for jobs that nothing else holds up. */
async function placeOf(reads: WaitReads, { jobIds: [first] }: Group): Promise<WaitReason[]> {
  const why = first === undefined ? null : await readWhy(reads, first);
  return why?.reasons.filter(({ code }) => code === "priority") ?? [];
}

const GRAVITY = { critical: 0, warning: 1, info: 2 } as const;

/** All waits that end by time are one cause; others differ by their text. */
const keyOf = ({ code, text }: WaitReason): string =>
  code === "schedule" || code === "backoff" ? code : `${code} ${text}`;

/**
 * Jobs that wait alike, largest group first. Jobs that only wait for jobs of the same run are left
 * out: those have causes of their own.
 */
function groupsOf(reads: WaitReads, runId: string): Promise<Group[]> {
  return rows<Group>(
    reads,
    `SELECT /* why: jobs of a run */ row_to_json(x)::text AS "row" FROM (
       SELECT row_to_json(j) AS "job", g."count", g."jobIds" FROM (
         SELECT (array_agg("id" ORDER BY "runAt", "priority" DESC, "id"))[1] AS "first", count(*)::int AS "count",
           (array_agg("id" ORDER BY "priority" DESC, "runAt", "id"))[1:${NAMED}] AS "jobIds"
         FROM (SELECT *, ARRAY[]::text[] AS "for" FROM "Job" WHERE "tenantId" = $1 AND "runId" = $2 AND "status" = 'queued'
           UNION ALL (SELECT j.*, j."dependsOn" || j."approvalId" AS "for" FROM "Job" AS j
             WHERE j."tenantId" = $1 AND j."runId" = $2 AND j."status" = 'waiting' AND (j."approvalId" IS NOT NULL OR EXISTS (SELECT 1 FROM "Job" AS p
               WHERE p."tenantId" = $1 AND p."id" = ANY (j."dependsOn") AND p."runId" <> j."runId" AND p."status" <> 'completed'))
             LIMIT ${MAX_WAITING})) AS j
         GROUP BY "status", "queue", "capability", "agentKey", "runAt" > $3::text::timestamptz, "attempt" > "attemptBase", "for"
         ORDER BY "count" DESC, 1 LIMIT ${MAX_GROUPS}) AS g
       JOIN "Job" AS j ON j."tenantId" = $1 AND j."id" = g."first" ORDER BY g."count" DESC) AS x`,
    [runId, reads.at],
  );
}

/** Why the job waits that has been due the longest in a queue. */
export async function readQueueWhy(queries: LaneQueries, tenantId: string, queue: string): Promise<QueueWaiting> {
  const reads = await beginWaitReads(queries, tenantId);
  const [oldest] = await rows<{ id: string; since: string; step: string | null }>(
    reads,
    `SELECT /* why: oldest of a queue */ row_to_json(x)::text AS "row" FROM (SELECT "id", greatest("queuedAt", "runAt") AS "since", "step" FROM "Job"
       WHERE "tenantId" = $1 AND "queue" = $2 AND "status" = 'queued' AND "runAt" <= $3::text::timestamptz ORDER BY 2, 1 LIMIT 1) AS x`,
    [queue, reads.at],
  );
  const why = oldest ? await readWhy(reads, oldest.id) : null;
  if (!oldest || !why) return { queue, oldest: null, at: reads.at };
  return { queue, oldest: { ...why, since: new Date(oldest.since).toISOString(), step: oldest.step }, at: reads.at };
}
