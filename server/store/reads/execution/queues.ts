import type { QueueFigures, QueueWithFigures } from "../../../../domain/execution/answers.ts";
import type { RunStatus } from "../../../../domain/kernel/statuses.ts";
import { MINUTE_MS } from "../../../../domain/kernel/time.ts";
import type { Wire } from "../../../../domain/kernel/wire.ts";
import { Prisma } from "../../../database/generated/client.ts";
import type { TenantClient } from "../../../database/tenant.ts";
import { decodeCursor, type Page, type PageRequest, pageOf } from "../kernel/page.ts";
import type { Scope } from "../kernel/scope.ts";
import { wireOf } from "../kernel/wire-rows.ts";

/**
 * How far back the rate of a queue looks, and how many calls to agents it looks at: on a busy
 * tenant, those of the last moments.
 */
const WINDOW_MS = 600_000;
const SAMPLE = 5_000;
/** A rate needs at least this much time, ms. */
const LEAST_SPAN_MS = 1_000;
/** Priorities of a queue, and jobs of each, read to find the oldest. */
const LOOKED_AT = 100;

/** Queues by name, each with its figures. */
export async function listQueues(db: TenantClient, scope: Scope, query: PageRequest): Promise<Page<QueueWithFigures>> {
  const at = decodeCursor(query.cursor, ["text"]);
  const rows = await db.queue.findMany({
    where: { ...(at && { id: { gt: at[0] } }) },
    orderBy: { id: "asc" },
    take: query.limit + 1,
  });
  const page = pageOf(
    rows,
    query.limit,
    (row) => [row.id],
    (row) => wireOf("queue", row),
  );
  return { items: await withFigures(scope, page.items), nextCursor: page.nextCursor };
}

/** One queue with its figures; null when there is no such queue. */
export async function readQueue(db: TenantClient, scope: Scope, queue: string): Promise<QueueWithFigures | null> {
  const row = await db.queue.findFirst({ where: { id: queue } });
  if (!row) return null;
  const [item] = await withFigures(scope, [wireOf("queue", row)]);
  return item ?? null;
}

interface Oldest {
  queue: string;
  oldest: Date | null;
  now: number;
}

interface Recent {
  queue: string;
  ended: number;
  /** Start of the sample, ms since 1970. */
  since: number;
}

async function withFigures(scope: Scope, queues: Wire<"queue">[]): Promise<QueueWithFigures[]> {
  const names = queues.map((queue) => queue.id);
  const [oldest, recent, later] = await Promise.all([
    readOldest(scope, names),
    readRecent(scope),
    readLater(scope, names),
  ]);
  const oldestOf = new Map(oldest.map((one) => [one.queue, one]));
  const recentOf = new Map(recent.map((one) => [one.queue, one]));
  return queues.map((queue) => {
    const { oldest: since = null, now = scope.now } = oldestOf.get(queue.id) ?? {};
    return {
      ...queue,
      ...figuresOf(queue, later.get(queue.id) ?? 0, since?.getTime() ?? null, recentOf.get(queue.id), now),
    };
  });
}

function figuresOf(
  queue: Wire<"queue">,
  counted: number,
  oldest: number | null,
  recent: Recent | undefined,
  now: number,
): QueueFigures {
  const { queued, running, failed, timed_out: timedOut } = queue.jobCounts;
  const later = Math.min(counted, queued);
  const from = Math.max(now - WINDOW_MS, Date.parse(queue.createdAt), recent?.since ?? 0);
  const perMs = (recent?.ended ?? 0) / Math.max(LEAST_SPAN_MS, now - from);
  return {
    depth: queued,
    later,
    running,
    oldestQueuedAt: oldest === null ? null : new Date(oldest).toISOString(),
    oldestAgeMs: oldest === null ? null : Math.max(0, Math.round(now - oldest)),
    deadLetters: failed + timedOut,
    throughputPerMinute: Math.round(perMs * MINUTE_MS * 100) / 100,
    drainEstimateMs: drainMs(queue, queued - later, perMs),
  };
}

/** Time to finish what could start, at the recent rate, ms; null while nothing finishes. */
function drainMs({ paused }: Wire<"queue">, startable: number, perMs: number): number | null {
  if (startable === 0) return 0;
  return paused || perMs === 0 ? null : Math.round(startable / perMs);
}

/** Number of queued jobs that start later, by queue. */
async function readLater({ prisma, tenantId }: Scope, names: string[]): Promise<Map<string, number>> {
  const rows = await prisma.$queryRaw<{ queue: string; later: number }[]>`
    SELECT j."queue", count(*)::int AS "later" FROM "Job" AS j WHERE j."tenantId" = ${tenantId} AND j."queue" = ANY (${names})
      AND j."status" = 'queued' AND j."runAt" > now() GROUP BY 1`;
  return new Map(rows.map(({ queue, later }) => [queue, later]));
}

