import { span } from "../../../domain/kernel/span.ts";
import { LIMIT, type RuleCheck } from "./check.ts";

export const stuck: RuleCheck<"stuck"> = {
  async observe(queries, tenantId, { noProgressMs, workflow }) {
    // Not stuck: jobs waiting for the queue, for a human, or for a job that sends heartbeats;
    // blocked jobs, which have their own status; and jobs that wait for a job of another run, which
    // is checked itself.
    const rows = await queries.query<{ id: string; workflow: string; age: number; agent: string | null }>(
      `SELECT /* rule stuck */ r."id", r."workflow", (extract(epoch FROM now() - r."updatedAt") * 1000)::float8 AS "age",
         (SELECT j."claimedBy" FROM "Job" AS j WHERE j."tenantId" = r."tenantId" AND j."runId" = r."id" AND j."status" = 'running' LIMIT 1) AS "agent"
       FROM "Run" AS r WHERE r."tenantId" = $1 AND r."status" = 'running' AND ($2::text IS NULL OR r."workflow" = $2)
         AND r."updatedAt" <= now() - $3::float8 * interval '1 millisecond'
         AND NOT EXISTS (SELECT 1 FROM "Job" AS j LEFT JOIN "Approval" AS a ON a."tenantId" = j."tenantId" AND a."id" = j."approvalId"
           WHERE j."tenantId" = r."tenantId" AND j."runId" = r."id" AND (j."status" = 'queued' OR (j."status" = 'waiting' AND a."status" = 'pending')
             OR (j."status" = 'running' AND j."updatedAt" > now() - $3::float8 * interval '1 millisecond')
             OR (j."status" = 'waiting' AND EXISTS (SELECT 1 FROM "Job" AS p WHERE p."tenantId" = j."tenantId" AND p."id" = ANY (j."dependsOn")
               AND p."runId" <> j."runId" AND p."status" IN ('waiting', 'queued', 'running')))))
         AND NOT EXISTS (SELECT 1 FROM "Approval" AS a WHERE a."tenantId" = r."tenantId" AND a."runId" = r."id" AND a."status" = 'pending')
       ORDER BY r."updatedAt" LIMIT ${LIMIT}`,
      [tenantId, workflow ?? null, noProgressMs],
    );
    return rows.map(({ id, workflow: name, age, agent }) => ({
      subject: { kind: "run", id },
      runId: id,
      title: `Run ${id} makes no progress for ${span(age)}`,
      detail: `nothing has happened in ${name}, and it waits for no queue and no approval`,
      value: age,
      threshold: noProgressMs,
      agent,
    }));
  },
  // What a run waited for in the past is only in its log.
  past: null,
};
