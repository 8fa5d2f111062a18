import type { BreakerStateName } from "../../kernel/statuses.ts";
import type { BreakerConfig } from "./config.ts";
import { type BreakerWindow, emptyWindow, windowTotals } from "./window.ts";

/**
 * The states an operator may order. `closed` ends an override and starts afresh; it holds nothing.
 */
export const overrideStates = ["forced_open", "disabled", "closed"] as const;
export type OverrideState = (typeof overrideStates)[number];

/** A call let through by a half-open breaker, until it reports or `expiresAt` passes. */
export type BreakerTrial = { permitId: string; expiresAt: string };

export type BreakerOverride = {
  state: Exclude<OverrideState, "closed">;
  reason: string;
  by: string;
  at: string;
  expiresAt: string | null;
};

/**
 * A breaker as its row keeps it: plain JSON, times as `toISOString()` writes them. `calls`,
 * `failureCount`, `successCount` and the rates (0-1, null without calls; slow also null without
 * `slowCallMs`) are those of `window`.
 */
export type BreakerState = {
  state: BreakerStateName;
  config: BreakerConfig;
  window: BreakerWindow;
  /** Trials in flight, oldest first; empty outside `half_open`. */
  trials: BreakerTrial[];
  epoch: number;
  calls: number;
  failureCount: number;
  successCount: number;
  failureRate: number | null;
  slowCallRate: number | null;
  /** Of the last opening; null once closed or disabled. */
  openedAt: string | null;
  /**
   * When time alone moves it on: the end of the open time, or of an override that expires. Else
   * null.
   */
  resetAt: string | null;
  /** Openings in a row without a close between them. */
  openings: number;
  override: BreakerOverride | null;
  lastError: string | null;
  /** Of the last move, or of the last change to an override. */
  changedAt: string;
};

/** Why a breaker moved. */
export const TRANSITION_CAUSES = [
  "failure_rate",
  "slow_call_rate",
  "open_time_passed",
  "trials_passed",
  "override",
  "override_expired",
  "reset",
] as const;
export type TransitionCause = (typeof TRANSITION_CAUSES)[number];

/**
 * One move. `cause` is for code, `reason` for people (an operator's own words, where an operator
 * moved it).
 */
export type BreakerTransition = {
  from: BreakerStateName;
  to: BreakerStateName;
  cause: TransitionCause;
  reason: string;
  at: string;
};

export type BreakerStep = { breaker: BreakerState; transitions: BreakerTransition[] };
export type BreakerOutcome = { success: boolean; durationMs?: number | undefined; error?: string | null | undefined };

/** A closed breaker with an empty window. `now` in epoch ms. */
export function newBreaker(config: BreakerConfig, now: number): BreakerState {
  return {
    state: "closed",
    config,
    window: emptyWindow(config.window),
    trials: [],
    epoch: 0,
    calls: 0,
    failureCount: 0,
    successCount: 0,
    failureRate: null,
    slowCallRate: null,
    openedAt: null,
    resetAt: null,
    openings: 0,
    override: null,
    lastError: null,
    changedAt: new Date(now).toISOString(),
  };
}

/** The breaker with that window, and the figures that follow from it. */
export function withWindow(b: BreakerState, window: BreakerWindow): BreakerState {
  const { calls, failures, slow } = windowTotals(window);
  const judgesSlow = calls > 0 && b.config.slowCallMs !== undefined;
  return {
    ...b,
    window,
    calls,
    failureCount: failures,
    successCount: calls - failures,
    failureRate: calls > 0 ? failures / calls : null,
    slowCallRate: judgesSlow ? slow / calls : null,
  };
}
