import type { Tx } from "../kernel/tx.ts";
import { type CallContext, recordOnBreaker } from "./breaker/breaker-row.ts";
import type { Outcome } from "./contract.ts";
import { tallyOutcome, withCounted } from "./tally.ts";

/**
 * One call made to an agent, unique by its source: an attempt, an unlinked routing outcome, or a
 * `breaker.record`. Breakers and statistics read outcomes only, so nothing counts twice. An end
 * that came from upstream is an outcome too, counted apart.
 */

export interface ReportedOutcome {
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

/**
 * Stores an outcome, feeds the agent's breaker with it and adds it to the agent's figures. The
 * agent must exist.
 */
export function recordOutcome(tx: Tx, reported: ReportedOutcome): void {
  const { call, ...facts } = reported;
  store(tx, { ...facts, fault: reported.success ? null : "own" });
  recordOnBreaker(tx, reported.agentKey, reported, call);
}

/**
 * Stores an end that was not the agent's doing: it was cancelled, or what the agent itself depends
 * on was away. It is counted apart, and the breaker does not count it, as it says nothing about the
 * agent.
 */
export function recordUpstreamEnd(tx: Tx, reported: Omit<ReportedOutcome, "call" | "success">): void {
  store(tx, { ...reported, success: false, fault: "upstream" });
}

function store(tx: Tx, facts: Omit<Outcome, "at" | "version" | "seq">): void {
  tx.put("outcome", { ...facts, at: tx.at });
  const statistics = tx.get("statistics", facts.agentKey);
  if (statistics) tx.put("statistics", { ...withCounted(statistics, facts), updatedAt: tx.at });
  tallyOutcome(tx, facts);
}

/** Error codes by which an agent says that a failure came from what it depends on. */
const UPSTREAM_CODES = new Set([
  "breaker_open",
  "rate_limited",
  "upstream_error",
  "upstream_timeout",
  "upstream_unavailable",
]);

/** Whether an error's code says that it was not the agent's doing. */
export const isUpstream = (code: unknown): boolean => typeof code === "string" && UPSTREAM_CODES.has(code);
