import { MINUTE_MS } from "../../domain/kernel/time.ts";

/** `24 h`, `60 min`: the window a rate is over. */
export function windowName(windowMs: number): string {
  const minutes = Math.round(windowMs / MINUTE_MS);
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`;
}

/**
 * How long to wait (ms) before the figures are asked for again, or null to wait for the log to move: at once when the log has moved on
 * since they were counted, but no more often than each `EVERY_MS`; once a minute in any case, as minutes pass without events too.
 *
 * @param askedAt epoch ms when they were last asked for.
 */
export function refreshIn(countedAt: number, head: number, askedAt: number, now: number): number {
  const since = now - askedAt;
  return Math.max(0, (head > countedAt ? EVERY_MS : QUIET_MS) - since);
}

const EVERY_MS = 1_500;
const QUIET_MS = 60_000;
