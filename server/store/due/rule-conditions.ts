import type { Rule } from "../../../domain/alerts/contract.ts";
import { isToldAtOnce } from "../../../domain/alerts/rule.ts";
import { paramsOf, type RuleParams } from "../../../domain/alerts/rule-params.ts";
import { fingerprint } from "../../../domain/kernel/fingerprint.ts";
import { percent } from "../../../domain/kernel/percent.ts";
import { span } from "../../../domain/kernel/span.ts";
import type { RuleKind } from "../../../domain/kernel/statuses.ts";
import { shortened } from "../../../domain/kernel/text.ts";
import type { LaneQueries } from "../lane/lane-database.ts";
import type { Waiting } from "./rule-causes.ts";

/** What a rule finds broken about one thing, as the alert will say it. */
export interface Observed {
  subject: { kind: string; id: string };
  runId: string | null;
  title: string;
  detail: string | null;
  value: number | null;
  threshold: number | null;
  /** The agent whose open breaker would explain it. */
  agent: string | null;
  /** What waits, whose cause belongs in the detail of the alert (`rule-causes.ts`). */
  waiting?: Waiting;
  /** Not broken now, but not well enough to end an alert either. */
  recovering?: true;
}

/**
 * A rule finds no more than these at a time. When it finds as many, it cannot tell what has ended: open alerts stay until there are fewer.
 */
const LIMIT = 1000;

/** Of a queue `q`: the job that has been due the longest. */
const OLDEST_DUE = `SELECT j."id" AS "jobId", j."runId", j."agentKey", greatest(j."queuedAt", j."runAt") AS "since" FROM "Job" AS j
  WHERE j."tenantId" = q."tenantId" AND j."queue" = q."id" AND j."status" = 'queued' AND j."runAt" <= now() ORDER BY 4, 1 LIMIT 1`;

type Look<K extends RuleKind> = (
  queries: LaneQueries,
  tenantId: string,
  params: RuleParams<K>,
  rule: Rule,
) => Promise<Observed[]>;

/** An open breaker keeps the calls that opened it; one that tries has those of its trials, if there are any yet. */
const ratesOf = (rate: number | null, calls: number): string =>
  rate === null ? "trial calls decide whether it closes" : `failure rate ${percent(rate)} of ${calls} calls`;

