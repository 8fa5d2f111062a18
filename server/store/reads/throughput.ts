import type { Minute } from "../../../domain/kernel/answers.ts";
import type { Scope } from "./scope.ts";

const MINUTES = 60;
/** A minute this long past takes no more outcomes: a statement runs for seconds at most. */
const SETTLED_MS = 120_000;

/**
 * Calls by minute over the last hour. Minutes that are over do not change, so that each is counted once and then remembered: the cost of
 * asking again is that of the last minutes.
 */
export class Throughput {
  readonly #settled = new Map<string, Minute[]>();

  /** Sixty minutes, the oldest first; the last one is not over yet. */
  async read({ prisma, tenantId }: Scope): Promise<Minute[]> {
    const known = this.#settled.get(tenantId) ?? [];
    const last = known.at(-1)?.t ?? "1970-01-01T00:00:00.000Z";
    const rows = await prisma.$queryRaw<{ t: Date; completed: number; failed: number }[]>`
      WITH span AS (
        SELECT date_trunc('minute', now()) AS "upTo",
          greatest(${last}::timestamptz + interval '1 minute', date_trunc('minute', now()) - make_interval(mins => ${MINUTES - 1})) AS "from"
      ), counted AS (
        SELECT date_trunc('minute', o."at") AS t, count(*) FILTER (WHERE o."success")::int AS completed,
          count(*) FILTER (WHERE NOT o."success" AND o."fault" IS DISTINCT FROM 'upstream')::int AS failed
        FROM "Outcome" AS o WHERE o."tenantId" = ${tenantId} AND o."at" >= (SELECT "from" FROM span) GROUP BY 1
      ) SELECT m.t, coalesce(c.completed, 0) AS completed, coalesce(c.failed, 0) AS failed
      FROM span, generate_series(span."from", span."upTo", interval '1 minute') AS m(t) LEFT JOIN counted AS c USING (t) ORDER BY m.t`;
    const fresh = rows.map(({ t, completed, failed }) => ({ t: t.toISOString(), completed, failed }));
    const minutes = [...known, ...fresh].slice(-MINUTES);
    const now = Date.parse(minutes.at(-1)?.t ?? "");
    this.#settled.set(
      tenantId,
      minutes.filter(({ t }) => Date.parse(t) <= now - SETTLED_MS),
    );
    return minutes;
  }
}
