import type { Job } from "../../../../domain/execution/contract.ts";
import { NO_JOBS } from "../../../../domain/execution/contract.ts";
import { canTake } from "../../../../domain/execution/job/claim-order.ts";
import type { DependencyFacts } from "../../../../domain/execution/timeline.ts";
import {
  type ApprovalFacts,
  type Before,
  type CandidateFacts,
  type QueueFacts,
  standingOf,
  type WaitFacts,
  whyWaiting,
} from "../../../../domain/execution/waiting.ts";
import type { Waiting } from "../../../../domain/execution/waiting-answers.ts";
import type { RunStatus } from "../../../../domain/kernel/statuses.ts";
import type { LaneQueries } from "../../lane/lane-database.ts";

/**
 * Reads what explains why jobs wait; `domain/execution/waiting.ts` explains it. All rows are read
 * as JSON, so that every driver gives the same.
 */

/** Most agents considered for one job: those seen last. */
const MAX_CANDIDATES = 1_000;
/** Most jobs counted ahead of one. */
const MAX_BEFORE = 50_000;

/** Reads shared by several explanations, each done once. */
export interface WaitReads {
  queries: LaneQueries;
  tenantId: string;
  at: string;
  queues: Map<string, Promise<QueueFacts>>;
  candidates: Map<string, Promise<CandidateFacts[]>>;
}

/** Begins to read the present state. */
export async function beginWaitReads(queries: LaneQueries, tenantId: string): Promise<WaitReads> {
  const [now] = await queries.query<{ at: number }>(
    `SELECT /* why: now */ (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS "at"`,
    [],
  );
  const at = new Date(now?.at ?? 0).toISOString();
  return { queries, tenantId, at, queues: new Map(), candidates: new Map() };
}

/** Why a job does not run now; null when there is no such job. */
export async function readWhy(reads: WaitReads, jobId: string): Promise<Waiting | null> {
  const [found] = await rows<{ job: Job; runStatus: RunStatus }>(
    reads,
    `SELECT /* why: job */ row_to_json(x)::text AS "row" FROM (SELECT row_to_json(j) AS "job", r."status" AS "runStatus" FROM "Job" AS j
       JOIN "Run" AS r ON r."tenantId" = j."tenantId" AND r."id" = j."runId" WHERE j."tenantId" = $1 AND j."id" = $2) AS x`,
    [jobId],
  );
  if (!found) return null;
  const job = withTimes(found.job);
  return { ...subjectOf(job), reasons: whyWaiting(await factsOf(reads, job, found.runStatus)), at: reads.at };
}

/**
 * Why a job like this does not run now, without its place in the queue: for explaining many at
 * once.
 */
export async function readWhyRoughly(reads: WaitReads, job: Job, runStatus: RunStatus): Promise<Waiting> {
  const facts = { ...(await factsOf(reads, job, runStatus, false)), before: null };
  return { ...subjectOf(job), reasons: whyWaiting(facts), at: reads.at };
}

const subjectOf = ({ id: jobId, runId, status }: Job) => ({ jobId, runId, status });

async function factsOf(reads: WaitReads, job: Job, runStatus: RunStatus, counts = true): Promise<WaitFacts> {
  const waits = job.status === "waiting";
  const [parents, approval, queue, candidates] = await Promise.all([
    waits && job.dependsOn.length > 0 ? parentsOf(reads, job.dependsOn) : [],
    waits && job.approvalId !== null ? approvalOf(reads, job.approvalId) : null,
    queueOf(reads, job.queue),
    candidatesOf(reads, job),
  ]);
  const isDue = job.status === "queued" && Date.parse(job.runAt) <= Date.parse(reads.at);
  const before = counts && isDue && candidates.length > 0 ? await beforeOf(reads, job, candidates) : null;
  return { at: reads.at, job, runStatus, parents, approval, queue, candidates, before };
}

