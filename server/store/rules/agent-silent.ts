import { span } from "../../../domain/kernel/span.ts";
import { LIMIT, type RuleCheck } from "./check.ts";

export const agentSilent: RuleCheck<"agent_silent"> = {
  async observe(queries, tenantId, { silentMs, agent }) {
    const rows = await queries.query<{ id: string; busy: number; age: number }>(
      `SELECT /* rule agent silent */ a."id", a."busy", (extract(epoch FROM now() - greatest(a."lastSeenAt", w."at")) * 1000)::float8 AS "age"
       FROM "Agent" AS a CROSS JOIN LATERAL (
         SELECT max(j."updatedAt") AS "at" FROM "Job" AS j WHERE j."tenantId" = a."tenantId" AND j."claimedBy" = a."id" AND j."status" = 'running'
       ) AS w WHERE a."tenantId" = $1 AND a."busy" > 0 AND ($2::text IS NULL OR a."id" = $2)
         AND greatest(a."lastSeenAt", w."at") <= now() - $3::float8 * interval '1 millisecond' ORDER BY a."id" LIMIT ${LIMIT}`,
      [tenantId, agent ?? null, silentMs],
    );
    return rows.map(({ id, busy, age }) => ({
      subject: { kind: "agent", id },
      runId: null,
      title: `Agent ${id} is silent for ${span(age)}`,
      detail: `it has ${busy} ${busy === 1 ? "job" : "jobs"}`,
      value: age,
      threshold: silentMs,
      agent: null,
    }));
  },
  // When an agent was last seen is known only for now.
  past: null,
};