const LOOKS: { readonly [K in RuleKind]: Look<K> } = {
  async breaker_open(queries, tenantId, { agents }) {
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
      // A trial may yet fail: one that tries is not well.
      ...(state === "half_open" && { recovering: true as const }),
    }));
  },

  async success_rate(queries, tenantId, { threshold, recovery = threshold, windowMs, minimumSample, agent, taskType }) {
    const rows = await queries.query<{ id: string; total: number; successful: number }>(
      `SELECT /* rule success rate */ t."agentKey" AS "id", sum(t."total")::int AS "total", sum(t."successful")::int AS "successful"
       FROM "Tally" AS t WHERE t."tenantId" = $1 AND t."width" = 'minute' AND t."t" > now() - $2::float8 * interval '1 millisecond'
         AND ($3::text IS NULL OR t."agentKey" = $3) AND ($4::text IS NULL OR t."taskType" = $4)
       GROUP BY 1 HAVING sum(t."successful") < $5::float8 * sum(t."total") ORDER BY 1 LIMIT ${LIMIT}`,
      [tenantId, windowMs, agent ?? null, taskType ?? null, recovery],
    );
    return rows.map(({ id, total, successful }) => {
      const rate = successful / total;
      // Too few outcomes to tell, or better but not well: what is open stays open.
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

  async queue_depth(queries, tenantId, { queue, depth }) {
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

  async queue_age(queries, tenantId, { queue, maxAgeMs }) {
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

  async run_overdue(queries, tenantId, { afterMs, workflow }, rule) {
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

  async job_overdue(queries, tenantId, { afterMs, queue }) {
    const rows = await queries.query<{
      id: string;
      runId: string;
      agent: string | null;
      attempt: number;
      silent: number;
      age: number;
    }>(
      `SELECT /* rule job overdue */ j."id", j."runId", j."claimedBy" AS "agent", j."attempt",
         (extract(epoch FROM now() - j."updatedAt") * 1000)::float8 AS "silent", (extract(epoch FROM now() - j."startedAt") * 1000)::float8 AS "age"
       FROM "Job" AS j WHERE j."tenantId" = $1 AND j."status" = 'running' AND ($2::text IS NULL OR j."queue" = $2)
         AND j."startedAt" <= now() - $3::float8 * interval '1 millisecond' ORDER BY j."startedAt" LIMIT ${LIMIT}`,
      [tenantId, queue ?? null, afterMs],
    );
    return rows.map(({ id, runId, agent, attempt, silent, age }) => ({
      subject: { kind: "job", id },
      runId,
      title: `Job ${id} runs for ${span(age)}`,
      detail: `${agent ?? "its agent"} should be done within ${span(afterMs)}`,
      value: age,
      threshold: afterMs,
      agent,
      waiting: {
        kind: "job",
        id,
        named: `Attempt ${attempt} of run ${runId}, last heard of ${span(silent)} ago`,
      },
    }));
  },

  async agent_silent(queries, tenantId, { silentMs, agent }) {
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

  async stuck(queries, tenantId, { noProgressMs, workflow }) {
    // One that waits for the queue, for a human, or for a job that lets itself be heard, is not stuck; nor is a blocked one: it says so itself.
    // Nor one that waits for a job of another run: that run is watched itself.
    const rows = await queries.query<{ id: string; workflow: string; age: number; agent: string | null }>(
      `SELECT /* rule stuck */ r."id", r."workflow", (extract(epoch FROM now() - r."updatedAt") * 1000)::float8 AS "age",
         (SELECT j."claimedBy" FROM "Job" AS j WHERE j."tenantId" = r."tenantId" AND j."runId" = r."id" AND j."status" = 'running' LIMIT 1) AS "agent"
       FROM "Run" AS r WHERE r."tenantId" = $1 AND r."status" = 'running' AND ($2::text IS NULL OR r."workflow" = $2)
         AND r."updatedAt" <= now() - $3::float8 * interval '1 millisecond'
         AND NOT EXISTS (SELECT 1 FROM "Job" AS j LEFT JOIN "Approval" AS a ON a."tenantId" = j."tenantId" AND a."id" = j."approvalId"
           WHERE j."tenantId" = r."tenantId" AND j."runId" = r."id" AND (j."status" = 'queued' OR (j."status" = 'waiting' AND a."status" = 'pending')
             OR (j."status" = 'running' AND j."updatedAt" > now() - $3::float8 * interval '1 millisecond')
             OR (j."status" = 'waiting' AND EXISTS (SELECT 1 FROM "Job" AS p WHERE p."tenantId" = j."tenantId" AND p."id" = ANY (j."dependsOn")
               AND p."runId" <> j."runId" AND p."status" IN ('waiting', 'queued', 'running')))))
         AND NOT EXISTS (SELECT 1 FROM "Approval" AS a WHERE a."tenantId" = r."tenantId" AND a."runId" = r."id" AND a."status" = 'pending')
       ORDER BY r."updatedAt" LIMIT ${LIMIT}`,
      [tenantId, workflow ?? null, noProgressMs],
    );
    return rows.map(({ id, workflow: name, age, agent }) => ({
      subject: { kind: "run", id },
      runId: id,
      title: `Run ${id} makes no progress for ${span(age)}`,
      detail: `nothing has happened in ${name}, and it waits for no queue and no approval`,
      value: age,
      threshold: noProgressMs,
      agent,
    }));
  },

  async approval_waiting(queries, tenantId, { afterMs }) {
    const rows = await queries.query<{
      id: string;
      title: string;
      runId: string | null;
      by: string | null;
      jobId: string | null;
      age: number;
    }>(
      `SELECT /* rule approval waiting */ a."id", a."title", a."runId", a."requestedBy" AS "by", (extract(epoch FROM now() - a."createdAt") * 1000)::float8 AS "age",
         (SELECT j."id" FROM "Job" AS j WHERE j."tenantId" = a."tenantId" AND j."approvalId" = a."id" AND j."status" = 'waiting' LIMIT 1) AS "jobId"
       FROM "Approval" AS a WHERE a."tenantId" = $1 AND a."status" = 'pending' AND a."createdAt" <= now() - $2::float8 * interval '1 millisecond'
       ORDER BY a."createdAt" LIMIT ${LIMIT}`,
      [tenantId, afterMs],
    );
    return rows.map(({ id, title, runId, by, jobId, age }) => {
      const named = `Approval ${id}${runId === null ? "" : ` of run ${runId}`}${by === null ? "" : `, asked for by ${by}`}`;
      const observed: Observed = {
        subject: { kind: "approval", id },
        runId,
        title: `“${shortened(title, 300)}” waits for approval for ${span(age)}`,
        detail: named,
        value: age,
        threshold: afterMs,
        agent: null,
      };
      if (jobId === null) return observed;
      return {
        ...observed,
        detail: null,
        waiting: { kind: "job", id: jobId, named: `${named}, holds up job ${jobId}` },
      };
    });
  },
};

/** Runs that have missed their deadline since there is such a rule, until they are retried; one that was resolved by hand is told already. */
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
  const told = await queries.query<{ id: string; at: Date }>(
    `SELECT /* alerts that are over */ a."id", a."resolvedAt" AS "at" FROM "Alert" AS a
     WHERE a."tenantId" = $1 AND a."id" = ANY ($2) AND a."status" = 'resolved'`,
    [tenantId, missed.map(({ id }) => fingerprint(rule.id, id))],
  );
  const over = new Map(told.map(({ id, at }) => [id, at]));
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

/** Rules whose alerts only reducers raise, and end. */
export const raisedByReducers = (rule: Rule): boolean =>
  isToldAtOnce(rule) ||
  (rule.id === "run_overdue" &&
    rule.ruleKind === rule.id &&
    paramsOf("run_overdue", rule.params).afterMs === undefined);

/** What a rule finds broken now, each with the id of its alert; and whether that is all of it. */
export async function observe(
  queries: LaneQueries,
  tenantId: string,
  rule: Rule,
): Promise<{ observed: Map<string, Observed>; whole: boolean }> {
  const look = LOOKS[rule.ruleKind] as Look<RuleKind>;
  const found = await look(queries, tenantId, paramsOf(rule.ruleKind, rule.params), rule);
  const observed = new Map(found.map((one) => [fingerprint(rule.id, one.subject.id), one]));
  return { observed, whole: found.length < LIMIT };
}
