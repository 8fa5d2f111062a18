import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../domain/kernel/time.ts";

/** How long an acknowledgement may hold; 0 is until further notice. */
export const HOLDS = [
  { ms: 0, label: "Until I change it" },
  { ms: 5 * MINUTE_MS, label: "5 minutes" },
  { ms: 15 * MINUTE_MS, label: "15 minutes" },
  { ms: HOUR_MS, label: "1 hour" },
  { ms: 8 * HOUR_MS, label: "8 hours" },
  { ms: DAY_MS, label: "24 hours" },
] as const;

/** How long an order to a breaker is likely to hold; 0 is until further notice. */
export const ORDER_HOLDS = [
  { ms: 15 * MINUTE_MS, label: "15 min" },
  { ms: HOUR_MS, label: "1 h" },
  { ms: 4 * HOUR_MS, label: "4 h" },
  { ms: 0, label: "Until changed" },
] as const;

/**
 * When a hold that begins at `now` (epoch ms) ends, RFC 3339; undefined when it holds until further
 * notice.
 */
export const expiryOf = (holdMs: number, now: number): string | undefined =>
  holdMs > 0 ? new Date(now + holdMs).toISOString() : undefined;
