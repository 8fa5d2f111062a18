import { span } from "../../../domain/kernel/span.ts";
import { shortened } from "../../../domain/kernel/text.ts";
import { LIMIT, MAX_ROWS, type Observed, type RuleCheck, type Span } from "./check.ts";

export const approvalWaiting: RuleCheck<"approval_waiting"> = {
  async observe(queries, tenantId, { afterMs }) {
    const rows = await queries.query<{
      id: string;
      title: string;
      runId: string | null;
      by: string | null;
      jobId: string | null;
      age: number;
    }>(
      `SELECT /* rule approval waiting */ a."id", a."title", a."runId", a."requestedBy" AS "by", (extract(epoch FROM now() - a."createdAt") * 1000)::float8 AS "age",
         (SELECT j."id" FROM "Job" AS j WHERE j."tenantId" = a."tenantId" AND j."approvalId" = a."id" AND j."status" = 'waiting' LIMIT 1) AS "jobId"
       FROM "Approval" AS a WHERE a."tenantId" = $1 AND a."status" = 'pending' AND a."createdAt" <= now() - $2::float8 * interval '1 millisecond'
       ORDER BY a."createdAt" LIMIT ${LIMIT}`,
      [tenantId, afterMs],
    );
    return rows.map(({ id, title, runId, by, jobId, age }) => {
      const named = `Approval ${id}${runId === null ? "" : ` of run ${runId}`}${by === null ? "" : `, asked for by ${by}`}`;
      const observed: Observed = {
        subject: { kind: "approval", id },
        runId,
        title: `“${shortened(title, 300)}” waits for approval for ${span(age)}`,
        detail: named,
        value: age,
        threshold: afterMs,
        agent: null,
      };
      if (jobId === null) return observed;
      return {
        ...observed,
        detail: null,
        waiting: { kind: "job", id: jobId, named: `${named}, holds up job ${jobId}` },
      };
    });
  },
  async past({ prisma, tenantId }, { afterMs }, from) {
    const rows = await prisma.$queryRaw<Span[]>`
      SELECT a."id" AS "subject", (extract(epoch FROM a."createdAt") * 1000 + ${afterMs}::float8)::float8 AS "from",
        CASE WHEN a."status" = 'pending' THEN NULL ELSE (extract(epoch FROM coalesce(a."decidedAt", a."updatedAt")) * 1000)::float8 END AS "to",
        (extract(epoch FROM (CASE WHEN a."status" = 'pending' THEN now() ELSE coalesce(a."decidedAt", a."updatedAt") END) - a."createdAt") * 1000)::float8 AS "value"
      FROM "Approval" AS a WHERE a."tenantId" = ${tenantId} AND a."createdAt" >= ${new Date(from)}
        AND (CASE WHEN a."status" = 'pending' THEN now() ELSE coalesce(a."decidedAt", a."updatedAt") END) - a."createdAt" > ${afterMs}::float8 * interval '1 millisecond'
      ORDER BY 2 LIMIT ${MAX_ROWS}`;
    return { spans: rows, from };
  },
};
