import type { JobStatus } from "../../../domain/statuses.ts";
import type { Wire } from "../../../domain/wire.ts";
import type { TenantClient } from "../../database/tenant.ts";
import { decodeCursor, type Page, type PageRequest, pageOf } from "./page.ts";
import type { Scope } from "./scope.ts";
import { wireOf, wiresOf } from "./wire-rows.ts";

export interface JobQuery extends PageRequest {
  runId?: string;
  workstreamId?: string;
  status?: JobStatus[];
  /** The agent that runs or ran it last, or the only one that may. */
  agent?: string;
  queue?: string;
}

/** Jobs, the newest first. */
export async function listJobs(db: TenantClient, query: JobQuery): Promise<Page<Wire<"job">>> {
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

export type JobWithAttempts = Wire<"job"> & { attempts: Wire<"attempt">[] };

/** A job with its attempts, the first one first; null when there is no such job. */
export async function readJob(db: TenantClient, jobId: string): Promise<JobWithAttempts | null> {
  const [job, attempts] = await Promise.all([
    db.job.findFirst({ where: { id: jobId } }),
    db.attempt.findMany({ where: { jobId }, orderBy: { number: "asc" } }),
  ]);
  return job && { ...wireOf("job", job), attempts: wiresOf("attempt", attempts) };
}

/** What tells who can claim a job, and when. */
export interface JobOffer {
  id: string;
  queue: string;
  capability: string | null;
  agentKey: string | null;
  /** When it may start, ms since 1970 by the database's clock, and how long that is from now. */
  runAt: number;
  dueInMs: number;
}

/**
 * Queued jobs that become due from now on, the soonest first, and those that became due in the last seconds, unless their queue gives nothing:
 * whoever looked just before and found nothing misses none.
 */
export async function readOutlook({ prisma, tenantId }: Scope, limit: number): Promise<JobOffer[]> {
  return prisma.$queryRaw<JobOffer[]>`
    SELECT j."id", j."queue", j."capability", j."agentKey", (extract(epoch FROM j."runAt") * 1000)::float8 AS "runAt",
      (extract(epoch FROM j."runAt" - clock_timestamp()) * 1000)::float8 AS "dueInMs"
    FROM "Job" AS j JOIN "Queue" AS q ON q."tenantId" = j."tenantId" AND q."id" = j."queue"
    WHERE j."tenantId" = ${tenantId} AND j."status" = 'queued' AND j."runAt" > clock_timestamp() - interval '5 seconds'
      AND (j."runAt" > clock_timestamp() OR (NOT q."paused"
        AND (q."concurrency" IS NULL OR q."concurrency" > (q."jobCounts" ->> 'running')::int)))
    ORDER BY j."runAt" LIMIT ${limit}`;
}
