import { SwitchyardError } from "./problem.ts";

/**
 * Exponential backoff, in ms: the n-th wait is `baseMs · 2^(n−1)`, at most `capMs`, less a random
 * part of it.
 */
export interface Backoff {
  baseMs: number;
  capMs: number;
  /**
   * The share of a wait that is random: all of it (1) when left out, so that many clients do not
   * come back together.
   */
  jitter?: number;
}

/** When a call is tried again, and for how long. */
export interface RetryPolicy extends Backoff {
  /** Bounds the whole call, in ms. */
  totalMs: number;
  /** How many tries there are at most; any number when left out. */
  maxTries?: number;
  /** Only a call that got no answer is tried again: a refusal goes to the caller at once. */
  unansweredOnly?: boolean;
}

export const DEFAULT_RETRY: RetryPolicy = { baseMs: 100, capMs: 5_000, totalMs: 30_000 };

/** What retrying needs of the world, so that tests turn the clock. */
export interface Timing {
  now(): number;
  random(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it is aborted before. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const REAL_TIMING: Timing = { now: () => performance.now(), random: Math.random, sleep };

/**
 * The wait (ms) before try `tries + 1`, `tries` ≥ 1 having failed; never less than the server asked
 * for.
 */
export function backoffMs(policy: Backoff, tries: number, random: () => number, retryAfterMs = 0): number {
  const { baseMs, capMs, jitter = 1 } = policy;
  return retryAfterMs + (1 - jitter * (1 - random())) * Math.min(capMs, baseMs * 2 ** (tries - 1));
}

/**
 * Calls `attempt` until it succeeds, fails for good, or the next wait would pass `totalMs`; then
 * the last error is thrown. Only `SwitchyardError`s that say `retryable` are tried again.
 */
export async function withRetry<T>(
  attempt: () => Promise<T>,
  policy: RetryPolicy,
  timing: Timing,
  signal?: AbortSignal,
): Promise<T> {
  const started = timing.now();
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof SwitchyardError) || !error.retryable) throw error;
      if (tries === policy.maxTries || (policy.unansweredOnly && error.status !== 0)) throw error;
      const wait = backoffMs(policy, tries, timing.random, error.retryAfterMs);
      if (timing.now() - started + wait > policy.totalMs) throw error;
      await timing.sleep(wait, signal);
    }
  }
}

/** Resolves after `ms`, or rejects with the signal's reason. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
