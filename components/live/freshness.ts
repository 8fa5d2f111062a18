import { BEAT_INTERVAL_MS, type DatabaseReason } from "../../domain/kernel/live.ts";

/** `reloading`: no live connection works, and the page polls. */
export type FreshnessState = "live" | "catching_up" | "stale" | "reloading";
/** What carries the live connection: a WebSocket, or long polling where WebSockets are blocked. */
export type Carrier = "socket" | "polling";

export interface Freshness {
  state: FreshnessState;
  /** Stale: time of the last message of the server, or when its database was lost; else null. */
  since: Date | null;
  /**
   * Why the server's database is not available: the server runs, and refuses changes. Null when it
   * is stale for another reason.
   */
  databaseAway: DatabaseReason | null;
  carrier: Carrier;
  /** The last position of the log that this tab has seen. */
  head: number;
}

/** A socket silent for this long counts as dead, even if it is connected; ms. */
export const SILENCE_MS = 2 * BEAT_INTERVAL_MS + 500;
/** How often a page without a live connection polls, ms. */
export const RELOAD_MS = 5_000;
/** How long the first connection may take before the page says that it is not live, ms. */
export const PATIENCE_MS = 4_000;

export interface Connection {
  connected: boolean;
  /** Epoch ms of the last frame or beat; null before the first. */
  lastHeard: number | null;
  /** Epoch ms of the first connection attempt. */
  startedAt: number;
  /** Whether a topic waits for its response or is behind the head. */
  behind: boolean;
  /** Epoch ms when the server first said that its database is away; null: it is available. */
  awaySince: number | null;
  /** The last reason that the server gave. */
  awayFor: DatabaseReason;
  carrier: Carrier;
  /** Epoch ms of the last update by HTTP, while no live connection works; else null. */
  reloadedAt: number | null;
  head: number;
}

/**
 * live: connected, a message within two beats, nothing behind · catching_up: connected, but
 * something is behind, or the first connection is being made · reloading: no live connection works
 * and the page is updated by HTTP · stale: not connected, silent for two beats, or the server says
 * that its database is away. The page is correct as of `since`.
 */
export function freshnessOf(c: Connection, now: number): Freshness {
  const { carrier, head } = c;
  const fresh = (state: FreshnessState): Freshness => ({ state, since: null, databaseAway: null, carrier, head });
  const stale = (since: number, databaseAway: DatabaseReason | null = null): Freshness => {
    return { state: "stale", since: new Date(since), databaseAway, carrier, head };
  };
  if (!c.connected && c.reloadedAt !== null) {
    return now - c.reloadedAt > 3 * RELOAD_MS ? stale(c.reloadedAt) : fresh("reloading");
  }
  if (!c.connected) {
    if (c.lastHeard === null && now - c.startedAt < PATIENCE_MS) return fresh("catching_up");
    return stale(c.lastHeard ?? c.startedAt);
  }
  if (c.lastHeard !== null && now - c.lastHeard > SILENCE_MS) return stale(c.lastHeard);
  if (c.awaySince !== null) return stale(c.awaySince, c.awayFor);
  return fresh(c.behind ? "catching_up" : "live");
}

export const sameFreshness = (a: Freshness, b: Freshness): boolean =>
  a.state === b.state &&
  a.head === b.head &&
  a.databaseAway === b.databaseAway &&
  a.carrier === b.carrier &&
  a.since?.getTime() === b.since?.getTime();
