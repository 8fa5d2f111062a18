const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Time between a failed try and the next, ms: eight tries within eighteen hours. */
const SCHEDULE_MS = [5_000, MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR];

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
