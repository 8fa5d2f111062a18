/**
 * The circuit breaker in front of an agent, as a pure state machine. resilience4j's meaning, with
 * deadlines on trials.
 *
 * closed       Calls pass. Each outcome enters the sliding window. Once the window holds the
 * minimum of calls, a failure rate (or slow-call rate) at or above its threshold moves it to
 * `open`. open         No call passes until `resetAt`. From then on the first operation that looks
 * (`acquire`, `tick`, any other) moves it to `half_open`. Every opening in a row without a close
 * between lengthens the wait. half_open    `permittedTrials` calls may try: trials in flight plus
 * trials reported never exceed that number. Only these trials count. A trial that misses its
 * deadline is a failed trial, so one that never reports cannot hold the breaker here; a trial given
 * back (`release`) frees its place. When all have reported, the same thresholds decide: `open`
 * again, or `closed`. forced_open  An operator's hold: no call passes. disabled     An operator's
 * hold: every call passes and nothing is judged.
 *
 * Moves:  closed -> open | open -> half_open | half_open -> open, closed any -> forced_open,
 * disabled, closed by `override`; any -> closed by `reset` forced_open, disabled -> closed when the
 * override's `expiresAt` has passed. Every move raises `epoch`. Every move to `closed` starts with
 * an empty window; every move to `half_open` with no trials. `open`, `forced_open` and `disabled`
 * keep the window as it was, so that the figures show what led there.
 *
 * An outcome is *late*, and never enters a window, when it carries a permit that is not in flight,
 * when its caller says that it began in another epoch, or when it has no permit in `half_open`
 * (unless the caller asks for `anyTrial`).
 *
 * Time is an argument (`now`, epoch ms). What is due at `now` happens first in every operation, so
 * whether a timer or a caller comes first makes no difference. A `now` a little before `changedAt`
 * counts as `changedAt`: a clock that goes back can lengthen a wait, never shorten it. Far before
 * it, the clock was wrong when the state changed and has been put right: then what waits begins
 * anew at `now` and waits as long as it was to (`rebased`). Inputs are never mutated.
 */

import { percent } from "../../kernel/percent.ts";
import type { BreakerStateName } from "../../kernel/statuses.ts";
import { beginningOf } from "../../kernel/text.ts";
import { type BreakerConfig, effectiveMinimumCalls, openDurationMs, sameBreakerConfig } from "./config.ts";
import {
  type BreakerOutcome,
  type BreakerOverride,
  type BreakerState,
  type BreakerStep,
  type OverrideState,
  type TransitionCause,
  withWindow,
} from "./state.ts";
import { emptyWindow, pushCall, shiftWindow, type WindowCall } from "./window.ts";

export type { BreakerStateName } from "../../kernel/statuses.ts";
export {
  type BreakerState,
  type BreakerStep,
  type BreakerTransition,
  newBreaker,
  overrideStates,
} from "./state.ts";

const LONGEST_ERROR = 500;
/**
 * Clocks of servers differ by less than this; what lies further ahead was written by a clock that
 * was wrong.
 */
const STEP_BACK_MS = 5_000;

/**
 * What time alone does by `now`. Returns the same object and no transitions when nothing is due.
 */
export function tick(was: BreakerState, now: number): BreakerStep {
  const b = rebased(was, now);
  const at = clamp(b, now);
  switch (b.state) {
    case "closed":
      return unmoved(b);
    case "open":
      if (b.resetAt === null || Date.parse(b.resetAt) > at) return unmoved(b);
      return move(b, "half_open", "open_time_passed", "the open time has passed", at);
    case "half_open":
      return sweepTrials(b, at);
    case "forced_open":
    case "disabled": {
      const expiresAt = b.override?.expiresAt ?? null;
      if (expiresAt === null || Date.parse(expiresAt) > at) return unmoved(b);
      return move(b, "closed", "override_expired", "the override has expired", at);
    }
  }
}

/** The epoch ms at which `tick` will next do something, or null when time alone changes nothing. */
export function nextDue(b: BreakerState): number | null {
  switch (b.state) {
    case "closed":
      return null;
    case "open":
      return b.resetAt === null ? null : Date.parse(b.resetAt);
    case "half_open":
      return b.trials.length === 0 ? null : Math.min(...b.trials.map((trial) => Date.parse(trial.expiresAt)));
    case "forced_open":
    case "disabled":
      return b.override?.expiresAt ? Date.parse(b.override.expiresAt) : null;
  }
}

