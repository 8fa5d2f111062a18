import { BEAT_INTERVAL_MS, type DatabaseReason } from "../../domain/kernel/live.ts";

/** `reloading`: no live connection gets through, and the page asks for what is new at intervals. */
export type FreshnessState = "live" | "catching_up" | "stale" | "reloading";
/** What carries the live connection: a WebSocket, or long polling where none gets through. */
export type Carrier = "socket" | "polling";

export interface Freshness {
  state: FreshnessState;
  /** Stale: when the server was last heard, or when its database went away; else null. */
  since: Date | null;
  /** Why the server's database does not do its work now: the server is there, and refuses changes. Null when that is not why it is stale. */
  databaseAway: DatabaseReason | null;
  carrier: Carrier;
  /** The last position of the log that this tab has heard of. */
  head: number;
}

/** A socket that says nothing for so long is taken for dead, though it may look connected. */
export const SILENCE_MS = 2 * BEAT_INTERVAL_MS + 500;
/** How often a page without a live connection asks for what is new. */
export const RELOAD_MS = 5_000;
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
  /** Epoch ms when the server first said that its database is away; null while it is there. */
  awaySince: number | null;
  /** Why it is away, as the server said last. */
  awayFor: DatabaseReason;
  carrier: Carrier;
  /** Epoch ms when the page was last brought up to date by HTTP, since no live connection gets through; null while that is not so. */
  reloadedAt: number | null;
  head: number;
}

/**
 * live: connected, heard of within two beats, nothing behind · catching_up: connected, but something is behind, or the first connection
 * is being made · reloading: no live connection gets through and the page is brought up to date by HTTP · stale: not connected, silent for
 * two beats, or the server says that its database is away. What is shown is true as of `since`.
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
