import type { LogEvent } from "../../domain/kernel/event.ts";
import type { DatabaseReason } from "../../domain/kernel/live.ts";
import type { Sent, Wire } from "../../domain/kernel/wire.ts";
import type { Kind } from "../../domain/rows.ts";

/**
 * A range of the log that has become durable: gapless per tenant, in order, from this and other
 * nodes.
 */
export interface Committed {
  tenantId: string;
  from: number;
  to: number;
  at: string;
  events: LogEvent[];
  /** The latest state of the rows changed in the range, in the wire format. */
  rows: Wire[];
  /** Rows that no longer exist after it. */
  removed: readonly { kind: Kind; id: string }[];
}

export interface Head {
  head: number;
  /** Everything at or below it is removed. */
  floor: number;
  logId: string;
}

export interface Snapshot {
  seq: number;
  rows: Sent[];
}

/** Whether the database is available. */
export interface Availability {
  /** Why it is not; null when it is. */
  readonly reason: DatabaseReason | null;
  /** Calls back on every change; returns a function that unsubscribes. */
  onChange(listener: () => void): () => void;
}

/** What this room reads; implemented by the store. */
export interface LogSource {
  /** The database's time, epoch ms. */
  now(): number;
  onCommitted(listener: (committed: Committed) => void): () => void;
  /**
   * Calls the listener when a tenant's log was replaced by another one; returns a function that
   * unsubscribes.
   */
  onReplaced(listener: (tenantId: string) => void): () => void;
  /** Follows the tenant's log on this node until the returned function is called. */
  watch(tenantId: string): () => void;
  head(tenantId: string): Promise<Head>;
  /**
   * Position up to which `onCommitted` was called on this node; undefined before the first `head`.
   */
  position(tenantId: string): number | undefined;
  /** Events after `after`, ascending, at most `limit`. */
  readEvents(
    tenantId: string,
    range: { after: number; upTo?: number; limit: number; runId?: string },
  ): Promise<LogEvent[]>;
  /** The newest rows of a state topic with their position; null when it names an unknown run. */
  snapshot(tenantId: string, topic: string, limit: number): Promise<Snapshot | null>;
}
