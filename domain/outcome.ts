import type { Statistics } from "./agent.ts";
import { type CallContext, recordOnBreaker } from "./breaker.ts";
import { addDuration } from "./figures.ts";
import type { RowBase, Tx } from "./tx.ts";

/**
 * One call made to an agent, unique by its source: an attempt, an unlinked routing outcome, or a `breaker.record`. Breakers and
 * statistics read outcomes only, so nothing counts twice (DESIGN, Outcomes).
 */
export interface Outcome extends RowBase {
  agentKey: string;
  success: boolean;
  durationMs: number | null;
  taskType: string | null;
  runId: string | null;
  jobId: string | null;
  error: string | null;
  /** Whose doing a failure was; null for a success. Failures from upstream do not count against the agent. */
  fault: "own" | "upstream" | null;
  at: string;
}

export interface OutcomeTold {
  id: string;
  agentKey: string;
  success: boolean;
  durationMs: number | null;
  taskType: string | null;
  runId: string | null;
  jobId: string | null;
  error: string | null;
  call: CallContext;
}

/** Stores an outcome, feeds the agent's breaker with it and adds it to the agent's figures. The agent must exist. */
export function recordOutcome(tx: Tx, told: OutcomeTold): void {
  const { call, ...facts } = told;
  tx.put("outcome", { ...facts, fault: told.success ? null : "own", at: tx.at });
  const statistics = tx.get("statistics", told.agentKey);
  if (statistics) tx.put("statistics", { ...withOutcome(statistics, told), updatedAt: tx.at });
  recordOnBreaker(tx, told.agentKey, told, call);
}

/** The figures with one more outcome in them. Also what recalculation folds with. */
export function withOutcome<S extends Omit<Statistics, "id" | "version" | "seq">>(
  statistics: S,
  outcome: { success: boolean; durationMs: number | null },
): S {
  const { durationMs } = outcome;
  return {
    ...statistics,
    total: statistics.total + 1,
    successful: statistics.successful + (outcome.success ? 1 : 0),
    failed: statistics.failed + (outcome.success ? 0 : 1),
    totalDurationMs: statistics.totalDurationMs + (durationMs ?? 0),
    timed: statistics.timed + (durationMs === null ? 0 : 1),
    histogram: durationMs === null ? statistics.histogram : addDuration(statistics.histogram, durationMs),
  };
}
