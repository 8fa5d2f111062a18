import { HOUR_MS, MINUTE_MS } from "../../domain/kernel/time.ts";

/** Delays between tries, ms: eight tries within eighteen hours. */
const SCHEDULE_MS = [5_000, MINUTE_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS, 5 * HOUR_MS, 10 * HOUR_MS];

/** Up to this share more, so that deliveries that failed together are not retried together. */
const JITTER = 0.2;

/**
 * Delay after try `attempt` (from 1), ms; null when that was the last. Never shorter than the
 * receiver's Retry-After.
 */
export function retryAfter(
  attempt: number,
  askedMs: number,
  schedule: readonly number[] = SCHEDULE_MS,
  random: () => number = Math.random,
): number | null {
  const wait = schedule[attempt - 1];
  return wait === undefined ? null : Math.round(Math.max(askedMs, wait * (1 + JITTER * random())));
}
