import { fireAlert, resolveAlert } from "../../alerts/alert.ts";
import { raisesAtOnce, ruleOf } from "../../alerts/rule.ts";
import { paramsOf } from "../../alerts/rule-params.ts";
import { fingerprint } from "../../kernel/fingerprint.ts";
import { iso, ms } from "../../kernel/primitives.ts";
import { DAY_MS, HOUR_MS } from "../../kernel/time.ts";
import { must, type Tx } from "../../kernel/tx.ts";
import { agentSubject } from "../agent-row.ts";
import type { Breaker } from "../contract.ts";
import { type BreakerConfigInput, resolveBreakerConfig } from "./config.ts";
import * as machine from "./machine.ts";

/**
 * Changes of a breaker's row, for all its callers: the machine's steps, with an event for every
 * move and the alert kept in step.
 */

/** Gives a breaker a new configuration; what is left out takes its default. */
export function configureBreaker(tx: Tx, agentKey: string, config: BreakerConfigInput): void {
  const breaker = must(tx, "breaker", agentKey);
  saveBreaker(tx, breaker, machine.reconfigure(breaker, resolveBreakerConfig(config), ms(tx.at)));
}

/**
 * How a call stands to the breaker: the trial it was, the epoch it began in, whether it may
 * complete any trial.
 */
export interface CallContext {
  permitId: string | null;
  epoch?: number | null;
  anyTrial?: boolean;
}

/** Feeds one outcome to its agent's breaker. */
export function recordOnBreaker(
  tx: Tx,
  agentKey: string,
  outcome: { success: boolean; durationMs: number | null; error: string | null },
  call: CallContext,
): void {
  const breaker = must(tx, "breaker", agentKey);
  const result = { success: outcome.success, durationMs: outcome.durationMs ?? undefined, error: outcome.error };
  // A trial is known by its permit; only calls without one need the epoch to be recognised as late.
  const epoch = call.permitId === null && typeof call.epoch === "number" ? { epoch: call.epoch } : {};
  const options = { anyTrial: call.anyTrial ?? false, ...epoch };
  saveBreaker(tx, breaker, machine.record(breaker, result, ms(tx.at), call.permitId, options));
}

const BOUNDED_TRIAL_MS = 30 * DAY_MS;

/** How long the trial of an attempt without lease and time limit may take at least. */
const UNBOUNDED_TRIAL_MS = HOUR_MS;

/** How many calls of this agent may start now. */
export function freeTrialSlots(tx: Tx, agentKey: string): number {
  return machine.trialSlots(must(tx, "breaker", agentKey), ms(tx.at));
}

/**
 * Takes the permit for a job that is about to start; there must be a free slot. The job's end ends
 * its trial: a long job is not a failed one. Under a lease or a time limit (`endsByItself`) that
 * end always comes; without, one that never reports would hold the breaker for ever, so its trial
 * fails at its deadline, but not within an hour.
 */
export function takePermit(
  tx: Tx,
  agentKey: string,
  endsByItself: boolean,
): { permitId: string | null; epoch: number } {
  const breaker = must(tx, "breaker", agentKey);
  const step = machine.acquire(breaker, ms(tx.at), tx.newId("permit"));
  const { permitId } = step;
  const { trialTimeoutMs } = step.breaker.config;
  const expiresAt = iso(ms(tx.at) + (endsByItself ? BOUNDED_TRIAL_MS : Math.max(trialTimeoutMs, UNBOUNDED_TRIAL_MS)));
  const trials = step.breaker.trials.map((trial) => (trial.permitId === permitId ? { ...trial, expiresAt } : trial));
  saveBreaker(tx, breaker, permitId === null ? step : { ...step, breaker: { ...step.breaker, trials } });
  return { permitId, epoch: step.epoch };
}

/** Gives a trial back that will not report: its job was cancelled. */
export function releasePermit(tx: Tx, agentKey: string, permitId: string): void {
  const breaker = must(tx, "breaker", agentKey);
  saveBreaker(tx, breaker, machine.release(breaker, permitId, ms(tx.at)));
}

/** What changes a breaker without a move. */
type Quiet = "trial_permitted" | "trial_expired" | "wait_restarted";

/**
 * Puts the changed row, and says every move as an event and to the alert. `quiet` names the event
 * of a change without a move, where the mutation has no event of its own: no row changes without
 * the log saying so.
 */
export function saveBreaker(tx: Tx, was: Readonly<Breaker>, step: machine.BreakerStep, quiet?: Quiet): void {
  if (step.breaker === was) return;
  tx.put("breaker", { ...was, ...step.breaker, updatedAt: tx.at });
  const { calls, failureRate, resetAt, openings, lastError } = step.breaker;
  const silent = step.breaker.changedAt < was.changedAt ? "wait_restarted" : quiet;
  if (silent && step.transitions.length === 0) {
    const payload = { state: step.breaker.state, trials: step.breaker.trials.length, calls, resetAt };
    tx.emit({ type: `breaker.${silent}` as const, subject: agentSubject(was.id), payload });
  }
  for (const move of step.transitions) {
    const payload = { ...move, calls, failureRate, resetAt, openings, lastError, epoch: step.breaker.epoch };
    tx.emit({ type: `breaker.${EVENT_OF[move.to]}` as const, subject: agentSubject(was.id), payload });
    syncAlert(tx, was.id, move, { calls, lastError });
  }
}

function syncAlert(
  tx: Tx,
  agentKey: string,
  move: machine.BreakerTransition,
  facts: { calls: number; lastError: string | null },
): void {
  const alertId = breakerAlertId(agentKey);
  if (move.to === "open") {
    const rule = ruleOf(tx, BREAKER_RULE);
    const { agents } = rule ? paramsOf("breaker_open", rule.params) : {};
    if (!rule?.enabled || !raisesAtOnce(rule) || (agents && !agents.includes(agentKey))) return;
    const error = facts.lastError ? `; last error: ${facts.lastError}` : "";
    fireAlert(tx, {
      id: alertId,
      rule: rule.id,
      severity: rule.severity,
      escalateAfterMs: rule.escalation[0]?.afterMs ?? null,
      title: `Breaker of ${agentKey} is open`,
      detail: `${move.reason}${error}`,
      subject: agentSubject(agentKey),
    });
  } else if (move.to !== "half_open") resolveAlert(tx, alertId, `the breaker is ${move.to}: ${move.reason}`);
}

/** The rule that an open breaker breaks. */
const BREAKER_RULE = "breaker_open";

/** The fingerprint of the alert that an open breaker raises. */
export const breakerAlertId = (agentKey: string): string => fingerprint(BREAKER_RULE, agentKey);

const EVENT_OF = {
  closed: "closed",
  open: "opened",
  half_open: "half_opened",
  forced_open: "forced_open",
  disabled: "disabled",
} as const satisfies { [state in machine.BreakerStateName]: string };