function parentsOf(reads: WaitReads, ids: readonly string[]): Promise<DependencyFacts[]> {
  return rows<DependencyFacts>(
    reads,
    `SELECT /* why: dependencies */ row_to_json(x)::text AS "row" FROM (SELECT "id" AS "jobId", "runId", "step", "status", "finishedAt" FROM "Job"
       WHERE "tenantId" = $1 AND "id" = ANY ($2::text[]) ORDER BY array_position($2::text[], "id")) AS x`,
    [ids],
  ).then((found) => found.map((one) => ({ ...one, finishedAt: timeOf(one.finishedAt) })));
}

async function approvalOf(reads: WaitReads, approvalId: string): Promise<ApprovalFacts | null> {
  const [found] = await rows<ApprovalFacts>(
    reads,
    `SELECT /* why: approval */ row_to_json(x)::text AS "row" FROM (SELECT "id", "title", "status", "requiredApprovals", "decisions", "requestedBy",
       "expiresAt", "createdAt" FROM "Approval" WHERE "tenantId" = $1 AND "id" = $2) AS x`,
    [approvalId],
  );
  if (!found) return null;
  return { ...found, expiresAt: timeOf(found.expiresAt), createdAt: timeOf(found.createdAt) ?? reads.at };
}

/** A queue and who paused it. One without a row has the defaults its first job would give it. */
export function queueOf(reads: WaitReads, queue: string): Promise<QueueFacts> {
  return remembered(reads.queues, queue, async () => {
    const [found] = await rows<QueueFacts>(
      reads,
      `SELECT /* why: queue */ row_to_json(x)::text AS "row" FROM (SELECT q."id", q."paused", q."pauseReason", q."concurrency", q."jobCounts",
         e."actor" AS "pausedBy", e."at" AS "pausedAt" FROM "Queue" AS q LEFT JOIN LATERAL (SELECT "actor", "at" FROM "Event"
           WHERE "tenantId" = q."tenantId" AND "subjectKind" = 'queue' AND "subjectId" = q."id" AND "type" = 'queue.paused' AND q."paused"
           ORDER BY "seq" DESC LIMIT 1) AS e ON true WHERE q."tenantId" = $1 AND q."id" = $2) AS x`,
      [queue],
    );
    const none = { paused: false, pauseReason: null, concurrency: null, jobCounts: NO_JOBS };
    if (!found) return { id: queue, ...none, pausedBy: null, pausedAt: null };
    return { ...found, pausedAt: timeOf(found.pausedAt) };
  });
}

function candidatesOf(reads: WaitReads, { agentKey, capability }: Pick<Job, "agentKey" | "capability">) {
  return remembered(reads.candidates, JSON.stringify([agentKey, capability]), async () => {
    const found = await rows<CandidateFacts>(
      reads,
      `SELECT /* why: agents */ row_to_json(x)::text AS "row" FROM (SELECT a."id", a."displayName", a."capabilities", a."capacity", a."bounded",
         a."busy", a."draining", a."drainReason", a."lastSeenAt", row_to_json(b) AS "breaker" FROM "Agent" AS a
         LEFT JOIN "Breaker" AS b ON b."tenantId" = a."tenantId" AND b."id" = a."id"
         WHERE a."tenantId" = $1 AND ($2::text IS NULL OR a."id" = $2) AND ($3::text IS NULL OR $3 = ANY (a."capabilities"))
         ORDER BY a."lastSeenAt" DESC, a."id" LIMIT ${MAX_CANDIDATES}) AS x`,
      [agentKey, capability],
    );
    return found.map((agent) => ({
      ...agent,
      lastSeenAt: timeOf(agent.lastSeenAt) ?? reads.at,
      breaker: agent.breaker && { ...agent.breaker, resetAt: timeOf(agent.breaker.resetAt) },
    }));
  });
}

