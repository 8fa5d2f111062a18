import { HOUR_MS, MINUTE_MS } from "../../domain/kernel/time.ts";

/** Time between a failed try and the next, ms: eight tries within eighteen hours. */
const SCHEDULE_MS = [5_000, MINUTE_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS, 5 * HOUR_MS, 10 * HOUR_MS];

/** Up to this part more, so that what failed together does not come back together. */
const JITTER = 0.2;

/**
 * How long after try `attempt` (from 1) the next one begins, ms; null when that was the last. Never sooner than the receiver has asked for.
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
