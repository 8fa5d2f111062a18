import { BEAT_INTERVAL_MS } from "../../domain/live.ts";

export type FreshnessState = "live" | "catching_up" | "stale";

export interface Freshness {
  state: FreshnessState;
  /** Stale: when the server was last heard; else null. */
  since: Date | null;
  /** The last position of the log that this tab has heard of. */
  head: number;
}

/** A socket that says nothing for so long is taken for dead, though it may look connected. */
export const SILENCE_MS = 2 * BEAT_INTERVAL_MS + 500;
/** How long the first connection may take before the page says that it is not live. */
export const PATIENCE_MS = 4_000;

export interface Connection {
  connected: boolean;
  /** Epoch ms of the last frame or beat; null before the first. */
  lastHeard: number | null;
  /** Epoch ms when the connection was first asked for. */
  startedAt: number;
  /** Whether a topic waits for its answer or is behind the head. */
  behind: boolean;
  head: number;
}

/**
 * live: connected, heard of within two beats, nothing behind · catching_up: connected, but something is behind, or the first connection
 * is being made · stale: not connected, or silent for two beats. What is shown is true as of `since`.
 */
export function freshnessOf(c: Connection, now: number): Freshness {
  const { head } = c;
  if (!c.connected) {
    if (c.lastHeard === null && now - c.startedAt < PATIENCE_MS) return { state: "catching_up", since: null, head };
    return { state: "stale", since: new Date(c.lastHeard ?? c.startedAt), head };
  }
  if (c.lastHeard !== null && now - c.lastHeard > SILENCE_MS)
    return { state: "stale", since: new Date(c.lastHeard), head };
  return { state: c.behind ? "catching_up" : "live", since: null, head };
}

export const sameFreshness = (a: Freshness, b: Freshness): boolean =>
  a.state === b.state && a.head === b.head && a.since?.getTime() === b.since?.getTime();
