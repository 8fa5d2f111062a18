import type { CommitRequest } from "../../domain/commit/commit.ts";
import type { Mutation } from "../../domain/commit/mutations.ts";
import type { LogEvent } from "../../domain/kernel/event.ts";
import type { Receipt, Verification } from "../../domain/kernel/receipt.ts";
import type { Sent, Wire } from "../../domain/kernel/wire.ts";
import type { Kind, Rows } from "../../domain/rows.ts";
import type { Served, TierFigures } from "./lane/tiers/tiers.ts";

/**
 * Who commits. `id` scopes idempotency keys, `actor` is recorded in the log (`key:NAME`,
 * `user:NAME`, `system:clock`).
 */
export interface Committer {
  id: string;
  actor: string;
  /** W3C trace id of the request, if it has one. */
  traceId?: string | undefined;
}

export interface CommitOptions {
  idempotencyKey?: string;
  /** Hash of the request: another request under the same key is refused. Required with a key. */
  fingerprint?: string;
  /** Size of the request: waiting commits are bounded in bytes as well as in number. */
  bytes?: number;
}

/** Result of a durable commit. */
export interface CommitOutcome {
  receipt: Receipt;
  /** The receipt is from an earlier request under the same idempotency key. */
  replayed: boolean;
  /** The present state of a row this commit changed or read; undefined on a replay. */
  row<K extends Kind>(kind: K, id: string): Readonly<Rows[K]> | undefined;
}

/**
 * A range of the log that has become durable: gapless per tenant, in order, from this and other
 * nodes.
 */
export interface Committed {
  tenantId: string;
  from: number;
  to: number;
  /** Time of the range's last event. */
  at: string;
  events: LogEvent[];
  /** The latest state of the rows changed in the range, in the wire format. */
  rows: Wire[];
  /** Rows that no longer exist after it. */
  removed: readonly { kind: Kind; id: string }[];
}

export interface LogPosition {
  head: number;
  /** Everything at or below this position is removed. 0: nothing is. */
  floor: number;
  logId: string;
}

export interface EventRange {
  after: number;
  upTo?: number;
  limit: number;
  runId?: string;
}

/**
 * The state store: one way in (`commit`), the log and its followers out. Everything else reads rows
 * by the tenant-scoped client.
 */
export interface Store {
  /** The database's time, epoch ms: the one clock for everything stored, decided and shown. */
  now(): number;
  /**
   * Applies a commit; resolves when it is durable. Rejects with `StoreError`: commit_refused,
   * stale_expectation, idempotency_mismatch, lane_full, database_away.
   */
  commit(
    tenantId: string,
    by: Committer,
    commit: CommitRequest<Mutation>,
    options?: CommitOptions,
  ): Promise<CommitOutcome>;
  onCommitted(listener: (committed: Committed) => void): () => void;
  /**
   * Calls the listener when a tenant's log was replaced by another one (a backup, a standby that
   * lacked its end). Returns a function that unsubscribes.
   */
  onReplaced(listener: (tenantId: string) => void): () => void;
  /** Polls the logs of all tenants in use, as after the connection to the database was lost. */
  poll(): void;
  /** Follows the tenant's log on this node until the returned function is called. */
  watch(tenantId: string): () => void;
  head(tenantId: string): Promise<LogPosition & { aheadMs: number }>;
  /** Position up to which `onCommitted` was called; undefined before the first `head`. */
  position(tenantId: string): number | undefined;
  /**
   * A row through the tiers, not older than now, or with `minSeq` not older than that position and
   * half a second; undefined when there is none. Rejects with `StoreError` not_there_yet when the
   * log has not reached it.
   */
  read<K extends Kind>(tenantId: string, kind: K, id: string, minSeq?: number): Promise<Served<K> | undefined>;
  /** The tiers' figures, and a way to free memory. */
  tiers: { figures(): TierFigures; shrinkTo(bytes: number): void };
  readEvents(tenantId: string, range: EventRange): Promise<LogEvent[]>;
  /** Newest rows of a state topic; null when it names an unknown run. */
  snapshot(tenantId: string, topic: string, limit: number): Promise<{ seq: number; rows: Sent[] } | null>;
  /**
   * Recomputes the chain of receipts from the floor on. Rejects with the signal's reason soon after
   * it aborts.
   */
  verify(tenantId: string, signal?: AbortSignal): Promise<Verification>;
  /** Finishes what is in progress and refuses new commits. */
  close(): Promise<void>;
}
