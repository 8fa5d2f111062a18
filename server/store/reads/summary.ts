import type { Summary } from "../../../domain/kernel/answers.ts";
import { BREAKER_STATES, JOB_STATUSES, RUN_STATUSES } from "../../../domain/kernel/statuses.ts";
import { DAY_MS } from "../../../domain/kernel/time.ts";
import type { Throughput } from "./agents/throughput.ts";
import type { Scope } from "./kernel/scope.ts";

interface Counted {
  head: bigint;
  runs: { [status: string]: number };
  ended: { [status: string]: number };
  jobs: { [status: string]: number };
  later: number;
  oldest: Date | null;
  breakers: { [state: string]: number };
  alerts: { [status: string]: number };
  agents: { total: number; busy: number; capacity: number };
}

/** Counts everything but the calls in one statement, so that the figures are of one moment. */
export async function readSummary(scope: Scope, calls: Throughput): Promise<Summary> {
  const [counted, throughput] = await Promise.all([count(scope), calls.read(scope)]);
  const { completed = 0, failed = 0, timed_out: timedOut = 0 } = counted.ended;
  const ended = completed + failed + timedOut;
  const jobs = withZeros(JOB_STATUSES, counted.jobs);
  return {
    runs: { byStatus: withZeros(RUN_STATUSES, counted.runs) },
    successRate: { rate: ended > 0 ? completed / ended : null, completed, ended, windowMs: DAY_MS },
    queue: {
      waiting: jobs.waiting,
      queued: jobs.queued,
      later: Math.min(counted.later, jobs.queued),
      running: jobs.running,
      oldestQueuedAt: counted.oldest?.toISOString() ?? null,
    },
    breakers: withZeros(BREAKER_STATES, counted.breakers),
    alerts: withZeros(["firing", "acknowledged"], counted.alerts),
    agents: counted.agents,
    throughput,
    head: Number(counted.head),
  };
}

async function count({ prisma, tenantId }: Scope): Promise<Counted> {
  // Ended runs are searched among those of the last days, as only their creation is indexed. Longer
  // ones are not counted.
  const [counted] = await prisma.$queryRaw<Counted[]>`
    SELECT h."seq" AS "head",
      (SELECT coalesce(json_object_agg(x."status", x.n), '{}') FROM (
        SELECT "status", count(*)::int AS n FROM "Run" WHERE "tenantId" = h."tenantId" GROUP BY "status") AS x) AS "runs",
      (SELECT coalesce(json_object_agg(x."status", x.n), '{}') FROM (
        SELECT "status", count(*)::int AS n FROM "Run" WHERE "tenantId" = h."tenantId"
          AND "status" IN ('completed', 'failed', 'timed_out') AND "createdAt" > now() - interval '8 days'
          AND "finishedAt" > now() - interval '24 hours' GROUP BY "status") AS x) AS "ended",
      (SELECT coalesce(json_object_agg(x."status", x.n), '{}') FROM (
        SELECT "status", count(*)::int AS n FROM "Job" WHERE "tenantId" = h."tenantId"
          AND "status" IN ('waiting', 'queued', 'running') GROUP BY "status") AS x) AS "jobs",
      (SELECT count(*)::int FROM "Job" WHERE "tenantId" = h."tenantId" AND "status" = 'queued' AND "runAt" > now()) AS "later",
      (SELECT min(greatest("queuedAt", "runAt")) FROM "Job" WHERE "tenantId" = h."tenantId" AND "status" = 'queued' AND "runAt" <= now()) AS "oldest",
      (SELECT coalesce(json_object_agg(x."state", x.n), '{}') FROM (
        SELECT "state", count(*)::int AS n FROM "Breaker" WHERE "tenantId" = h."tenantId" GROUP BY "state") AS x) AS "breakers",
      (SELECT coalesce(json_object_agg(x."status", x.n), '{}') FROM (
        SELECT "status", count(*)::int AS n FROM "Alert" WHERE "tenantId" = h."tenantId"
          AND "status" IN ('firing', 'acknowledged') GROUP BY "status") AS x) AS "alerts",
      (SELECT json_build_object('total', count(*)::int, 'busy', coalesce(sum("busy"), 0)::int, 'capacity', coalesce(sum("capacity"), 0)::int)
        FROM "Agent" WHERE "tenantId" = h."tenantId") AS "agents"
    FROM "LogHead" AS h WHERE h."tenantId" = ${tenantId}`;
  return counted ?? NOTHING;
}

const NOTHING: Counted = {
  head: 0n,
  runs: {},
  ended: {},
  jobs: {},
  later: 0,
  oldest: null,
  breakers: {},
  alerts: {},
  agents: { total: 0, busy: 0, capacity: 0 },
};

function withZeros<const N extends readonly string[]>(
  names: N,
  counts: { [name: string]: number },
): { [name in N[number]]: number } {
  return Object.fromEntries(names.map((name) => [name, counts[name] ?? 0])) as { [name in N[number]]: number };
}