/**
 * Since when the longest waiting startable job waits, by queue; jobs scheduled for later do not
 * count. A long queue is not read in full: per priority, only the jobs due the longest are read. A
 * job could only be missed if its `runAt` was long before it was created.
 */
async function readOldest({ prisma, tenantId }: Scope, names: string[]): Promise<Oldest[]> {
  if (names.length === 0) return [];
  const queued = Prisma.sql`"Job" AS j WHERE j."tenantId" = ${tenantId} AND j."queue" = n."queue" AND j."status" = 'queued'`;
  return prisma.$queryRaw<Oldest[]>`
    SELECT n."queue", (extract(epoch FROM now()) * 1000)::float8 AS "now", (
      WITH RECURSIVE level AS (
        (SELECT j."priority" FROM ${queued} ORDER BY j."priority" DESC LIMIT 1)
        UNION ALL
        SELECT (SELECT j."priority" FROM ${queued} AND j."priority" < level."priority" ORDER BY j."priority" DESC LIMIT 1)
        FROM level WHERE level."priority" IS NOT NULL
      )
      SELECT min(greatest(d."queuedAt", d."runAt"))
      FROM (SELECT "priority" FROM level WHERE "priority" IS NOT NULL LIMIT ${LOOKED_AT}) AS l CROSS JOIN LATERAL (
        SELECT j."queuedAt", j."runAt" FROM ${queued} AND j."priority" = l."priority" AND j."runAt" <= now()
        ORDER BY j."runAt" LIMIT ${LOOKED_AT}) AS d) AS "oldest"
    FROM unnest(${names}::text[]) AS n("queue")`;
}

/**
 * Number of jobs per queue that ended within the window, without cancelled ones, and the start of
 * the sample.
 */
async function readRecent({ prisma, tenantId }: Scope): Promise<Recent[]> {
  return prisma.$queryRaw<Recent[]>`
    WITH calls AS MATERIALIZED (
      SELECT o."jobId", o."at" FROM "Outcome" AS o
      WHERE o."tenantId" = ${tenantId} AND o."at" > clock_timestamp() - ${WINDOW_MS}::int * interval '1 millisecond'
      ORDER BY o."at" DESC LIMIT ${SAMPLE}
    ), span AS (
      SELECT CASE WHEN count(*) < ${SAMPLE} THEN clock_timestamp() - ${WINDOW_MS}::int * interval '1 millisecond' ELSE min("at") END AS "since" FROM calls
    )
    SELECT j."queue", count(*)::int AS "ended", (extract(epoch FROM min(span."since")) * 1000)::float8 AS "since"
    FROM (SELECT DISTINCT "jobId" FROM calls WHERE "jobId" IS NOT NULL) AS c
    JOIN "Job" AS j ON j."tenantId" = ${tenantId} AND j."id" = c."jobId", span
    WHERE j."status" IN ('completed', 'failed', 'timed_out') AND j."finishedAt" >= span."since"
    GROUP BY j."queue"`;
}

/** A job that has used up all attempts, and its run's status. */
export interface DeadLetter {
  id: string;
  queue: string;
  status: string;
  runId: string;
  runStatus: RunStatus;
  createdAt: Date;
}

/** Dead letters of a queue, oldest first, after a given one. */
export async function readDeadLetters(
  { prisma, tenantId }: Scope,
  queue: string,
  after: Pick<DeadLetter, "id" | "createdAt"> | null,
  limit: number,
): Promise<DeadLetter[]> {
  const from = after
    ? Prisma.sql`AND (j."createdAt", j."id") > (${after.createdAt.toISOString()}::timestamptz, ${after.id})`
    : Prisma.empty;
  return prisma.$queryRaw<DeadLetter[]>`
    SELECT j."id", j."queue", j."status", j."runId", r."status" AS "runStatus", j."createdAt"
    FROM "Job" AS j JOIN "Run" AS r ON r."tenantId" = j."tenantId" AND r."id" = j."runId"
    WHERE j."tenantId" = ${tenantId} AND j."queue" = ${queue} AND j."status" IN ('failed', 'timed_out') ${from}
    ORDER BY j."createdAt", j."id" LIMIT ${limit}`;
}

/** These jobs in any status, oldest first, without unknown ones. */
export async function readLetters({ prisma, tenantId }: Scope, jobIds: readonly string[]): Promise<DeadLetter[]> {
  return prisma.$queryRaw<DeadLetter[]>`
    SELECT j."id", j."queue", j."status", j."runId", r."status" AS "runStatus", j."createdAt"
    FROM "Job" AS j JOIN "Run" AS r ON r."tenantId" = j."tenantId" AND r."id" = j."runId"
    WHERE j."tenantId" = ${tenantId} AND j."id" = ANY (${jobIds}) ORDER BY j."createdAt", j."id"`;
}
