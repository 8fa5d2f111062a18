import type { Minute } from "../../../../domain/kernel/answers.ts";
import type { Scope } from "../kernel/scope.ts";
import { knownSteps } from "./up-minutes.ts";

const MINUTES = 60;
/** Outcomes are no longer added to a minute this old, ms: a statement runs for seconds at most. */
const SETTLED_MS = 120_000;

/**
 * Calls per minute over the last hour. Past minutes do not change, so each is counted once and
 * cached: a read costs only the last minutes.
 */
export class Throughput {
  readonly #settled = new Map<string, Minute[]>();

  /** Sixty minutes, oldest first; the last one is still running. */
  async read(scope: Scope): Promise<Minute[]> {
    const { prisma, tenantId } = scope;
    const settled = this.#settled.get(tenantId) ?? [];
    const last = settled.at(-1)?.t ?? "1970-01-01T00:00:00.000Z";
    const rows = await prisma.$queryRaw<{ t: Date; completed: number | null; failed: number | null }[]>`
      WITH span AS (
        SELECT date_trunc('minute', now()) AS "upTo",
          greatest(${last}::timestamptz + interval '1 minute', date_trunc('minute', now()) - make_interval(mins => ${MINUTES - 1})) AS "from"
      ), counted AS (
        SELECT date_trunc('minute', o."at") AS t, count(*) FILTER (WHERE o."success")::int AS completed,
          count(*) FILTER (WHERE NOT o."success" AND o."fault" IS DISTINCT FROM 'upstream')::int AS failed
        FROM "Outcome" AS o WHERE o."tenantId" = ${tenantId} AND o."at" >= (SELECT "from" FROM span) GROUP BY 1
      ) SELECT m.t, c.completed, c.failed
      FROM span, generate_series(span."from", span."upTo", interval '1 minute') AS m(t) LEFT JOIN counted AS c USING (t) ORDER BY m.t`;
    const [from, to] = [rows[0], rows.at(-1)].map((row) => row?.t.getTime() ?? 0) as [number, number];
    const step = 60_000;
    const known = new Set(await knownSteps({ ...scope, now: to }, { from, to: to + step, step }));
    // 0 for minutes in which a server was up; unknown for others.
    const fresh = rows.map(({ t, completed, failed }, at) => ({
      t: t.toISOString(),
      completed: completed ?? (known.has(at) ? 0 : null),
      failed: failed ?? (known.has(at) ? 0 : null),
    }));
    const minutes = [...settled, ...fresh].slice(-MINUTES);
    const now = Date.parse(minutes.at(-1)?.t ?? "");
    this.#settled.set(
      tenantId,
      minutes.filter(({ t }) => Date.parse(t) <= now - SETTLED_MS),
    );
    return minutes;
  }
}
