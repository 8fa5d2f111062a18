import type { LogEvent } from "../../domain/kernel/event.ts";
import type { DatabaseReason } from "../../domain/kernel/live.ts";
import type { Sent, Wire } from "../../domain/kernel/wire.ts";
import type { Kind } from "../../domain/rows.ts";

/** A range of the log that has become durable: consecutive per tenant, in order, local commits and other nodes' alike. */
export interface Committed {
  tenantId: string;
  from: number;
  to: number;
  at: string;
  events: LogEvent[];
  /** The latest sendable rows of what changed in the range. */
  rows: Wire[];
  /** What is no longer there after it. */
  removed: readonly { kind: Kind; id: string }[];
}

export interface Head {
  head: number;
  /** What lies at or below it is gone. */
  floor: number;
  logId: string;
}

export interface Snapshot {
  seq: number;
  rows: Sent[];
}

/** Whether the database does its work; the server's watch of it is one. */
export interface Availability {
  /** Why it does not; null when it does. */
  readonly reason: DatabaseReason | null;
  /** Calls back on every change; returns how to stop. */
  onChange(listener: () => void): () => void;
}

/** What this room reads; the store is one. */
export interface LogSource {
  /** The time by which what is stored is timed, epoch ms. */
  now(): number;
  onCommitted(listener: (committed: Committed) => void): () => void;
  /** Told when a tenant's log was replaced by another one; returns how to stop. */
  onReplaced(listener: (tenantId: string) => void): () => void;
  /** Keeps the tenant's tail running on this node; returns how to stop. */
  watch(tenantId: string): () => void;
  head(tenantId: string): Promise<Head>;
  /** Up to where `onCommitted` has told on this node; undefined before the first `head`. */
  position(tenantId: string): number | undefined;
  /** Events behind `after`, ascending, at most `limit`. */
  readEvents(
    tenantId: string,
    range: { after: number; upTo?: number; limit: number; runId?: string },
  ): Promise<LogEvent[]>;
  /** The newest rows of a state topic with the position they are true at; null when it names a run that does not exist. */
  snapshot(tenantId: string, topic: string, limit: number): Promise<Snapshot | null>;
}