/**
 * How many calls may start at `now`: Infinity when closed or disabled, 0 when open, the free trials
 * when half-open.
 */
export function trialSlots(b: BreakerState, now: number): number {
  const due = tick(b, now).breaker;
  switch (due.state) {
    case "closed":
    case "disabled":
      return Number.POSITIVE_INFINITY;
    case "open":
    case "forced_open":
      return 0;
    case "half_open":
      return Math.max(0, due.config.permittedTrials - due.trials.length - due.calls);
  }
}

/**
 * Asks to make one call. `permitId` is the name a trial would get; the answer carries it only if a
 * trial was issued. Asking again with the permit of a trial in flight answers the same and issues
 * nothing.
 */
export function acquire(
  b: BreakerState,
  now: number,
  permitId: string,
): BreakerStep & { permitted: boolean; permitId: string | null; epoch: number } {
  const due = tick(b, now);
  const current = due.breaker;
  const answer = (permitted: boolean) => ({ ...due, permitted, permitId: null, epoch: current.epoch });
  switch (current.state) {
    case "closed":
    case "disabled":
      return answer(true);
    case "open":
    case "forced_open":
      return answer(false);
    case "half_open": {
      if (current.trials.some((trial) => trial.permitId === permitId)) return { ...answer(true), permitId };
      if (current.trials.length + current.calls >= current.config.permittedTrials) return answer(false);
      const trial = { permitId, expiresAt: iso(clamp(current, now) + current.config.trialTimeoutMs) };
      return { ...answer(true), permitId, breaker: { ...current, trials: [...current.trials, trial] } };
    }
  }
}

/**
 * Takes the outcome of one call. `counted` says whether it entered the window; late outcomes and
 * those of an open or overridden breaker do not (see the top of this file), but their error is
 * remembered. `anyTrial`: without a permit, complete the oldest trial in flight, or count as a
 * trial of its own if there is none. `epoch`: the epoch in which the call began, if the caller
 * knows.
 */
export function record(
  b: BreakerState,
  outcome: BreakerOutcome,
  now: number,
  permitId?: string | null,
  options: { anyTrial?: boolean; epoch?: number } = {},
): BreakerStep & { counted: boolean } {
  const due = tick(b, now);
  const current = outcome.success ? due.breaker : rememberError(due.breaker, outcome.error);
  const at = clamp(current, now);
  const permit = permitId ?? null;
  const uncounted = { breaker: current, transitions: due.transitions, counted: false };
  if (options.epoch !== undefined && options.epoch !== current.epoch) return uncounted;
  switch (current.state) {
    case "closed": {
      if (permit !== null) return uncounted;
      const next = judgeCalls(count(current, current.config.windowSize, callOf(outcome, current.config), at), at);
      return { ...chain(due, next), counted: true };
    }
    case "half_open": {
      const trial = permit === null ? current.trials[0] : current.trials.find((one) => one.permitId === permit);
      if (permit === null ? !options.anyTrial : trial === undefined) return uncounted;
      const trials = current.trials.filter((one) => one !== trial);
      const reported = countTrial({ ...current, trials }, callOf(outcome, current.config), at);
      return { ...chain(due, judgeTrials(reported, at)), counted: true };
    }
    case "open":
    case "forced_open":
    case "disabled":
      return uncounted;
  }
}

/**
 * Gives a trial back without an outcome (its job was cancelled): its place is free again. Unknown
 * permits change nothing.
 */
export function release(b: BreakerState, permitId: string, now: number): BreakerStep & { released: boolean } {
  const due = tick(b, now);
  const trials = due.breaker.trials.filter((trial) => trial.permitId !== permitId);
  const released = trials.length < due.breaker.trials.length;
  return { ...due, released, breaker: released ? { ...due.breaker, trials } : due.breaker };
}

/**
 * An operator's order. `forced_open` and `disabled` hold until `expiresAt` (RFC 3339, validated by
 * the contract; none = until further orders); `closed` does what `reset` does. Repeating an order
 * changes nothing.
 */
