import { z } from "zod";
import { fireAlert, resolveAlert } from "../../alerts/alert.ts";
import { isToldAtOnce, ruleOf } from "../../alerts/rule.ts";
import { paramsOf } from "../../alerts/rule-params.ts";
import { fingerprint } from "../../kernel/fingerprint.ts";
import { durationMs, id, iso, label, ms, text, time } from "../../kernel/primitives.ts";
import { must, Refusal, type Tx } from "../../kernel/tx.ts";
import { ensureAgent } from "../agent.ts";
import type { Breaker } from "../contract.ts";
import { recordOutcome } from "../outcome.ts";
import { type BreakerConfigInput, resolveBreakerConfig } from "./config.ts";
import * as machine from "./machine.ts";

/**
 * The circuit breaker in front of an agent: `breaker-machine.ts` says what it does, this file makes it a row with events and
 * an alert. It raises an alert when it opens by itself and resolves it when it closes, or when an operator takes over.
 */

const reason = text.min(1);

export const breakerAcquire = z.strictObject({ type: z.literal("breaker.acquire"), agentKey: id });
export const breakerRecord = z.strictObject({
  type: z.literal("breaker.record"),
  agentKey: id,
  success: z.boolean(),
  durationMs: durationMs.optional(),
  error: text.optional(),
  permitId: label.optional(),
});
export const breakerOverride = z.strictObject({
  type: z.literal("breaker.override"),
  agentKey: id,
  state: z.enum(machine.overrideStates),
  reason,
  expiresAt: time.optional(),
});
export const breakerReset = z.strictObject({ type: z.literal("breaker.reset"), agentKey: id, reason });

/** The clock's: something of this breaker was due when it was seen in this epoch. Not open to clients. */
export const breakerTick = z.strictObject({ type: z.literal("breaker.tick"), agentKey: id });

/** What `breaker.acquire` answers. */
export interface Permit {
  permitted: boolean;
  permitId: string | null;
  epoch: number;
}

export function acquireBreaker(tx: Tx, m: z.infer<typeof breakerAcquire>): Permit {
  ensureAgent(tx, m.agentKey);
  const breaker = must(tx, "breaker", m.agentKey);
  const step = machine.acquire(breaker, ms(tx.at), tx.newId("permit"));
  save(tx, breaker, step, step.permitId === null ? "trial_expired" : "trial_permitted");
  return { permitted: step.permitted, permitId: step.permitId, epoch: step.epoch };
}

/** The outcome of a call made outside the queue: closed, it counts; half-open, it completes a trial; else statistics only. */
export function recordBreaker(tx: Tx, m: z.infer<typeof breakerRecord>): Breaker {
  ensureAgent(tx, m.agentKey);
  recordOutcome(tx, {
    id: tx.newId("record"),
    agentKey: m.agentKey,
    success: m.success,
    durationMs: m.durationMs ?? null,
    taskType: null,
    runId: null,
    jobId: null,
    error: m.error ?? null,
    call: { permitId: m.permitId ?? null, anyTrial: m.permitId === undefined },
  });
  const facts = { success: m.success, durationMs: m.durationMs ?? null, error: m.error ?? null };
  tx.emit({ type: "breaker.recorded", subject: subjectOf(m.agentKey), payload: facts });
  return must(tx, "breaker", m.agentKey);
}

export function overrideBreaker(tx: Tx, m: z.infer<typeof breakerOverride>): Breaker {
  const breaker = must(tx, "breaker", m.agentKey);
  if (m.expiresAt && m.expiresAt <= tx.at)
    throw new Refusal("not_permitted", `expiresAt ${m.expiresAt} has passed already`);
  const order = { reason: m.reason, by: tx.actor, expiresAt: m.expiresAt ?? null };
  const step = machine.override(breaker, m.state, order, ms(tx.at));
  save(tx, breaker, step);
  const payload = { state: m.state, reason: m.reason, expiresAt: m.expiresAt ?? null, by: tx.actor };
  tx.emit({ type: "breaker.overridden", subject: subjectOf(m.agentKey), payload });
  return must(tx, "breaker", m.agentKey);
}

export function resetBreaker(tx: Tx, m: z.infer<typeof breakerReset>): Breaker {
  const breaker = must(tx, "breaker", m.agentKey);
  save(tx, breaker, machine.reset(breaker, { reason: m.reason, by: tx.actor }, ms(tx.at)));
  tx.emit({ type: "breaker.was_reset", subject: subjectOf(m.agentKey), payload: { reason: m.reason, by: tx.actor } });
  return must(tx, "breaker", m.agentKey);
}

/** What time does: an open breaker whose wait has passed goes half-open, late trials fail, overrides end. */
export function tickBreaker(tx: Tx, m: z.infer<typeof breakerTick>): Breaker {
  const breaker = must(tx, "breaker", m.agentKey);
  save(tx, breaker, machine.tick(breaker, ms(tx.at)), "trial_expired");
  return must(tx, "breaker", m.agentKey);
}

