import { span } from "../../../domain/kernel/span.ts";
import { LIMIT, MAX_ROWS, OLDEST_DUE, type RuleCheck, type Span } from "./check.ts";

export const queueAge: RuleCheck<"queue_age"> = {
  async observe(queries, tenantId, { queue, maxAgeMs }) {
    const rows = await queries.query<{ id: string; age: number; agent: string | null; jobId: string; runId: string }>(
      `SELECT /* rule queue age */ q."id", (extract(epoch FROM now() - o."since") * 1000)::float8 AS "age", o."agentKey" AS "agent",
         o."jobId", o."runId" FROM "Queue" AS q CROSS JOIN LATERAL (${OLDEST_DUE}) AS o WHERE q."tenantId" = $1 AND ($2::text IS NULL OR q."id" = $2) AND NOT q."paused"
         AND o."since" <= now() - $3::float8 * interval '1 millisecond' ORDER BY q."id" LIMIT ${LIMIT}`,
      [tenantId, queue ?? null, maxAgeMs],
    );
    return rows.map(({ id, age, agent, jobId, runId }) => ({
      subject: { kind: "queue", id },
      runId: null,
      title: `Job ${jobId} waits in queue ${id} for ${span(age)}`,
      detail: `none should wait longer than ${span(maxAgeMs)}`,
      value: age,
      threshold: maxAgeMs,
      agent,
      waiting: { kind: "job", id: jobId, named: `Job ${jobId} of run ${runId}` },
    }));
  },
  async past({ prisma, tenantId }, { queue = null, maxAgeMs }, from) {
    // Attempts show how long started jobs had waited; those still waiting are read from jobs, as
    // the rule does.
    const rows = await prisma.$queryRaw<Span[]>`
      SELECT * FROM (
        SELECT j."queue" AS "subject", (extract(epoch FROM a."queuedAt") * 1000 + ${maxAgeMs}::float8)::float8 AS "from",
          (extract(epoch FROM a."startedAt") * 1000)::float8 AS "to", (extract(epoch FROM a."startedAt" - a."queuedAt") * 1000)::float8 AS "value"
        FROM "Attempt" AS a JOIN "Job" AS j ON j."tenantId" = a."tenantId" AND j."id" = a."jobId"
        WHERE a."tenantId" = ${tenantId} AND a."startedAt" >= ${new Date(from)} AND (${queue}::text IS NULL OR j."queue" = ${queue})
          AND a."startedAt" - a."queuedAt" > ${maxAgeMs}::float8 * interval '1 millisecond'
        UNION ALL
        SELECT j."queue", (extract(epoch FROM greatest(j."queuedAt", j."runAt")) * 1000 + ${maxAgeMs}::float8)::float8, NULL,
          (extract(epoch FROM now() - greatest(j."queuedAt", j."runAt")) * 1000)::float8
        FROM "Job" AS j JOIN "Queue" AS q ON q."tenantId" = j."tenantId" AND q."id" = j."queue"
        WHERE j."tenantId" = ${tenantId} AND j."status" = 'queued' AND NOT q."paused" AND (${queue}::text IS NULL OR j."queue" = ${queue})
          AND greatest(j."queuedAt", j."runAt") < now() - ${maxAgeMs}::float8 * interval '1 millisecond'
      ) AS w ORDER BY "from" LIMIT ${MAX_ROWS}`;
    // Jobs of a queue waiting at the same time are one alert.
    return { spans: merged(rows), from };
  },
};

/** Merges overlapping stretches of the same subject. They come in order. */
function merged(rows: readonly Span[]): Span[] {
  const spans: Span[] = [];
  const latest = new Map<string, Span>();
  for (const row of rows) {
    const known = latest.get(row.subject);
    if (known && (known.to === null || row.from <= known.to)) {
      known.to = row.to === null || known.to === null ? null : Math.max(known.to, row.to);
      known.value = Math.max(known.value, row.value);
      continue;
    }
    const span = { ...row };
    latest.set(row.subject, span);
    spans.push(span);
  }
  return spans;
}
