import type { BreakerStateName } from "../../kernel/statuses.ts";
import type { BreakerConfig } from "./config.ts";

/**
 * The model that `breaker.model.test.ts` holds the machine against: it keeps every raw call since
 * the window last started and counts them anew each time, and it follows the rules one by one, in
 * the plainest way.
 */
type Call = { second: number; failed: boolean; slow: boolean };
export type Model = {
  now: number;
  config: BreakerConfig;
  state: BreakerStateName;
  epoch: number;
  floor: number;
  /** Every call since the window last started, none ever dropped. */
  history: Call[];
  windowKind: "count" | "time";
  windowSize: number;
  trials: { permitId: string; deadline: number }[];
  resetAt: number | null;
  openings: number;
  permits: string[];
};

export function newModel(config: BreakerConfig, now: number): Model {
  const { window: windowKind, windowSize } = config;
  const counts = { epoch: 0, openings: 0, history: [], trials: [], permits: [], windowKind, windowSize };
  return { now, floor: now, config, state: "closed", resetAt: null, ...counts };
}

/** What the window must hold: a count of the raw history. */
export function recount(m: Model): { calls: number; failures: number; slow: number } {
  const newest = m.history.at(-1)?.second ?? 0;
  const inside =
    m.windowKind === "count"
      ? m.history.slice(-m.windowSize)
      : m.history.filter((call) => newest - call.second < m.windowSize);
  return {
    calls: inside.length,
    failures: inside.filter((call) => call.failed).length,
    slow: inside.filter((call) => call.slow).length,
  };
}

/** A window that starts again. */
export function start(m: Model, kind: "count" | "time", size: number): void {
  m.history = [];
  m.windowKind = kind;
  m.windowSize = size;
}

/** A move, and what its target state starts with; `until` is the end of an override. */
export function go(m: Model, to: BreakerStateName, at: number, until: number | null = null): void {
  m.state = to;
  m.epoch += 1;
  m.floor = at;
  m.trials = [];
  m.resetAt = until;
  if (to === "closed") {
    m.openings = 0;
    start(m, m.config.window, m.config.windowSize);
  }
  if (to === "half_open") start(m, "count", m.config.permittedTrials);
  if (to === "open") {
    m.openings += 1;
    const { openMs, openMultiplier, maxOpenMs } = m.config;
    m.resetAt = at + Math.min(openMs * openMultiplier ** (m.openings - 1), maxOpenMs ?? 30 * 86_400_000);
  }
}

/** One call enters the window, and may move the breaker. */
export function add(m: Model, failed: boolean, slow: boolean, at: number): void {
  if (m.windowKind === "time" && (m.history.at(-1)?.second ?? 0) > (at + STEP_BACK_MS) / 1000) m.history = [];
  const second = Math.max(Math.floor(at / 1000), m.history.at(-1)?.second ?? 0);
  m.history.push({ second, failed, slow });
  const { calls, failures, slow: slowCalls } = recount(m);
  const atLimit = (part: number, limit: number) => part > 0 && part / calls >= limit;
  const bad =
    atLimit(failures, m.config.failureRateThreshold) ||
    (m.config.slowCallMs !== undefined && atLimit(slowCalls, m.config.slowCallRateThreshold));
  if (m.state === "closed") {
    const ring = m.config.window === "count" ? m.config.windowSize : Number.POSITIVE_INFINITY;
    if (calls >= Math.min(m.config.minimumCalls, ring) && bad) go(m, "open", at);
  } else if (m.state === "half_open" && calls === m.config.permittedTrials) {
    go(m, bad ? "open" : "closed", at);
  }
}

/** Further back than this the clock is believed. */
export const STEP_BACK_MS = 5_000;

/** Whether the clock was set back so far that what waits begins anew. */
export const isSetBack = (floor: number, now: number): boolean => floor - now > STEP_BACK_MS;

/** What time does; answers the time that counts. */
export function passTime(m: Model): number {
  if (isSetBack(m.floor, m.now)) {
    const ahead = m.floor - m.now;
    m.floor = m.now;
    for (const trial of m.trials) trial.deadline -= ahead;
    if (m.state === "open" && m.resetAt !== null) m.resetAt -= ahead;
    if (m.windowKind === "time") for (const call of m.history) call.second += Math.round(-ahead / 1000);
  }
  const at = Math.max(m.now, m.floor);
  if (m.state === "open" && (m.resetAt ?? 0) <= at) go(m, "half_open", at);
  else if ((m.state === "forced_open" || m.state === "disabled") && m.resetAt !== null && m.resetAt <= at) {
    go(m, "closed", at);
  } else if (m.state === "half_open") {
    const expired = m.trials.filter((trial) => trial.deadline <= at);
    m.trials = m.trials.filter((trial) => trial.deadline > at);
    for (const _ of expired) add(m, true, false, at);
  }
  return at;
}
