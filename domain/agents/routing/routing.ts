import { z } from "zod";
import { durationMs, id, int32, label, text } from "../../kernel/primitives.ts";
import { must, mustBeNew, Refusal, type Tx } from "../../kernel/tx.ts";
import { ensureAgent } from "../agent-row.ts";
import type { CallContext } from "../breaker/breaker-row.ts";
import { candidate, type RoutingDecision } from "../contract.ts";
import { recordOutcome } from "../outcome.ts";

export const routingRecord = z.strictObject({
  type: z.literal("routing.record"),
  decisionId: id.optional(),
  taskId: id,
  taskType: label,
  requiredCapability: label.optional(),
  selectedAgent: id,
  priority: int32.optional(),
  agentScore: z.number().optional(),
  candidates: z.array(candidate).max(200).optional(),
  success: z.boolean().optional(),
  errorMessage: text.optional(),
  retryAttempts: int32.min(0).optional(),
  routingDurationMs: durationMs.optional(),
  runId: id.optional(),
  jobId: id.optional(),
});

export const routingOutcome = z.strictObject({
  type: z.literal("routing.outcome"),
  decisionId: id,
  success: z.boolean(),
  durationMs: durationMs.optional(),
  error: text.optional(),
});

/**
 * Stores a decision made elsewhere. One that already has `success` counts as an outcome, unless a
 * job's attempts do.
 */
export function recordRouting(tx: Tx, m: z.infer<typeof routingRecord>): RoutingDecision {
  const decisionId = m.decisionId ?? tx.newId("dec");
  mustBeNew(tx, "decision", decisionId);
  if (m.runId) must(tx, "run", m.runId);
  if (m.jobId) must(tx, "job", m.jobId);
  ensureAgent(tx, m.selectedAgent);
  const decision: RoutingDecision = {
    id: decisionId,
    taskId: m.taskId,
    taskType: m.taskType,
    requiredCapability: m.requiredCapability ?? null,
    selectedAgent: m.selectedAgent,
    priority: m.priority ?? null,
    agentScore: m.agentScore ?? null,
    candidates: m.candidates ?? [],
    success: m.success ?? null,
    errorMessage: m.errorMessage ?? null,
    retryAttempts: m.retryAttempts ?? null,
    routingDurationMs: m.routingDurationMs ?? null,
    durationMs: null,
    runId: m.runId ?? null,
    jobId: m.jobId ?? null,
    fallbackOf: null,
    weights: null,
    permitId: null,
    breakerEpoch: null,
    routedAt: tx.at,
    outcomeAt: m.success === undefined ? null : tx.at,
    version: 1,
    seq: 0,
  };
  tx.put("decision", decision);
  const { id: _id, version: _version, seq: _seq, routedAt: _routedAt, permitId: _permitId, ...payload } = decision;
  tx.emit({ type: "routing.recorded", subject: subjectOf(decisionId), runId: decision.runId, payload });
  if (m.success !== undefined) recordOutcomeOf(tx, decision, m.success, null, m.errorMessage ?? null);
  return decision;
}

/** Tells how a decision turned out; once. */
export function recordRoutingOutcome(tx: Tx, m: z.infer<typeof routingOutcome>): RoutingDecision {
  const decision = must(tx, "decision", m.decisionId);
  if (decision.success !== null) {
    throw new Refusal(
      "already_reported",
      `the outcome of decision ${decision.id} is known already: success ${decision.success}`,
    );
  }
  // Clean-up may have removed it since.
  ensureAgent(tx, decision.selectedAgent);
  const errorMessage = m.error ?? null;
  tx.put("decision", {
    ...decision,
    success: m.success,
    errorMessage,
    durationMs: m.durationMs ?? null,
    outcomeAt: tx.at,
  });
  const payload = {
    selectedAgent: decision.selectedAgent,
    success: m.success,
    durationMs: m.durationMs ?? null,
    error: errorMessage,
  };
  tx.emit({ type: "routing.outcome_recorded", subject: subjectOf(decision.id), runId: decision.runId, payload });
  recordOutcomeOf(tx, decision, m.success, m.durationMs ?? null, errorMessage);
  return must(tx, "decision", decision.id);
}

/** A decision tied to a job adds no outcome: the job's attempts do. */
function recordOutcomeOf(
  tx: Tx,
  decision: RoutingDecision,
  success: boolean,
  taken: number | null,
  error: string | null,
): void {
  if (decision.jobId) return;
  recordOutcome(tx, {
    id: `decision:${decision.id}`,
    agentKey: decision.selectedAgent,
    success,
    durationMs: taken,
    taskType: decision.taskType,
    runId: decision.runId,
    jobId: null,
    error,
    call: callOf(decision),
  });
}

/** Who decided elsewhere did not ask the breaker: such a call may complete any trial. */
function callOf({ permitId, breakerEpoch }: RoutingDecision): CallContext {
  if (breakerEpoch === null) return { permitId: null, anyTrial: true };
  return { permitId, epoch: breakerEpoch };
}

const subjectOf = (decisionId: string) => ({ kind: "decision", id: decisionId });
