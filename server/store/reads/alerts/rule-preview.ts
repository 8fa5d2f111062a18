import { paramsOf, type RuleParams } from "../../../../domain/alerts/rule-params.ts";
import type { PreviewFiring, RulePreview } from "../../../../domain/kernel/answers.ts";
import type { RuleKind } from "../../../../domain/kernel/statuses.ts";
import type { Scope } from "../kernel/scope.ts";

/**
 * How often a rule would have fired over the last days, from what really happened: tallies and gauges for rates and depths, rows for what took too
 * long, events for the rest. A condition that lasted shorter than `forMs` would not have fired.
 */
export interface PreviewQuery {
  kind: RuleKind;
  params: { [name: string]: unknown };
  forMs: number;
  days: number;
}

/** More firings than these are counted, not told one by one. */
const MAX_FIRINGS = 500;
/** What is looked at, at most: what is older is left out, and `evaluatedFrom` says so. */
const MAX_ROWS = 200_000;
const MINUTE = 60_000;
const DAY_MS = 86_400_000;

interface Span {
  subject: string;
  /** ms since 1970; `to` null while it goes on. */
  from: number;
  to: number | null;
  value: number;
}

interface History {
  spans: Span[];
  /** From when on there is anything to look at. */
  from: number;
}

type Past<K extends RuleKind> = (scope: Scope, params: RuleParams<K>, from: number) => Promise<History>;

const PAST: { readonly [K in RuleKind]: Past<K> | null } = {
  async breaker_open({ prisma, tenantId }, { agents = null }, from) {
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

  async success_rate(
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

  async queue_depth({ prisma, tenantId }, { queue = null, depth = null }, from) {
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
          open.to = t + MINUTE;
          open = null;
        }
      }
    }
    return { spans, from: Math.max(from, rows[0]?.t ?? from) };
  },

  async queue_age({ prisma, tenantId }, { queue = null, maxAgeMs }, from) {
    // Attempts tell what waited until it was started; what waits still is told by the jobs, as the rule sees them.
    const rows = await prisma.$queryRaw<Row[]>`
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
    // Jobs that waited at the same time are one alert of their queue.
    return { spans: merged(rows), from };
  },

  async run_overdue({ prisma, tenantId }, { afterMs = null, workflow = null }, from) {
    const rows = await prisma.$queryRaw<Row[]>`
      SELECT r."id" AS "subject", (extract(epoch FROM coalesce(r."startedAt", r."createdAt")) * 1000 + coalesce(${afterMs}::float8, r."timeoutMs"))::float8 AS "from",
        (extract(epoch FROM r."finishedAt") * 1000)::float8 AS "to",
        (extract(epoch FROM coalesce(r."finishedAt", now()) - coalesce(r."startedAt", r."createdAt")) * 1000)::float8 AS "value"
      FROM "Run" AS r WHERE r."tenantId" = ${tenantId} AND r."createdAt" >= ${new Date(from)} AND (${workflow}::text IS NULL OR r."workflow" = ${workflow})
        AND ((${afterMs}::float8 IS NULL AND r."status" = 'timed_out') OR (${afterMs}::float8 IS NOT NULL AND r."startedAt" IS NOT NULL
          AND coalesce(r."finishedAt", now()) - r."startedAt" > ${afterMs}::float8 * interval '1 millisecond'))
      ORDER BY 2 LIMIT ${MAX_ROWS}`;
    return { spans: rows, from };
  },

  async job_overdue({ prisma, tenantId }, { afterMs, queue = null }, from) {
    const rows = await prisma.$queryRaw<Row[]>`
      SELECT a."jobId" AS "subject", (extract(epoch FROM a."startedAt") * 1000 + ${afterMs}::float8)::float8 AS "from",
        (extract(epoch FROM a."finishedAt") * 1000)::float8 AS "to", (extract(epoch FROM coalesce(a."finishedAt", now()) - a."startedAt") * 1000)::float8 AS "value"
      FROM "Attempt" AS a JOIN "Job" AS j ON j."tenantId" = a."tenantId" AND j."id" = a."jobId"
      WHERE a."tenantId" = ${tenantId} AND a."startedAt" >= ${new Date(from)} AND (${queue}::text IS NULL OR j."queue" = ${queue})
        AND coalesce(a."finishedAt", now()) - a."startedAt" > ${afterMs}::float8 * interval '1 millisecond' ORDER BY 2 LIMIT ${MAX_ROWS}`;
    return { spans: rows, from };
  },

  // When an agent was last heard of is known for now only.
  agent_silent: null,
  // What a run waited for at a time is not kept apart from its log.
  stuck: null,

  async approval_waiting({ prisma, tenantId }, { afterMs }, from) {
    const rows = await prisma.$queryRaw<Row[]>`
      SELECT a."id" AS "subject", (extract(epoch FROM a."createdAt") * 1000 + ${afterMs}::float8)::float8 AS "from",
        CASE WHEN a."status" = 'pending' THEN NULL ELSE (extract(epoch FROM coalesce(a."decidedAt", a."updatedAt")) * 1000)::float8 END AS "to",
        (extract(epoch FROM (CASE WHEN a."status" = 'pending' THEN now() ELSE coalesce(a."decidedAt", a."updatedAt") END) - a."createdAt") * 1000)::float8 AS "value"
      FROM "Approval" AS a WHERE a."tenantId" = ${tenantId} AND a."createdAt" >= ${new Date(from)}
        AND (CASE WHEN a."status" = 'pending' THEN now() ELSE coalesce(a."decidedAt", a."updatedAt") END) - a."createdAt" > ${afterMs}::float8 * interval '1 millisecond'
      ORDER BY 2 LIMIT ${MAX_ROWS}`;
    return { spans: rows, from };
  },
};

type Row = Span;

/** How often the rule would have fired. Kinds that no history is kept for say so. */
export async function previewRule(scope: Scope, query: PreviewQuery): Promise<RulePreview> {
  const { now } = scope;
  const from = now - query.days * DAY_MS;
  const past = PAST[query.kind] as Past<RuleKind> | null;
  if (!past)
    return {
      supported: false,
      fired: 0,
      firings: [],
      truncated: false,
      evaluatedFrom: iso(now),
      evaluatedTo: iso(now),
    };
  const history = await past(scope, paramsOf(query.kind, query.params), from);
  const fired = history.spans
    .filter((span) => (span.to ?? now) - span.from >= query.forMs)
    .map((span) => ({ ...span, from: span.from + query.forMs }))
    .sort((a, b) => b.from - a.from);
  return {
    supported: true,
    fired: fired.length,
    firings: fired.slice(0, MAX_FIRINGS).map(firingOf),
    truncated: fired.length > MAX_FIRINGS,
    evaluatedFrom: iso(history.from),
    evaluatedTo: iso(now),
  };
}

const firingOf = ({ subject, from, to, value }: Span): PreviewFiring => ({
  subject,
  from: iso(from),
  to: to === null ? null : iso(to),
  value,
});

const iso = (at: number): string => new Date(at).toISOString();

function grouped<R extends { subject: string }>(rows: readonly R[]): Map<string, R[]> {
  const groups = new Map<string, R[]>();
  for (const row of rows) {
    const group = groups.get(row.subject);
    if (group) group.push(row);
    else groups.set(row.subject, [row]);
  }
  return groups;
}

interface RateMinute {
  subject: string;
  t: number;
  total: number;
  successful: number;
}

/** One agent's stretches under the threshold, by a window that slides minute by minute. A window that holds no call ends one too. */
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

/** Stretches of the same subject that overlap, as one. They come in order. */
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