export function override(
  b: BreakerState,
  state: OverrideState,
  order: { reason: string; by: string; expiresAt?: string | null | undefined },
  now: number,
): BreakerStep {
  const due = tick(b, now);
  const current = due.breaker;
  const at = clamp(current, now);
  switch (state) {
    case "closed":
      return chain(due, startAfresh(current, "override", order.reason, at));
    case "forced_open":
    case "disabled": {
      const expiresAt = order.expiresAt ? iso(Date.parse(order.expiresAt)) : null;
      const next: BreakerOverride = { state, reason: order.reason, by: order.by, at: iso(at), expiresAt };
      const hold = { override: next, resetAt: expiresAt, changedAt: iso(at) };
      if (current.state !== state) {
        const moved = move(current, state, "override", order.reason, at);
        return chain(due, { ...moved, breaker: { ...moved.breaker, ...hold } });
      }
      const was = current.override;
      const same = was?.reason === next.reason && was.by === next.by && was.expiresAt === expiresAt;
      return same ? due : { ...due, breaker: { ...current, ...hold } };
    }
  }
}

/**
 * Back to `closed` with an empty window, no override, `openings` 0. Idempotent. `by` is for the
 * event, not the row.
 */
export function reset(b: BreakerState, order: { reason: string; by: string }, now: number): BreakerStep {
  const due = tick(b, now);
  return chain(due, startAfresh(due.breaker, "reset", order.reason, clamp(due.breaker, now)));
}

/**
 * Takes a new configuration (as `resolveBreakerConfig` makes it); by itself it never moves the
 * state. The window starts again if its kind or size changed; in `half_open` its size is
 * `permittedTrials`, and trials beyond the new number become late. The end of an open time that has
 * begun stays, and so do the deadlines of trials.
 */
export function reconfigure(b: BreakerState, config: BreakerConfig, now: number): BreakerStep {
  const due = tick(b, now);
  const current = due.breaker;
  const was = current.config;
  if (sameBreakerConfig(was, config)) return due;
  switch (current.state) {
    case "half_open": {
      const fits = was.permittedTrials === config.permittedTrials;
      const trials = current.trials.slice(0, config.permittedTrials);
      const window = fits ? current.window : emptyWindow("count");
      return { ...due, breaker: withWindow({ ...current, config, trials }, window) };
    }
    case "closed":
    case "open":
    case "forced_open":
    case "disabled": {
      const fits = was.window === config.window && was.windowSize === config.windowSize;
      const window = fits ? current.window : emptyWindow(config.window);
      return { ...due, breaker: withWindow({ ...current, config }, window) };
    }
  }
}

/**
 * A state of a time that is yet to come, moved to `now`: with it the end of its open time, the
 * deadlines of its trials and the calls in its window. An operator's `expiresAt` stays, as it is a
 * time and no wait. Any other state is the same object.
 */
function rebased(b: BreakerState, now: number): BreakerState {
  const ahead = Date.parse(b.changedAt) - now;
  if (ahead <= STEP_BACK_MS) return b;
  const back = (at: string) => iso(Date.parse(at) - ahead);
  return {
    ...b,
    changedAt: iso(now),
    openedAt: b.openedAt === null ? null : back(b.openedAt),
    resetAt: b.state === "open" && b.resetAt !== null ? back(b.resetAt) : b.resetAt,
    trials: b.trials.map((trial) => ({ ...trial, expiresAt: back(trial.expiresAt) })),
    window: shiftWindow(b.window, -ahead),
  };
}