/** Gives a breaker a new configuration; what is left out takes its default. */
export function configureBreaker(tx: Tx, agentKey: string, config: BreakerConfigInput): void {
  const breaker = must(tx, "breaker", agentKey);
  save(tx, breaker, machine.reconfigure(breaker, resolveBreakerConfig(config), ms(tx.at)));
}

/** How a call stands to the breaker: the trial it was, the epoch it began in, whether it may complete any trial. */
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
  const told = { success: outcome.success, durationMs: outcome.durationMs ?? undefined, error: outcome.error };
  // A trial is known by its permit; only calls without one need the epoch to be told from late ones.
  const epoch = call.permitId === null && typeof call.epoch === "number" ? { epoch: call.epoch } : {};
  const options = { anyTrial: call.anyTrial ?? false, ...epoch };
  save(tx, breaker, machine.record(breaker, told, ms(tx.at), call.permitId, options));
}

/** How many calls of this agent may start now. */
export function freeTrialSlots(tx: Tx, agentKey: string): number {
  return machine.trialSlots(must(tx, "breaker", agentKey), ms(tx.at));
}

/**
 * Takes the permit for a job that is about to start; there must be a free slot. The job's end ends its trial: a long job is not a failed one. Under a
 * lease or a time limit (`endsByItself`) that end always comes; without, one that never tells would hold the breaker for ever, so its trial
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
  save(tx, breaker, permitId === null ? step : { ...step, breaker: { ...step.breaker, trials } });
  return { permitId, epoch: step.epoch };
}

/** Gives a trial back that will not report: its job was cancelled. */
export function releasePermit(tx: Tx, agentKey: string, permitId: string): void {
  const breaker = must(tx, "breaker", agentKey);
  save(tx, breaker, machine.release(breaker, permitId, ms(tx.at)));
}

/**
 * Puts the changed row, and says every move as an event and to the alert. `quiet` names the event of a change without a move, where the
 * mutation has no event of its own: no row changes without the log saying so.
 */
function save(tx: Tx, was: Readonly<Breaker>, step: machine.BreakerStep, quiet?: string): void {
  if (step.breaker === was) return;
  tx.put("breaker", { ...was, ...step.breaker, updatedAt: tx.at });
  const { calls, failureRate, resetAt, openings, lastError } = step.breaker;
  const silent = step.breaker.changedAt < was.changedAt ? "wait_restarted" : quiet;
  if (silent && step.transitions.length === 0) {
    const payload = { state: step.breaker.state, trials: step.breaker.trials.length, calls, resetAt };
    tx.emit({ type: `breaker.${silent}`, subject: subjectOf(was.id), payload });
  }
  for (const move of step.transitions) {
    const payload = { ...move, calls, failureRate, resetAt, openings, lastError, epoch: step.breaker.epoch };
    tx.emit({ type: `breaker.${EVENT_OF[move.to]}`, subject: subjectOf(was.id), payload });
    tellAlert(tx, was.id, move, { calls, lastError });
  }
}

function tellAlert(
  tx: Tx,
  agentKey: string,
  move: machine.BreakerTransition,
  facts: { calls: number; lastError: string | null },
): void {
  const alertId = breakerAlertId(agentKey);
  if (move.to === "open") {
    const rule = ruleOf(tx, BREAKER_RULE);
    const { agents } = rule ? paramsOf("breaker_open", rule.params) : {};
    if (!rule?.enabled || !isToldAtOnce(rule) || (agents && !agents.includes(agentKey))) return;
    const error = facts.lastError ? `; last error: ${facts.lastError}` : "";
    fireAlert(tx, {
      id: alertId,
      rule: rule.id,
      severity: rule.severity,
      escalateAfterMs: rule.escalation[0]?.afterMs ?? null,
      title: `Breaker of ${agentKey} is open`,
      detail: `${move.reason}${error}`,
      subject: subjectOf(agentKey),
    });
  } else if (move.to !== "half_open") resolveAlert(tx, alertId, `the breaker is ${move.to}: ${move.reason}`);
}

/** The fingerprint of the alert that an open breaker raises. */
export const breakerAlertId = (agentKey: string): string => fingerprint(BREAKER_RULE, agentKey);

/** The rule that an open breaker breaks. */
const BREAKER_RULE = "breaker_open";

const EVENT_OF: { readonly [state in machine.BreakerStateName]: string } = {
  closed: "closed",
  open: "opened",
  half_open: "half_opened",
  forced_open: "forced_open",
  disabled: "disabled",
};

const BOUNDED_TRIAL_MS = 30 * 86_400_000;
/** How long the trial of an attempt without lease and time limit may take at least. */
const UNBOUNDED_TRIAL_MS = 3_600_000;

const subjectOf = (agentKey: string) => ({ kind: "agent", id: agentKey });
