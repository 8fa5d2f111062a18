import { z } from "zod";
import { durationMs, id, label, ms, text, time } from "../../kernel/primitives.ts";
import { must, Refusal, type Tx } from "../../kernel/tx.ts";
import { agentSubject, ensureAgent } from "../agent-row.ts";
import type { Breaker } from "../contract.ts";
import { recordOutcome } from "../outcome.ts";
import { saveBreaker } from "./breaker-row.ts";
import * as machine from "./machine.ts";

/**
 * The circuit breaker in front of an agent: `machine.ts` says what it does, this file makes it a
 * row with events and an alert. It raises an alert when it opens by itself and resolves it when it
 * closes, or when an operator takes over.
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

/**
 * The clock's: something of this breaker was due when it was seen in this epoch. Not open to
 * clients.
 */
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
  saveBreaker(tx, breaker, step, step.permitId === null ? "trial_expired" : "trial_permitted");
  return { permitted: step.permitted, permitId: step.permitId, epoch: step.epoch };
}

/**
 * The outcome of a call made outside the queue: closed, it counts; half-open, it completes a trial;
 * else statistics only.
 */
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
  tx.emit({ type: "breaker.recorded", subject: agentSubject(m.agentKey), payload: facts });
  return must(tx, "breaker", m.agentKey);
}

export function overrideBreaker(tx: Tx, m: z.infer<typeof breakerOverride>): Breaker {
  const breaker = must(tx, "breaker", m.agentKey);
  if (m.expiresAt && m.expiresAt <= tx.at)
    throw new Refusal("not_permitted", `expiresAt ${m.expiresAt} has passed already`);
  const order = { reason: m.reason, by: tx.actor, expiresAt: m.expiresAt ?? null };
  const step = machine.override(breaker, m.state, order, ms(tx.at));
  saveBreaker(tx, breaker, step);
  const payload = { state: m.state, reason: m.reason, expiresAt: m.expiresAt ?? null, by: tx.actor };
  tx.emit({ type: "breaker.overridden", subject: agentSubject(m.agentKey), payload });
  return must(tx, "breaker", m.agentKey);
}

export function resetBreaker(tx: Tx, m: z.infer<typeof breakerReset>): Breaker {
  const breaker = must(tx, "breaker", m.agentKey);
  saveBreaker(tx, breaker, machine.reset(breaker, { reason: m.reason, by: tx.actor }, ms(tx.at)));
  tx.emit({
    type: "breaker.was_reset",
    subject: agentSubject(m.agentKey),
    payload: { reason: m.reason, by: tx.actor },
  });
  return must(tx, "breaker", m.agentKey);
}

/**
 * What time does: an open breaker whose wait has passed goes half-open, late trials fail, overrides
 * end.
 */
export function tickBreaker(tx: Tx, m: z.infer<typeof breakerTick>): Breaker {
  const breaker = must(tx, "breaker", m.agentKey);
  saveBreaker(tx, breaker, machine.tick(breaker, ms(tx.at)), "trial_expired");
  return must(tx, "breaker", m.agentKey);
}
