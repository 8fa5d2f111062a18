import type { Rule } from "../../../domain/alerts/contract.ts";
import type { RuleParams } from "../../../domain/alerts/rule-params.ts";
import type { RuleKind } from "../../../domain/kernel/statuses.ts";
import type { Waiting } from "../due/rule-causes.ts";
import type { LaneQueries } from "../lane/lane-database.ts";
import type { Scope } from "../reads/kernel/scope.ts";

/** One kind of alert rule: its violations now, and those of the past. */
export interface RuleCheck<K extends RuleKind> {
  /** At most LIMIT violations now. */
  observe(queries: LaneQueries, tenantId: string, params: RuleParams<K>, rule: Rule): Promise<Observed[]>;
  /** When the condition held since `from` (ms since 1970); null without a history. */
  past: ((scope: Scope, params: RuleParams<K>, from: number) => Promise<History>) | null;
}

/** A violation a rule finds, as the alert will show it. */
export interface Observed {
  subject: { kind: string; id: string };
  runId: string | null;
  title: string;
  detail: string | null;
  value: number | null;
  threshold: number | null;
  /** The agent whose open breaker would explain it. */
  agent: string | null;
  /** What waits; its cause is added to the alert's detail (`rule-causes.ts`). */
  waiting?: Waiting;
  /** Not violated now, but too close to end an alert. */
  recovering?: true;
}

/**
 * Limit of a rule's findings. At the limit it is unknown what has ended: open alerts stay until
 * there are fewer.
 */
export const LIMIT = 1000;

/** The job of queue `q` that has been due the longest. */
export const OLDEST_DUE = `SELECT j."id" AS "jobId", j."runId", j."agentKey", greatest(j."queuedAt", j."runAt") AS "since" FROM "Job" AS j
  WHERE j."tenantId" = q."tenantId" AND j."queue" = q."id" AND j."status" = 'queued' AND j."runAt" <= now() ORDER BY 4, 1 LIMIT 1`;

/** Most past rows read; older ones are left out, and `evaluatedFrom` says since when. */
export const MAX_ROWS = 200_000;

/** A stretch of time in which the condition held. */
export interface Span {
  subject: string;
  /** ms since 1970; `to` is null while it lasts. */
  from: number;
  to: number | null;
  value: number;
}

export interface History {
  spans: Span[];
  /** Since when there is data. */
  from: number;
}

/** Rows by subject, in their order. */
export function grouped<R extends { subject: string }>(rows: readonly R[]): Map<string, R[]> {
  const groups = new Map<string, R[]>();
  for (const row of rows) {
    const group = groups.get(row.subject);
    if (group) group.push(row);
    else groups.set(row.subject, [row]);
  }
  return groups;
}
