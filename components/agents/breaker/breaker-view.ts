import { effectiveMinimumCalls } from "../../../domain/agents/breaker/config.ts";
import type { BreakerStateName } from "../../../domain/kernel/statuses.ts";
import type { Wire } from "../../../domain/kernel/wire.ts";

export type BreakerRow = Wire<"breaker">;

/**
 * The texts and figures of a breaker on a tile and its page, from its row alone. Rates and shares
 * are 0–1.
 */
export interface BreakerView {
  state: BreakerStateName;
  failureRate: number | null;
  threshold: number;
  /** Calls in the window, failed ones, and the minimum of calls for the rate to count. */
  calls: number;
  failures: number;
  minimum: number;
  /** Share of slow calls, and the share at which the breaker opens; null: slowness is off. */
  slow: { rate: number | null; threshold: number; overMs: number } | null;
  /** Whether the calls are trials. */
  ofTrials: boolean;
  /** False while the window holds too few calls for the rate to count. */
  judged: boolean;
  /** The next change by time alone, and when (RFC 3339). */
  due: { at: string; label: string } | null;
  trials: { permitted: number; inFlight: number; passed: number; failed: number } | null;
  openings: number;
  lastError: string | null;
  override: BreakerRow["override"];
  windowLabel: string;
  /** One sentence for screen readers. */
  summary: string;
}

export function breakerView(breaker: Readonly<BreakerRow>): BreakerView {
  const { state, config, calls, failureCount: failures, failureRate } = breaker;
  // A breaker that opened again keeps the trials that failed.
  const ofTrials = state === "half_open" || (state === "open" && breaker.openings > 1);
  const minimum = ofTrials ? config.permittedTrials : effectiveMinimumCalls(config);
  const view = {
    state,
    failureRate,
    threshold: config.failureRateThreshold,
    calls,
    failures,
    minimum,
    slow: slowOf(breaker),
    judged: calls >= minimum,
    due: dueOf(breaker),
    trials:
      state === "half_open"
        ? {
            permitted: config.permittedTrials,
            inFlight: breaker.trials.length,
            passed: calls - failures,
            failed: failures,
          }
        : null,
    openings: breaker.openings,
    lastError: breaker.lastError,
    override: breaker.override,
    ofTrials,
    windowLabel: ofTrials ? "trials" : windowOf(config),
  };
  return { ...view, summary: summaryOf(view) };
}

const windowOf = ({ window, windowSize }: BreakerRow["config"]): string =>
  window === "count" ? `last ${windowSize} calls` : `last ${windowSize} s`;

function slowOf({ config, slowCallRate }: Readonly<BreakerRow>): BreakerView["slow"] {
  if (config.slowCallMs === undefined) return null;
  return { rate: slowCallRate, threshold: config.slowCallRateThreshold, overMs: config.slowCallMs };
}

function dueOf(breaker: Readonly<BreakerRow>): BreakerView["due"] {
  if (breaker.resetAt === null) return null;
  switch (breaker.state) {
    case "open":
      return { at: breaker.resetAt, label: "Half-open in" };
    case "forced_open":
    case "disabled":
      return { at: breaker.resetAt, label: "Override ends in" };
    case "closed":
    case "half_open":
      return null;
  }
}

function summaryOf(view: Omit<BreakerView, "summary">): string {
  if (view.trials) {
    const { permitted, inFlight, passed, failed } = view.trials;
    return `${inFlight} of ${permitted} trial calls in flight, ${passed} passed, ${failed} failed`;
  }
  if (view.failureRate === null) return `no calls yet; needs ${view.minimum} calls`;
  const rate = `${view.failures} of ${view.calls} calls failed, opens at ${Math.round(view.threshold * 100)}%`;
  return view.judged ? rate : `${rate} once there are ${view.minimum}`;
}