interface Group {
  own: boolean;
  capability: string | null;
  agentKey: string | null;
  jobs: number;
  higher: number;
}

/**
 * Jobs ahead of one, in the order of claims (`domain/execution/job/claim-order.ts`), for the agent
 * with the fewest.
 */
async function beforeOf(reads: WaitReads, job: Job, candidates: readonly CandidateFacts[]): Promise<Before> {
  const groups = await rows<Group>(
    reads,
    `SELECT /* why: before */ row_to_json(x)::text AS "row" FROM (
       SELECT j."queue" = $2 AS "own", j."capability", j."agentKey", count(*)::int AS "jobs",
         (count(*) FILTER (WHERE j."priority" > $3::int))::int AS "higher"
       FROM (SELECT c."queue", c."capability", c."agentKey", c."priority", c."runId" FROM "Queue" AS q CROSS JOIN LATERAL (
           SELECT "queue", "capability", "agentKey", "priority", "runId" FROM "Job" WHERE "tenantId" = $1 AND "queue" = q."id"
             AND "status" = 'queued' AND "runAt" <= $6::text::timestamptz
             AND ("priority" > $3::int OR ("priority" = $3::int AND ("runAt", "id") < ($4::text::timestamptz, $5::text)))
           LIMIT ${MAX_BEFORE}) AS c
         WHERE q."tenantId" = $1 AND (q."jobCounts" ->> 'queued')::int > 0 AND (q."id" = $2 OR (NOT q."paused"
           AND (q."concurrency" IS NULL OR q."concurrency" > (q."jobCounts" ->> 'running')::int))) LIMIT ${MAX_BEFORE}) AS j
       JOIN "Run" AS r ON r."tenantId" = $1 AND r."id" = j."runId" AND r."status" IN ('pending', 'running', 'blocked')
       GROUP BY 1, 2, 3) AS x`,
    [job.queue, job.priority, job.runAt, job.id, reads.at],
  );
  const able = candidates.filter((agent) => standingOf(agent, reads.at) === "able");
  const pool = able.length > 0 ? able : candidates;
  const places = pool.map((agent) => placeFor(agent, groups));
  return places.reduce((best, one) => (isSooner(one, best) ? one : best));
}

const isSooner = (a: Before, b: Before): boolean =>
  a.inQueue < b.inQueue || (a.inQueue === b.inQueue && a.elsewhere < b.elsewhere);

function placeFor(agent: CandidateFacts, groups: readonly Group[]): Before {
  const place: Before = { agentKey: agent.id, inQueue: 0, higher: 0, elsewhere: 0 };
  for (const group of groups) {
    if (!canTake(agent, group)) continue;
    if (!group.own) place.elsewhere += group.jobs;
    else {
      place.inQueue += group.jobs;
      place.higher += group.higher;
    }
  }
  return place;
}

/** Rows that a statement returns as JSON text in `row`; the tenant is its first parameter. */
export async function rows<T>(reads: WaitReads, text: string, values: readonly unknown[]): Promise<T[]> {
  const found = await reads.queries.query<{ row: string }>(text, [reads.tenantId, ...values]);
  return found.map(({ row }) => JSON.parse(row) as T);
}

/** A job's row from JSON, with times in the usual format. */
export function withTimes(job: Job): Job {
  const times = [
    "runAt",
    "createdAt",
    "updatedAt",
    "queuedAt",
    "startedAt",
    "finishedAt",
    "leaseExpiresAt",
    "escalatedAt",
  ];
  const next: { [column: string]: unknown } = { ...job };
  for (const column of times) next[column] = timeOf(next[column] as string | null);
  return next as unknown as Job;
}

const timeOf = (at: string | null): string | null => (at === null ? null : new Date(at).toISOString());

function remembered<T>(known: Map<string, Promise<T>>, key: string, read: () => Promise<T>): Promise<T> {
  const found = known.get(key) ?? read();
  known.set(key, found);
  return found;
}
