import type { JobWithAttempts } from "../../../../domain/execution/answers.ts";
import type { JobStatus } from "../../../../domain/kernel/statuses.ts";
import type { Wire } from "../../../../domain/kernel/wire.ts";
import { Prisma } from "../../../database/generated/client.ts";
import type { TenantClient } from "../../../database/tenant.ts";
import { decodeCursor, encodeCursor, type Page, type PageRequest, pageOf } from "../kernel/page.ts";
import type { Scope } from "../kernel/scope.ts";
import { wireOf, wiresOf } from "../kernel/wire-rows.ts";
import { textMatches } from "./timeline-ids.ts";

export interface JobQuery extends PageRequest {
  runId?: string;
  workstreamId?: string;
  status?: JobStatus[];
  /** The agent that runs or ran it last, or the only one that may. */
  agent?: string;
  queue?: string;
  /** Text within the step, id, tool or agent, ignoring case. */
  q?: string;
}

/**
 * Jobs searched per page; when too few match, the page is short and its cursor continues from
 * there.
 */
const SEARCH_WINDOW = 20_000;

/** Jobs, newest first. */
export async function listJobs(db: TenantClient, scope: Scope, query: JobQuery): Promise<Page<Wire<"job">>> {
  if (query.q !== undefined) return searchJobs(db, scope, query, query.q);
  const at = decodeCursor(query.cursor, ["time", "text"]);
  const rows = await db.job.findMany({
    where: {
      ...(query.runId !== undefined && { runId: query.runId }),
      ...(query.workstreamId !== undefined && { workstreamId: query.workstreamId }),
      ...(query.status && { status: { in: query.status } }),
      ...(query.queue !== undefined && { queue: query.queue }),
      AND: [
        ...(query.agent !== undefined ? [{ OR: [{ claimedBy: query.agent }, { agentKey: query.agent }] }] : []),
        ...(at ? [{ createdAt: { lte: at[0] }, OR: [{ createdAt: { lt: at[0] } }, { id: { lt: at[1] } }] }] : []),
      ],
    },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: query.limit + 1,
  });
  return pageOf(
    rows,
    query.limit,
    (row) => [row.createdAt, row.id],
    (row) => wireOf("job", row),
  );
}

/** Jobs of a queue that could start now, in the order of claims. */
export async function listDue(
  db: TenantClient,
  { prisma, tenantId }: Scope,
  queue: string,
  { cursor, limit }: PageRequest,
): Promise<Page<Wire<"job">>> {
  const at = decodeCursor(cursor, ["integer", "time", "text"]);
  const after = at
    ? Prisma.sql`AND ("priority" < ${at[0]}::int OR ("priority" = ${at[0]}::int
        AND ("runAt", "id") > (${at[1].toISOString()}::timestamptz, ${at[2]})))`
    : Prisma.empty;
  const order = await prisma.$queryRaw<{ id: string }[]>`
    SELECT "id" FROM "Job" WHERE "tenantId" = ${tenantId} AND "queue" = ${queue} AND "status" = 'queued' AND "runAt" <= clock_timestamp() ${after}
    ORDER BY "priority" DESC, "runAt", "id" LIMIT ${limit + 1}`;
  const stored = await db.job.findMany({ where: { id: { in: order.map(({ id }) => id) } } });
  const byId = new Map(stored.map((row) => [row.id, row]));
  return pageOf(
    order.flatMap(({ id }) => byId.get(id) ?? []),
    limit,
    (row) => [row.priority, row.runAt, row.id],
    (row) => wireOf("job", row),
  );
}

interface Found {
  ids: string[];
  scanned: number;
  lastAt: Date | null;
  lastId: string | null;
}

async function searchJobs(db: TenantClient, scope: Scope, query: JobQuery, q: string): Promise<Page<Wire<"job">>> {
  const { limit } = query;
  const found = await findMatching(scope, query, q);
  const shown = found.ids.slice(0, limit);
  const stored = await db.job.findMany({
    where: { id: { in: shown } },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
  });
  const last = stored.at(-1);
  let nextCursor: string | null = null;
  if (found.ids.length > limit && last) nextCursor = encodeCursor([last.createdAt, last.id]);
  else if (found.scanned === SEARCH_WINDOW && found.lastAt && found.lastId !== null) {
    nextCursor = encodeCursor([found.lastAt, found.lastId]);
  }
  return { items: wiresOf("job", stored), nextCursor };
}

