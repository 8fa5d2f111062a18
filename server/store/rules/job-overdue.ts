import { span } from "../../../domain/kernel/span.ts";
import { LIMIT, MAX_ROWS, type RuleCheck, type Span } from "./check.ts";

export const jobOverdue: RuleCheck<"job_overdue"> = {
  async observe(queries, tenantId, { afterMs, queue }) {
    const rows = await queries.query<{
      id: string;
      runId: string;
      agent: string | null;
      attempt: number;
      silent: number;
      age: number;
    }>(
      `SELECT /* rule job overdue */ j."id", j."runId", j."claimedBy" AS "agent", j."attempt",
         (extract(epoch FROM now() - j."updatedAt") * 1000)::float8 AS "silent", (extract(epoch FROM now() - j."startedAt") * 1000)::float8 AS "age"
       FROM "Job" AS j WHERE j."tenantId" = $1 AND j."status" = 'running' AND ($2::text IS NULL OR j."queue" = $2)
         AND j."startedAt" <= now() - $3::float8 * interval '1 millisecond' ORDER BY j."startedAt" LIMIT ${LIMIT}`,
      [tenantId, queue ?? null, afterMs],
    );
    return rows.map(({ id, runId, agent, attempt, silent, age }) => ({
      subject: { kind: "job", id },
      runId,
      title: `Job ${id} runs for ${span(age)}`,
      detail: `${agent ?? "its agent"} should be done within ${span(afterMs)}`,
      value: age,
      threshold: afterMs,
      agent,
      waiting: {
        kind: "job",
        id,
        named: `Attempt ${attempt} of run ${runId}, last seen ${span(silent)} ago`,
      },
    }));
  },
  async past({ prisma, tenantId }, { afterMs, queue = null }, from) {
    const rows = await prisma.$queryRaw<Span[]>`
      SELECT a."jobId" AS "subject", (extract(epoch FROM a."startedAt") * 1000 + ${afterMs}::float8)::float8 AS "from",
        (extract(epoch FROM a."finishedAt") * 1000)::float8 AS "to", (extract(epoch FROM coalesce(a."finishedAt", now()) - a."startedAt") * 1000)::float8 AS "value"
      FROM "Attempt" AS a JOIN "Job" AS j ON j."tenantId" = a."tenantId" AND j."id" = a."jobId"
      WHERE a."tenantId" = ${tenantId} AND a."startedAt" >= ${new Date(from)} AND (${queue}::text IS NULL OR j."queue" = ${queue})
        AND coalesce(a."finishedAt", now()) - a."startedAt" > ${afterMs}::float8 * interval '1 millisecond' ORDER BY 2 LIMIT ${MAX_ROWS}`;
    return { spans: rows, from };
  },
};
