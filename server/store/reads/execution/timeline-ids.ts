import type { JobStatus } from "../../../../domain/kernel/statuses.ts";
import { Prisma } from "../../../database/generated/client.ts";
import { decodeCursor, encodeCursor } from "../kernel/page.ts";
import type { Scope } from "../kernel/scope.ts";
import { hasText } from "../kernel/text-search.ts";

/** Selects the rows of a timeline's page: ids only; the rows are then read by id. */

interface Aged {
  id: string;
  createdAt: Date;
}

interface JobFilter {
  status?: JobStatus[];
  q?: string;
  cursor?: string;
}

/** The sort key of a job within its run. */
export const ageKey = ({ createdAt, id }: Aged): readonly [Date, string] => [createdAt, id];

/** Jobs of a run that match the filter, oldest first, after the cursor. */
export async function jobIdsByAge(scope: Scope, runId: string, filter: JobFilter, limit: number): Promise<Aged[]> {
  const at = decodeCursor(filter.cursor, ["time", "text"]);
  const after = at
    ? Prisma.sql`AND "createdAt" >= ${at[0].toISOString()}::timestamptz AND ("createdAt", "id") > (${at[0].toISOString()}::timestamptz, ${at[1]})`
    : Prisma.empty;
  return scope.prisma.$queryRaw<Aged[]>`
    SELECT "id", "createdAt" FROM "Job" WHERE ${matching(scope, runId, filter)} ${after} ORDER BY "createdAt", "id" LIMIT ${limit}`;
}

export async function countMatching(scope: Scope, runId: string, filter: JobFilter): Promise<number> {
  const [row] = await scope.prisma.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS "count" FROM "Job" WHERE ${matching(scope, runId, filter)}`;
  return row?.count ?? 0;
}

function matching({ tenantId }: Scope, runId: string, { status, q }: JobFilter): Prisma.Sql {
  return Prisma.join(
    [
      Prisma.sql`"tenantId" = ${tenantId} AND "runId" = ${runId}`,
      ...(status ? [Prisma.sql`"status" = ANY (${status})`] : []),
      ...(q === undefined ? [] : [textMatches(q)]),
    ],
    " AND ",
  );
}

/** Whether a job's step, id, tool or agent contains the text, ignoring case. */
export const textMatches = (q: string): Prisma.Sql =>
  hasText(Prisma.sql`concat_ws(chr(10), "step", "id", "tool", "claimedBy")`, q);

/** Jobs of a run that changed after a position, in the order of their last changes. */
export async function changedSince(
  { prisma, tenantId }: Scope,
  runId: string,
  seq: number,
  cursor: string | undefined,
  limit: number,
): Promise<{ ids: Set<string>; nextCursor: string | null }> {
  const [from, id] = decodeCursor(cursor, ["count", "text"]) ?? [seq, null];
  const rows = await prisma.$queryRaw<{ id: string; seq: bigint }[]>`
    SELECT "id", "seq" FROM "Job" WHERE "tenantId" = ${tenantId} AND "runId" = ${runId}
      AND ("seq" > ${from}::bigint OR ("seq" = ${from}::bigint AND "id" > ${id}::text))
    ORDER BY "seq", "id" LIMIT ${limit + 1}`;
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    ids: new Set(shown.map((row) => row.id)),
    nextCursor: rows.length > limit && last ? encodeCursor([Number(last.seq), last.id]) : null,
  };
}

/**
 * A job of the run, with the run's jobs that it depends on and that depend on it; empty when the
 * run does not have it.
 */
export async function linkedTo({ prisma, tenantId }: Scope, runId: string, jobId: string): Promise<string[]> {
  const rows = await prisma.$queryRaw<{ id: string }[]>`
    WITH linked AS (SELECT "id", "dependsOn", "dependents" FROM "Job"
      WHERE "tenantId" = ${tenantId} AND "id" = ${jobId} AND "runId" = ${runId})
    SELECT l."id" FROM linked AS l
    UNION SELECT j."id" FROM linked AS l JOIN "Job" AS j ON j."tenantId" = ${tenantId}
      AND j."id" = ANY ((l."dependsOn" || l."dependents")[1:200]) AND j."runId" = ${runId}`;
  return rows.map((row) => row.id);
}

/** Attempts of these jobs: the newest of each job before any job's second newest. */
export async function newestAttempts(
  { prisma, tenantId }: Scope,
  jobIds: readonly string[],
  limit: number,
): Promise<string[]> {
  const rows = await prisma.$queryRaw<{ id: string }[]>`
    SELECT "id" FROM (SELECT "id", row_number() OVER (PARTITION BY "jobId" ORDER BY "number" DESC) AS "rank"
      FROM "Attempt" WHERE "tenantId" = ${tenantId} AND "jobId" = ANY (${jobIds})) AS a
    ORDER BY "rank" LIMIT ${limit}`;
  return rows.map((row) => row.id);
}

/**
 * Workstreams of a run: those of these jobs, then failed, blocked, in review or running ones, then
 * the oldest.
 */
export async function workstreamIds(
  { prisma, tenantId }: Scope,
  runId: string,
  jobIds: readonly string[],
  limit: number,
): Promise<string[]> {
  const rows = await prisma.$queryRaw<{ id: string }[]>`
    SELECT "id" FROM "Workstream" WHERE "tenantId" = ${tenantId} AND "runId" = ${runId}
    ORDER BY "id" IN (SELECT "workstreamId" FROM "Job" WHERE "tenantId" = ${tenantId} AND "id" = ANY (${jobIds})) DESC,
      array_position(ARRAY['failed', 'blocked', 'review', 'running'], "status") NULLS LAST, "createdAt", "id" LIMIT ${limit}`;
  return rows.map((row) => row.id);
}
