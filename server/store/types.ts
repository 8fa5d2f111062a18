import type { CommitRequest } from "../../domain/commit/commit.ts";
import type { Mutation } from "../../domain/commit/mutations.ts";
import type { LogEvent } from "../../domain/kernel/event.ts";
import type { Receipt, Verification } from "../../domain/kernel/receipt.ts";
import type { Sent, Wire } from "../../domain/kernel/wire.ts";
import type { Kind, Rows } from "../../domain/rows.ts";
import type { Served, TierFigures } from "./lane/tiers/tiers.ts";

/** Who commits. `id` scopes idempotency keys, `actor` stands in the log (`key:NAME`, `user:NAME`, `system:clock`). */
export interface Committer {
  id: string;
  actor: string;
  /** W3C trace id of the request, if it named one. */
  traceId?: string | undefined;
}

export interface CommitOptions {
  idempotencyKey?: string;
  /** Of the request the key came with: another request under the same key is refused. Needed when there is a key. */
  fingerprint?: string;
  /** Size of the request; what waits is bounded in bytes as well as in number. */
  bytes?: number;
}

/** What a commit answers once it is durable. */
export interface CommitOutcome {
  receipt: Receipt;
  /** The receipt was stored by an earlier request under the same idempotency key. */
  replayed: boolean;
  /** A row that this commit changed or looked at, as the lane has it now; undefined on a replay. */
  row<K extends Kind>(kind: K, id: string): Readonly<Rows[K]> | undefined;
}

/** A range of the log that has become durable: consecutive per tenant, in order, local commits and other nodes' alike. */
export interface Committed {
  tenantId: string;
  from: number;
  to: number;
  /** Time of the range's last event. */
  at: string;
  events: LogEvent[];
  /** The latest sendable rows of what changed in the range. */
  rows: Wire[];
  /** What is no longer there after it. */
  removed: readonly { kind: Kind; id: string }[];
}

export interface LogPosition {
  head: number;
  /** Oldest position still kept: what lies at or below it is gone. 0: everything is there. */
  floor: number;
  logId: string;
}

export interface EventRange {
  after: number;
  upTo?: number;
  limit: number;
  runId?: string;
}

/** The state store: one way in (`commit`), the log and its followers out. Everything else reads rows by the tenant-scoped client. */
export interface Store {
  /** The database's time, epoch ms: the one clock of all that is stored, decided and shown. */
  now(): number;
  /** Applies a commit; resolves when it is durable. Rejects with `StoreError`: commit_refused, stale_expectation, idempotency_mismatch, lane_full, database_away. */
  commit(
    tenantId: string,
    by: Committer,
    commit: CommitRequest<Mutation>,
    options?: CommitOptions,
  ): Promise<CommitOutcome>;
  onCommitted(listener: (committed: Committed) => void): () => void;
  /** Told when a tenant's log was replaced by another one (a backup, a standby that lacked its end). Returns how to stop. */
  onReplaced(listener: (tenantId: string) => void): () => void;
  /** Looks at the log of every tenant known here, as when the connection to the database was lost. */
  poll(): void;
  /** Keeps the tenant's tail running on this node while somebody listens. */
  watch(tenantId: string): () => void;
  head(tenantId: string): Promise<LogPosition & { aheadMs: number }>;
  /** Up to where `onCommitted` has told; undefined before the first `head`. */
  position(tenantId: string): number | undefined;
  /**
   * A row through the tiers, not older than now, or with `minSeq` not older than that position and than half a second; undefined when there
   * is none. Rejects with `StoreError` not_there_yet when the log has not come as far.
   */
  read<K extends Kind>(tenantId: string, kind: K, id: string, minSeq?: number): Promise<Served<K> | undefined>;
  /** What the tiers hold, and a way to have memory back. */
  tiers: { figures(): TierFigures; shrinkTo(bytes: number): void };
  readEvents(tenantId: string, range: EventRange): Promise<LogEvent[]>;
  /** Newest rows of a state topic; null when it names a run that does not exist. */
  snapshot(tenantId: string, topic: string, limit: number): Promise<{ seq: number; rows: Sent[] } | null>;
  /** Recomputes the chain of receipts from the floor on. Rejects with the signal's reason soon after it aborts. */
  verify(tenantId: string, signal?: AbortSignal): Promise<Verification>;
  /** Finishes what is under way, refuses what comes. */
  close(): Promise<void>;
}
