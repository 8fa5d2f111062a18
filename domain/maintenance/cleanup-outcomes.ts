import type { Outcome, RoutingDecision } from "../agents/contract.ts";
import { type AgentFigures, addFigures, NO_FIGURES, withCounted } from "../agents/tally.ts";
import { isFinalRun } from "../kernel/statuses.ts";
import type { Tx } from "../kernel/tx.ts";
import type { Remove } from "./cleanup.ts";

/**
 * A decision leaves with the outcome that it counted as, when both are old, unless a run that has
 * not ended has part in it.
 */
export function cleanDecisions(tx: Tx, decisionIds: readonly string[], olderThan: string, remove: Remove): void {
  const outcomeIds: string[] = [];
  for (const decisionId of decisionIds) {
    const decision = tx.get("decision", decisionId);
    if (!decision || decision.routedAt >= olderThan || (decision.outcomeAt ?? "") >= olderThan) continue;
    if (isOfOpenRun(tx, decision)) continue;
    remove("decision", decisionId);
    outcomeIds.push(`decision:${decisionId}`);
  }
  cleanOutcomes(tx, outcomeIds, olderThan, remove);
}

export function cleanOutcomes(tx: Tx, outcomeIds: readonly string[], olderThan: string, remove: Remove): void {
  const old = outcomeIds.flatMap((outcomeId) => {
    const outcome = tx.get("outcome", outcomeId);
    if (!outcome || outcome.at >= olderThan || isOfOpenRun(tx, { runId: outcome.runId, jobId: null })) return [];
    return [outcome];
  });
  foldOutcomes(tx, old, remove);
}

/** Removes outcomes and adds them to their agents' baselines. */
export function foldOutcomes(tx: Tx, outcomes: readonly Readonly<Outcome>[], remove: Remove): void {
  const folded = new Map<string, AgentFigures>();
  for (const outcome of outcomes) {
    remove("outcome", outcome.id);
    folded.set(outcome.agentKey, withCounted(folded.get(outcome.agentKey) ?? NO_FIGURES, outcome));
  }
  for (const [agentKey, figures] of folded) {
    const statistics = tx.get("statistics", agentKey);
    if (!statistics) continue;
    const baseline = addFigures(statistics.baseline ?? NO_FIGURES, figures);
    // The figures are the same as before, so they are not said to be updated.
    tx.put("statistics", { ...statistics, baseline });
  }
}

function isOfOpenRun(tx: Tx, { runId, jobId }: Pick<RoutingDecision, "runId" | "jobId">): boolean {
  const ofJob = jobId === null ? undefined : tx.get("job", jobId)?.runId;
  return [runId, ofJob].some((one) => {
    const run = one ? tx.get("run", one) : undefined;
    return run !== undefined && !isFinalRun(run.status);
  });
}
