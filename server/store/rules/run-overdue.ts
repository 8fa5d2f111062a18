import type { Rule } from "../../../domain/alerts/contract.ts";
import { fingerprint } from "../../../domain/kernel/fingerprint.ts";
import { span } from "../../../domain/kernel/span.ts";
import type { LaneQueries } from "../lane/lane-database.ts";
import { LIMIT, MAX_ROWS, type Observed, type RuleCheck, type Span } from "./check.ts";

export const runOverdue: RuleCheck<"run_overdue"> = {
  async observe(queries, tenantId, { afterMs, workflow }, rule) {
    if (afterMs === undefined) return missedDeadlines(queries, tenantId, rule, workflow);
    const rows = await queries.query<{ id: string; workflow: string; age: number }>(
      `SELECT /* rule run overdue */ r."id", r."workflow", (extract(epoch FROM now() - r."startedAt") * 1000)::float8 AS "age"
       FROM "Run" AS r WHERE r."tenantId" = $1 AND r."status" IN ('running', 'blocked') AND ($2::text IS NULL OR r."workflow" = $2)
         AND r."startedAt" <= now() - $3::float8 * interval '1 millisecond' ORDER BY r."startedAt" LIMIT ${LIMIT}`,
      [tenantId, workflow ?? null, afterMs],
    );
    return rows.map(({ id, workflow: name, age }) => ({
      subject: { kind: "run", id },
      runId: id,
      title: `Run ${id} goes on for ${span(age)}`,
      detail: `${name} should end within ${span(afterMs)}`,
      value: age,
      threshold: afterMs,
      agent: null,
      waiting: { kind: "run", id, named: "" },
    }));
  },
  async past({ prisma, tenantId }, { afterMs = null, workflow = null }, from) {
    const rows = await prisma.$queryRaw<Span[]>`
      SELECT r."id" AS "subject", (extract(epoch FROM coalesce(r."startedAt", r."createdAt")) * 1000 + coalesce(${afterMs}::float8, r."timeoutMs"))::float8 AS "from",
        (extract(epoch FROM r."finishedAt") * 1000)::float8 AS "to",
        (extract(epoch FROM coalesce(r."finishedAt", now()) - coalesce(r."startedAt", r."createdAt")) * 1000)::float8 AS "value"
      FROM "Run" AS r WHERE r."tenantId" = ${tenantId} AND r."createdAt" >= ${new Date(from)} AND (${workflow}::text IS NULL OR r."workflow" = ${workflow})
        AND ((${afterMs}::float8 IS NULL AND r."status" = 'timed_out') OR (${afterMs}::float8 IS NOT NULL AND r."startedAt" IS NOT NULL
          AND coalesce(r."finishedAt", now()) - r."startedAt" > ${afterMs}::float8 * interval '1 millisecond'))
      ORDER BY 2 LIMIT ${MAX_ROWS}`;
    return { spans: rows, from };
  },
};

/**
 * Runs that missed their deadline since the rule exists, until they are retried. One resolved by
 * hand is not reported again.
 */
async function missedDeadlines(
  queries: LaneQueries,
  tenantId: string,
  rule: Rule,
  workflow?: string,
): Promise<Observed[]> {
  const missed = await queries.query<{
    id: string;
    workflow: string;
    timeoutMs: number | null;
    age: number | null;
    at: Date;
  }>(
    `SELECT /* rule run timed out */ r."id", r."workflow", r."timeoutMs", (extract(epoch FROM r."finishedAt" - r."startedAt") * 1000)::float8 AS "age",
       r."finishedAt" AS "at" FROM "Run" AS r WHERE r."tenantId" = $1 AND r."status" = 'timed_out' AND ($2::text IS NULL OR r."workflow" = $2)
       AND r."finishedAt" >= $3::timestamptz ORDER BY r."finishedAt" DESC LIMIT ${LIMIT}`,
    [tenantId, workflow ?? null, rule.createdAt],
  );
  const resolved = await queries.query<{ id: string; at: Date }>(
    `SELECT /* alerts that are over */ a."id", a."resolvedAt" AS "at" FROM "Alert" AS a
     WHERE a."tenantId" = $1 AND a."id" = ANY ($2) AND a."status" = 'resolved'`,
    [tenantId, missed.map(({ id }) => fingerprint(rule.id, id))],
  );
  const over = new Map(resolved.map(({ id, at }) => [id, at]));
  const rows = missed.filter(({ id, at }) => !((over.get(fingerprint(rule.id, id)) ?? 0) >= at));
  return rows.map(({ id, workflow: name, timeoutMs, age }) => ({
    subject: { kind: "run", id },
    runId: id,
    title: `Run ${id} timed out`,
    detail: `${name} did not end within ${span(timeoutMs ?? 0)}`,
    value: age,
    threshold: timeoutMs,
    agent: null,
  }));
}
