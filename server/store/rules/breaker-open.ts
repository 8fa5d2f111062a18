import { percent } from "../../../domain/kernel/percent.ts";
import { shortened } from "../../../domain/kernel/text.ts";
import { LIMIT, MAX_ROWS, type RuleCheck, type Span } from "./check.ts";

/** An open breaker shows the calls that opened it, a half-open one those of its trials, if any. */
const ratesOf = (rate: number | null, calls: number): string =>
  rate === null ? "trial calls decide whether it closes" : `failure rate ${percent(rate)} of ${calls} calls`;

export const breakerOpen: RuleCheck<"breaker_open"> = {
  async observe(queries, tenantId, { agents }) {
    const rows = await queries.query<{
      id: string;
      state: string;
      calls: number;
      rate: number | null;
      error: string | null;
    }>(
      `SELECT /* rule breaker open */ b."id", b."state", b."calls", b."failureRate" AS "rate", b."lastError" AS "error" FROM "Breaker" AS b
       WHERE b."tenantId" = $1 AND b."state" IN ('open', 'half_open') AND ($2::text[] IS NULL OR b."id" = ANY ($2)) ORDER BY b."id" LIMIT ${LIMIT}`,
      [tenantId, agents ?? null],
    );
    return rows.map(({ id, state, calls, rate, error }) => ({
      subject: { kind: "agent", id },
      runId: null,
      title: `Breaker of ${id} is open`,
      detail: shortened(`${ratesOf(rate, calls)}${error ? `; last error: ${error}` : ""}`, 4000),
      value: null,
      threshold: null,
      agent: null,
      // A trial may still fail: half-open counts as recovering.
      ...(state === "half_open" && { recovering: true as const }),
    }));
  },
  async past({ prisma, tenantId }, { agents = null }, from) {
    const rows = await prisma.$queryRaw<{ subject: string; at: Date; type: string }[]>`
      SELECT e."subjectId" AS "subject", e."at", e."type" FROM "Event" AS e WHERE e."tenantId" = ${tenantId}
        AND e."type" IN ('breaker.opened', 'breaker.closed', 'breaker.forced_open', 'breaker.disabled') AND e."at" >= ${new Date(from)}
        AND (${agents}::text[] IS NULL OR e."subjectId" = ANY (${agents})) ORDER BY e."seq" LIMIT ${MAX_ROWS}`;
    const open = new Map<string, Span>();
    const spans: Span[] = [];
    for (const { subject, at, type } of rows) {
      const span = open.get(subject);
      if (type === "breaker.opened") {
        if (span) continue;
        const begun = { subject, from: at.getTime(), to: null, value: 1 };
        open.set(subject, begun);
        spans.push(begun);
      } else if (span) {
        span.to = at.getTime();
        open.delete(subject);
      }
    }
    return { spans, from };
  },
};
