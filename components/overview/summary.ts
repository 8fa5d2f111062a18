import { MINUTE_MS } from "../../domain/kernel/time.ts";

/** `24 h`, `60 min`: the window a rate is over. */
export function windowName(windowMs: number): string {
  const minutes = Math.round(windowMs / MINUTE_MS);
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`;
}

/**
 * How long to wait (ms) before refetching the figures, or null to wait for a new event: at once
 * when the log has grown since they were counted, but at most every `EVERY_MS`; at least once a
 * minute, as time windows move.
 *
 * @param askedAt epoch ms of the last request.
 */
export function refreshIn(countedAt: number, head: number, askedAt: number, now: number): number {
  const since = now - askedAt;
  return Math.max(0, (head > countedAt ? EVERY_MS : QUIET_MS) - since);
}

const EVERY_MS = 1_500;
const QUIET_MS = 60_000;