function unmoved(b: BreakerState): BreakerStep {
  return { breaker: b, transitions: [] };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function clamp(b: BreakerState, now: number): number {
  return Math.max(now, Date.parse(b.changedAt));
}

function chain(first: BreakerStep, then: BreakerStep): BreakerStep {
  return { breaker: then.breaker, transitions: [...first.transitions, ...then.transitions] };
}

/** The one place where a state changes: what each state starts with. */
function move(b: BreakerState, to: BreakerStateName, cause: TransitionCause, reason: string, at: number): BreakerStep {
  const transitions = [{ from: b.state, to, cause, reason, at: iso(at) }];
  const moved = { ...b, state: to, trials: [], epoch: b.epoch + 1, override: null, resetAt: null, changedAt: iso(at) };
  switch (to) {
    case "closed": {
      const closed = { ...moved, openings: 0, openedAt: null };
      return { breaker: withWindow(closed, emptyWindow(b.config.window)), transitions };
    }
    case "open": {
      const openings = b.openings + 1;
      const resetAt = iso(at + openDurationMs(b.config, openings));
      return { breaker: { ...moved, openings, openedAt: iso(at), resetAt }, transitions };
    }
    case "half_open":
      return { breaker: withWindow(moved, emptyWindow("count")), transitions };
    case "forced_open":
      return { breaker: { ...moved, openedAt: iso(at) }, transitions };
    case "disabled":
      return { breaker: { ...moved, openedAt: null }, transitions };
  }
}

function startAfresh(b: BreakerState, cause: TransitionCause, reason: string, at: number): BreakerStep {
  if (b.state !== "closed") return move(b, "closed", cause, reason, at);
  // Closed to closed is no move: only what was counted goes.
  return unmoved(b.calls === 0 ? b : withWindow(b, emptyWindow(b.config.window)));
}

function callOf(outcome: BreakerOutcome, config: BreakerConfig): WindowCall {
  const slow = config.slowCallMs !== undefined && (outcome.durationMs ?? 0) > config.slowCallMs;
  return { failed: !outcome.success, slow };
}

function count(b: BreakerState, size: number, call: WindowCall, at: number): BreakerState {
  return withWindow(b, pushCall(b.window, size, call, at));
}

function countTrial(b: BreakerState, call: WindowCall, at: number): BreakerState {
  return count(b, b.config.permittedTrials, call, at);
}

/** An expired trial is a failed trial. */
function sweepTrials(b: BreakerState, at: number): BreakerStep {
  const expired = b.trials.filter((trial) => Date.parse(trial.expiresAt) <= at);
  if (expired.length === 0) return unmoved(b);
  const trials = b.trials.filter((trial) => Date.parse(trial.expiresAt) > at);
  const blamed = rememberError({ ...b, trials }, "a trial call did not report before its deadline");
  const swept = expired.reduce((next) => countTrial(next, { failed: true, slow: false }, at), blamed);
  return judgeTrials(swept, at);
}

function judgeCalls(b: BreakerState, at: number): BreakerStep {
  const fault = b.calls >= effectiveMinimumCalls(b.config) ? faultOf(b) : null;
  return fault ? move(b, "open", fault.cause, fault.reason, at) : unmoved(b);
}

function judgeTrials(b: BreakerState, at: number): BreakerStep {
  if (b.calls < b.config.permittedTrials) return unmoved(b);
  const fault = faultOf(b);
  if (fault) return move(b, "open", fault.cause, fault.reason, at);
  return move(b, "closed", "trials_passed", `${b.successCount} of ${b.calls} trial calls succeeded`, at);
}

/**
 * Which threshold the figures reach, if any. A threshold of 0 means "any such call", never "none at
 * all".
 */
function faultOf(b: BreakerState): { cause: TransitionCause; reason: string } | null {
  const reaches = (rate: number | null, threshold: number) => rate !== null && rate > 0 && rate >= threshold;
  const words = (what: string, rate: number | null, threshold: number) =>
    `${what} ${percent(rate ?? 0)} of ${b.calls} calls, threshold ${percent(threshold)}`;
  const { failureRateThreshold, slowCallRateThreshold } = b.config;
  if (reaches(b.failureRate, failureRateThreshold)) {
    return { cause: "failure_rate", reason: words("failure rate", b.failureRate, failureRateThreshold) };
  }
  if (reaches(b.slowCallRate, slowCallRateThreshold)) {
    return { cause: "slow_call_rate", reason: words("slow-call rate", b.slowCallRate, slowCallRateThreshold) };
  }
  return null;
}

function rememberError(b: BreakerState, error: string | null | undefined): BreakerState {
  if (!error) return b;
  const lastError = beginningOf(error, LONGEST_ERROR);
  return lastError === b.lastError ? b : { ...b, lastError };
}
