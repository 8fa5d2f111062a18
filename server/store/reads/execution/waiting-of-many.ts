import type { Job } from "../../../../domain/execution/contract.ts";
import type { QueueWaiting, RunReason, RunWaiting, WaitReason } from "../../../../domain/execution/waiting-answers.ts";
import type { RunStatus } from "../../../../domain/kernel/statuses.ts";
import type { LaneQueries } from "../../lane/lane-database.ts";
import { type Look, lookNow, readWhy, readWhyRoughly, rows, withTimes } from "./waiting.ts";

/** No more kinds of jobs than these are looked at: those with the most jobs. */
const MAX_GROUPS = 50;
/** No more jobs than these that wait for approvals, or for jobs of other runs. */
const MAX_WAITING = 1_000;
const NAMED = 5;
/** Of no more kinds of jobs is it counted what comes before them. */
const MAX_PLACES = 3;

interface Group {
  job: Job;
  count: number;
  jobIds: string[];
}

/**
 * What holds up the jobs of a run: one entry per cause, each with how many jobs it holds. Jobs that ask for the same (queue, capability, agent)
 * and wait in the same way are looked at once.
 */
export async function readRunWhy(
  queries: LaneQueries,
  tenantId: string,
  runId: string,
  runStatus: RunStatus,
): Promise<RunWaiting> {
  const look = await lookNow(queries, tenantId);
  const found = new Map<string, RunReason>();
  let places = 0;
  for (const group of await groupsOf(look, runId)) {
    const { reasons } = await readWhyRoughly(look, withTimes(group.job), runStatus);
    const told = reasons.filter(({ holds, code }) => holds || code === "agents_silent");
    if (!told.some(({ holds }) => holds) && places < MAX_PLACES) {
      places += 1;
      told.push(...(await placeOf(look, group)));
    }
    for (const reason of told) {
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
  return { runId, reasons, at: look.at };
}

/** What comes before jobs that nothing else holds up: before the most urgent of them. */
async function placeOf(look: Look, { jobIds: [first] }: Group): Promise<WaitReason[]> {
  const why = first === undefined ? null : await readWhy(look, first);
  return why?.reasons.filter(({ code }) => code === "priority") ?? [];
}

const GRAVITY = { critical: 0, warning: 1, info: 2 } as const;

/** What time ends is one cause, whenever that is; the others are told apart by what they say. */
const keyOf = ({ code, text }: WaitReason): string =>
  code === "schedule" || code === "backoff" ? code : `${code} ${text}`;

/** Jobs that wait alike, the most of a kind first. Those that only wait for jobs of the same run are left out: these have causes of their own. */
function groupsOf(look: Look, runId: string): Promise<Group[]> {
  return rows<Group>(
    look,
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
    [runId, look.at],
  );
}

/** Why the job waits that has been due the longest in a queue. */
export async function readQueueWhy(queries: LaneQueries, tenantId: string, queue: string): Promise<QueueWaiting> {
  const look = await lookNow(queries, tenantId);
  const [oldest] = await rows<{ id: string; since: string; step: string | null }>(
    look,
    `SELECT /* why: oldest of a queue */ row_to_json(x)::text AS "row" FROM (SELECT "id", greatest("queuedAt", "runAt") AS "since", "step" FROM "Job"
       WHERE "tenantId" = $1 AND "queue" = $2 AND "status" = 'queued' AND "runAt" <= $3::text::timestamptz ORDER BY 2, 1 LIMIT 1) AS x`,
    [queue, look.at],
  );
  const why = oldest ? await readWhy(look, oldest.id) : null;
  if (!oldest || !why) return { queue, oldest: null, at: look.at };
  return { queue, oldest: { ...why, since: new Date(oldest.since).toISOString(), step: oldest.step }, at: look.at };
}
