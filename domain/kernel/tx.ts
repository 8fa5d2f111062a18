import type { Candidate } from "../agents/contract.ts";
import type { EventType, OwnType, Payloads } from "../events.ts";
import type { Kind, Rows } from "../rows.ts";
import type { Edit } from "./json-map.ts";
import type { RowBase } from "./row.ts";
import type { JobStatus, WorkstreamStatus } from "./statuses.ts";

/**
 * Sets of rows that only the storage can list. A set may hold too many rows; the reducer filters.
 */
export type RowSet =
  | {
      set: "jobs-of-run";
      runId: string;
      statuses: readonly JobStatus[];
      limit: number | null;
      /** Only those that work for one of these tokens. */
      tokenIds?: readonly string[];
    }
  /** Those of a run that follow their jobs and are in one of these statuses. */
  | { set: "workstreams-of-run"; runId: string; statuses: readonly WorkstreamStatus[]; limit: number | null }
  /**
   * Agents: first those with the capability (if given), then those whose breaker lets calls
   * through, then those seen last.
   */
  | { set: "agents"; capability: string | null; limit: number }
  /** Hourly tallies of one type of task from a time on, the newest first. */
  | { set: "hours-of-type"; taskType: string; from: string; limit: number }
  /** All rows that belong to these runs, of several kinds, outcomes included, as keys `kind:id`. */
  | { set: "parts-of-runs"; runIds: string[] }
  /**
   * Rows that name these agents, as keys: all alerts about them with their deliveries, and one
   * outcome and one decision each.
   */
  | { set: "uses-of-agents"; agentKeys: string[] }
  | {
      set: "claimable-jobs";
      agentKey: string;
      capabilities: string[];
      queues: string[] | null;
      /** Not from these queues, even if they have room by the stored rows. */
      except: string[];
      /**
       * From these queues too, even if they are paused or full by the stored rows: the draft has
       * given them room.
       */
      reopened?: string[];
      max: number;
      at: string;
    };

/** How a reducer reads and changes state: one commit's view of one tenant's rows. */
export interface Tx {
  /**
   * Time of the commit, RFC 3339: the database's. It may be below that of the events before when
   * that clock was set back.
   */
  readonly at: string;
  /** The caller, as the log names it: `user:NAME`, `key:NAME`, `system:clock`. */
  readonly actor: string;
  /** The trace that the commit belongs to, when the caller has named one. */
  readonly traceId: string | null;
  /** How long a task's idempotency key is kept, ms. */
  readonly keyTtlMs: number;
  get<K extends Kind>(kind: K, id: string): Readonly<Rows[K]> | undefined;
  /**
   * Whether no row has that id. The server may assume so and let the insert prove it, which saves a
   * look-up per create.
   */
  isFree(kind: Kind, id: string): boolean;
  /**
   * Puts a row; a new one has version 1, a changed one gets the next version (a run's version is
   * its reducer's own).
   */
  put<K extends Kind>(kind: K, row: Omit<Rows[K], "version" | "seq"> & Partial<RowBase>): void;
  /** Removes a row, if there is one. Its id is free again afterwards. */
  remove(kind: Kind, id: string): void;
  /**
   * A map of a row with one entry set or, by undefined, removed. A large map is copied once and
   * then edited in place: do not use a row that was read before. Rolling the commit back reverts
   * the edits.
   */
  edit: Edit;
  /** Ids of a set, in the storage's order, those changed by this commit included. */
  ids(query: RowSet): string[];
  /**
   * Says what happened: an event of the catalogue (`domain/events.ts`), with the payload of its
   * type.
   */
  emit<T extends EventType | OwnType>(event: EventDraft<T>): void;
  /** What the present mutation leaves to be settled when it is through. */
  readonly unsettled: Unsettled;
  /**
   * A new id, unique in the log, that sorts by time and within a commit by order; the same when the
   * commit is applied again.
   */
  newId(prefix: string): string;
  /**
   * An unguessable token, the same when the commit is applied again. Never to be put into an event.
   */
  newSecret(): string;
}

export interface Unsettled {
  /** Workstreams whose jobs have moved. */
  readonly workstreams: Set<string>;
  /** Runs that have ended. */
  readonly endedRuns: Set<string>;
}

export interface EventDraft<T extends EventType | OwnType = EventType | OwnType> {
  type: T;
  subject: Subject;
  runId?: string | null;
  /** The trace it belongs to when the commit names none. */
  traceId?: string | null;
  payload: Payloads[T];
}

/** An event of any type, as a commit keeps it until it is written. */
export type EmittedEvent = Omit<EventDraft, "payload"> & { payload: { [key: string]: unknown } };

export interface Subject {
  kind: string;
  id: string;
}

export type RefusalCode =
  | "already_exists"
  | "not_found"
  | "illegal_transition"
  | "lease_lost"
  | "run_is_final"
  | "not_same_run"
  | "not_claimable"
  | "already_reported"
  | "already_decided"
  | "already_consumed"
  | "not_permitted"
  | "scope_cancelled"
  | "state_too_large"
  | "no_agent";

/**
 * A mutation that cannot be applied. Caught in one place (`applyCommit`), so a reducer may refuse
 * from any depth.
 */
export class Refusal extends Error {
  override name = "Refusal";
  constructor(
    readonly code: RefusalCode,
    message: string,
    readonly extra: { legal?: readonly string[]; candidates?: readonly Candidate[] } = {},
  ) {
    super(message);
  }
}

/** The row, or a refusal that names what is missing. */
export function must<K extends Kind>(tx: Tx, kind: K, id: string): Readonly<Rows[K]> {
  const row = tx.get(kind, id);
  if (!row) throw new Refusal("not_found", `${kind} ${id} does not exist`);
  return row;
}

/** Refuses when a row of that id is there already. */
export function mustBeNew(tx: Tx, kind: Kind, id: string): void {
  if (!tx.isFree(kind, id)) throw new Refusal("already_exists", `${kind} ${id} exists already`);
}

/** Refuses a move that its table does not have, naming the legal ones. */
export function mustBeLegal<S extends string>(
  what: string,
  moves: { readonly [from in S]: readonly S[] },
  from: S,
  to: S,
): void {
  if (moves[from].includes(to)) return;
  const legal = moves[from];
  const names = legal.length ? legal.join(", ") : "none, it is final";
  throw new Refusal("illegal_transition", `${what} is ${from} and cannot become ${to}; legal: ${names}`, { legal });
}