async function findMatching({ prisma, tenantId }: Scope, query: JobQuery, q: string): Promise<Found> {
  const at = decodeCursor(query.cursor, ["time", "text"]);
  const conditions = [
    Prisma.sql`"tenantId" = ${tenantId}`,
    ...(query.runId !== undefined ? [Prisma.sql`"runId" = ${query.runId}`] : []),
    ...(query.workstreamId !== undefined ? [Prisma.sql`"workstreamId" = ${query.workstreamId}`] : []),
    ...(query.status ? [Prisma.sql`"status" = ANY (${query.status})`] : []),
    ...(query.queue !== undefined ? [Prisma.sql`"queue" = ${query.queue}`] : []),
    ...(query.agent !== undefined ? [Prisma.sql`("claimedBy" = ${query.agent} OR "agentKey" = ${query.agent})`] : []),
    ...(at ? [Prisma.sql`("createdAt", "id") < (${at[0].toISOString()}::timestamptz, ${at[1]})`] : []),
  ];
  const [found] = await prisma.$queryRaw<Found[]>`
    WITH scanned AS MATERIALIZED (
      SELECT "id", "createdAt", "step", "tool", "claimedBy" FROM "Job"
      WHERE ${Prisma.join(conditions, " AND ")} ORDER BY "createdAt" DESC, "id" DESC LIMIT ${SEARCH_WINDOW}
    ), matching AS (
      SELECT "id", "createdAt" FROM scanned WHERE ${textMatches(q)} ORDER BY "createdAt" DESC, "id" DESC LIMIT ${query.limit + 1}
    )
    SELECT (SELECT coalesce(array_agg("id" ORDER BY "createdAt" DESC, "id" DESC), '{}') FROM matching) AS "ids",
      (SELECT count(*)::int FROM scanned) AS "scanned",
      (SELECT "createdAt" FROM scanned ORDER BY "createdAt", "id" LIMIT 1) AS "lastAt",
      (SELECT "id" FROM scanned ORDER BY "createdAt", "id" LIMIT 1) AS "lastId"`;
  return found ?? { ids: [], scanned: 0, lastAt: null, lastId: null };
}

/** A job with its attempts, the first one first; null when there is no such job. */
export async function readJob(db: TenantClient, jobId: string): Promise<JobWithAttempts | null> {
  const [job, attempts] = await Promise.all([
    db.job.findFirst({ where: { id: jobId } }),
    db.attempt.findMany({ where: { jobId }, orderBy: { number: "asc" } }),
  ]);
  return job && { ...wireOf("job", job), attempts: wiresOf("attempt", attempts) };
}

/** Who can claim a job, and when. */
export interface UpcomingJob {
  id: string;
  queue: string;
  capability: string | null;
  agentKey: string | null;
  /** When it may start: ms since 1970 by the database's clock, and ms from now. */
  runAt: number;
  dueInMs: number;
}

/**
 * Queued jobs that become due from now on, soonest first, plus those that became due in the last
 * seconds, so that a claim which just found nothing misses none. Without jobs of queues that give
 * none.
 */
export async function readUpcomingJobs({ prisma, tenantId }: Scope, limit: number): Promise<UpcomingJob[]> {
  return prisma.$queryRaw<UpcomingJob[]>`
    SELECT j."id", j."queue", j."capability", j."agentKey", (extract(epoch FROM j."runAt") * 1000)::float8 AS "runAt",
      (extract(epoch FROM j."runAt" - clock_timestamp()) * 1000)::float8 AS "dueInMs"
    FROM "Job" AS j JOIN "Queue" AS q ON q."tenantId" = j."tenantId" AND q."id" = j."queue"
    WHERE j."tenantId" = ${tenantId} AND j."status" = 'queued' AND j."runAt" > clock_timestamp() - interval '5 seconds'
      AND (j."runAt" > clock_timestamp() OR (NOT q."paused"
        AND (q."concurrency" IS NULL OR q."concurrency" > (q."jobCounts" ->> 'running')::int)))
    ORDER BY j."runAt" LIMIT ${limit}`;
}
