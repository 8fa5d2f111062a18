import { percent } from "../../../domain/kernel/percent.ts";
import { span } from "../../../domain/kernel/span.ts";
import { grouped, LIMIT, MAX_ROWS, type Observed, type RuleCheck, type Span } from "./check.ts";

export const successRate: RuleCheck<"success_rate"> = {
  async observe(queries, tenantId, { threshold, recovery = threshold, windowMs, minimumSample, agent, taskType }) {
    const rows = await queries.query<{ id: string; total: number; successful: number }>(
      `SELECT /* rule success rate */ t."agentKey" AS "id", sum(t."total")::int AS "total", sum(t."successful")::int AS "successful"
       FROM "Tally" AS t WHERE t."tenantId" = $1 AND t."width" = 'minute' AND t."t" > now() - $2::float8 * interval '1 millisecond'
         AND ($3::text IS NULL OR t."agentKey" = $3) AND ($4::text IS NULL OR t."taskType" = $4)
       GROUP BY 1 HAVING sum(t."successful") < $5::float8 * sum(t."total") ORDER BY 1 LIMIT ${LIMIT}`,
      [tenantId, windowMs, agent ?? null, taskType ?? null, recovery],
    );
    return rows.map(({ id, total, successful }) => {
      const rate = successful / total;
      // Too few outcomes, or better but not good: open alerts stay open.
      const broken = rate < threshold && total >= minimumSample;
      const of = taskType === undefined ? "" : ` at ${taskType}`;
      const observed: Observed = {
        subject: { kind: "agent", id },
        runId: null,
        title: `Success rate of ${id}${of} is ${percent(rate)}`,
        detail: `${successful} of ${total} calls in the last ${span(windowMs)}; it should be ${percent(threshold)}`,
        value: rate,
        threshold,
        agent: id,
      };
      return broken ? observed : { ...observed, recovering: true };
    });
  },
  async past(
    { prisma, tenantId, now },
    { threshold, recovery = threshold, windowMs, minimumSample, agent = null, taskType = null },
    from,
  ) {
    const rows = await prisma.$queryRaw<{ subject: string; t: number; total: number; successful: number }[]>`
      SELECT t."agentKey" AS "subject", (extract(epoch FROM t."t") * 1000)::float8 AS "t", sum(t."total")::int AS "total",
        sum(t."successful")::int AS "successful" FROM "Tally" AS t
      WHERE t."tenantId" = ${tenantId} AND t."width" = 'minute' AND t."t" >= ${new Date(from - windowMs)}
        AND (${agent}::text IS NULL OR t."agentKey" = ${agent}) AND (${taskType}::text IS NULL OR t."taskType" = ${taskType})
      GROUP BY 1, 2 ORDER BY 2 DESC LIMIT ${MAX_ROWS}`;
    rows.reverse();
    const spans: Span[] = [];
    for (const minutes of grouped(rows).values())
      spans.push(...rateSpans(now, minutes, { threshold, recovery, windowMs, minimumSample }));
    return { spans, from: Math.max(from, rows[0]?.t ?? from) };
  },
};

interface RateMinute {
  subject: string;
  t: number;
  total: number;
  successful: number;
}

/**
 * One agent's stretches under the threshold, with a window sliding by minute. A window without
 * calls ends a stretch too.
 */
function rateSpans(
  now: number,
  minutes: readonly RateMinute[],
  rule: { threshold: number; recovery: number; windowMs: number; minimumSample: number },
): Span[] {
  const spans: Span[] = [];
  let [total, successful, first] = [0, 0, 0];
  let open: Span | null = null;
  const end = (at: number) => {
    if (open) open.to = at;
    open = null;
  };
  for (const minute of minutes) {
    total += minute.total;
    successful += minute.successful;
    const newest = minutes[first];
    for (let old = newest; old && old.t <= minute.t - rule.windowMs; old = minutes[first]) {
      total -= old.total;
      successful -= old.successful;
      first += 1;
    }
    if (open && total === minute.total && newest && minute.t - newest.t > rule.windowMs) end(newest.t + rule.windowMs);
    const rate = total > 0 ? successful / total : 1;
    if (!open && total >= rule.minimumSample && rate < rule.threshold) {
      open = { subject: minute.subject, from: minute.t, to: null, value: rate };
      spans.push(open);
    } else if (open && rate >= rule.recovery) end(minute.t);
  }
  const last = minutes.at(-1);
  if (open && last && now - last.t > rule.windowMs) end(last.t + rule.windowMs);
  return spans;
}
