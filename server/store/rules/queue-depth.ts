import { MINUTE_MS } from "../../../domain/kernel/time.ts";
import { grouped, LIMIT, MAX_ROWS, OLDEST_DUE, type RuleCheck, type Span } from "./check.ts";

export const queueDepth: RuleCheck<"queue_depth"> = {
  async observe(queries, tenantId, { queue, depth }) {
    const rows = await queries.query<{ id: string; depth: number; bound: number; jobId: string; runId: string }>(
      `SELECT /* rule queue depth */ q."id", w."depth", q."bound", o."jobId", o."runId" FROM (
         SELECT q."tenantId", q."id", coalesce($3::int, q."capacity") AS "bound" FROM "Queue" AS q
         WHERE q."tenantId" = $1 AND ($2::text IS NULL OR q."id" = $2)
           AND (q."jobCounts" ->> 'queued')::int > coalesce($3::int, q."capacity")
       ) AS q CROSS JOIN LATERAL (
         SELECT count(*)::int AS "depth" FROM "Job" AS j
         WHERE j."tenantId" = q."tenantId" AND j."queue" = q."id" AND j."status" = 'queued' AND j."runAt" <= now()
       ) AS w CROSS JOIN LATERAL (${OLDEST_DUE}) AS o WHERE w."depth" > q."bound" ORDER BY q."id" LIMIT ${LIMIT}`,
      [tenantId, queue ?? null, depth ?? null],
    );
    return rows.map(({ id, depth: value, bound, jobId, runId }) => ({
      subject: { kind: "queue", id },
      runId: null,
      title: `Queue ${id} holds ${value} ${value === 1 ? "job" : "jobs"}`,
      detail: `${bound} may wait in it`,
      value,
      threshold: bound,
      agent: null,
      waiting: { kind: "job", id: jobId, named: `Job ${jobId} of run ${runId} waits longest` },
    }));
  },
  async past({ prisma, tenantId }, { queue = null, depth = null }, from) {
    const rows = await prisma.$queryRaw<{ subject: string; t: number; last: number; max: number; bound: number }[]>`
      SELECT g."key" AS "subject", (extract(epoch FROM g."t") * 1000)::float8 AS "t", g."last", g."max",
        coalesce(${depth}::int, q."capacity") AS "bound"
      FROM "Gauge" AS g JOIN "Queue" AS q ON q."tenantId" = g."tenantId" AND q."id" = g."key"
      WHERE g."tenantId" = ${tenantId} AND g."metric" = 'depth' AND g."t" >= ${new Date(from)}
        AND (${queue}::text IS NULL OR g."key" = ${queue}) AND coalesce(${depth}::int, q."capacity") IS NOT NULL
      ORDER BY g."t" DESC LIMIT ${MAX_ROWS}`;
    rows.reverse();
    const spans: Span[] = [];
    for (const minutes of grouped(rows).values()) {
      let open: Span | null = null;
      for (const { subject, t, last, max, bound } of minutes) {
        if (max > bound && !open) {
          open = { subject, from: t, to: null, value: max };
          spans.push(open);
        }
        if (open) open.value = Math.max(open.value, max);
        if (open && last <= bound) {
          open.to = t + MINUTE_MS;
          open = null;
        }
      }
    }
    return { spans, from: Math.max(from, rows[0]?.t ?? from) };
  },
};
