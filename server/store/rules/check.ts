import type { Rule } from "../../../domain/alerts/contract.ts";
import type { RuleParams } from "../../../domain/alerts/rule-params.ts";
import type { RuleKind } from "../../../domain/kernel/statuses.ts";
import type { Waiting } from "../due/rule-causes.ts";
import type { LaneQueries } from "../lane/lane-database.ts";
import type { Scope } from "../reads/kernel/scope.ts";

/** One kind of alert rule: what it finds broken now, and what it would have found in the past. */
export interface RuleCheck<K extends RuleKind> {
  /** At most LIMIT things that are broken now. */
  observe(queries: LaneQueries, tenantId: string, params: RuleParams<K>, rule: Rule): Promise<Observed[]>;
  /** When the condition held since `from` (ms since 1970); null where no history is kept. */
  past: ((scope: Scope, params: RuleParams<K>, from: number) => Promise<History>) | null;
}

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
export const LIMIT = 1000;

/** Of a queue `q`: the job that has been due the longest. */
export const OLDEST_DUE = `SELECT j."id" AS "jobId", j."runId", j."agentKey", greatest(j."queuedAt", j."runAt") AS "since" FROM "Job" AS j
  WHERE j."tenantId" = q."tenantId" AND j."queue" = q."id" AND j."status" = 'queued' AND j."runAt" <= now() ORDER BY 4, 1 LIMIT 1`;

/** At most so many rows are read of the past: what is older is left out, and `evaluatedFrom` says so. */
export const MAX_ROWS = 200_000;

/** A stretch of time in which the condition held. */
export interface Span {
  subject: string;
  /** ms since 1970; `to` null while it goes on. */
  from: number;
  to: number | null;
  value: number;
}

export interface History {
  spans: Span[];
  /** From when on there is anything to look at. */
  from: number;
}

/** Rows by their subject, in the order they come. */
export function grouped<R extends { subject: string }>(rows: readonly R[]): Map<string, R[]> {
  const groups = new Map<string, R[]>();
  for (const row of rows) {
    const group = groups.get(row.subject);
    if (group) group.push(row);
    else groups.set(row.subject, [row]);
  }
  return groups;
}
