import type { EventType, OwnType } from "../events.ts";
import { roomIn } from "../execution/queue.ts";
import { type Edit, editor } from "../kernel/json-map.ts";
import type { RowBase } from "../kernel/row.ts";
import { isKeyed, keyOf } from "../kernel/row-key.ts";
import { DAY_MS } from "../kernel/time.ts";
import type { EmittedEvent, EventDraft, RowSet, Tx, Unsettled } from "../kernel/tx.ts";
import type { Kind, Rows } from "../rows.ts";

/**
 * The working copy that commits are applied to: changed rows over a source of rows that stay as
 * they are. It keeps a journal, so that a refused mutation, or a whole refused commit, is taken
 * back at no cost.
 */

/**
 * Where a draft reads what it has not changed. A source may throw to say that it must load
 * something first.
 */
export interface Source {
  get<K extends Kind>(kind: K, id: string): Readonly<Rows[K]> | undefined;
  isFree(kind: Kind, id: string): boolean;
  ids(query: RowSet): string[];
}

export interface Change {
  kind: Kind;
  id: string;
  /** Null: it has been removed. */
  row: Rows[Kind] | null;
  /**
   * The row was not there before this draft: it is inserted, not updated; or, when it has been
   * removed since, never written at all.
   */
  isNew: boolean;
  /** The row as the draft found it; undefined when it is new. */
  base: Readonly<Rows[Kind]> | undefined;
  /** Which commit changed it last. */
  by: DraftTx;
}

export interface Envelope {
  at: string;
  actor: string;
  /** Unique to the commit and fixed for its life, and it sorts by time: ids derive from it. */
  commitId: string;
  /** Unguessable, fixed for the commit's life: tokens derive from it. */
  secret: string;
  /** W3C trace id of the request that asks, if it named one. */
  traceId?: string | null | undefined;
  /** How long a task's idempotency key is kept, ms; a day when left out. */
  keyTtlMs?: number;
}

export class Draft {
  readonly changes = new Map<string, Change>();
  readonly #journal: (() => void)[] = [];
  /** Maps that this draft has copied are its own, and change in place. */
  readonly edit: Edit = editor((takeBack) => this.#journal.push(takeBack));

  constructor(readonly source: Source) {}

  begin(envelope: Envelope): DraftTx {
    return new DraftTx(this, envelope);
  }

  set(key: string, change: Change): void {
    const was = this.changes.get(key);
    this.#journal.push(() => {
      if (was) this.changes.set(key, was);
      else this.changes.delete(key);
    });
    this.changes.set(key, change);
  }

  mark(): number {
    return this.#journal.length;
  }

  rollback(mark: number): void {
    while (this.#journal.length > mark) this.#journal.pop()?.();
  }
}

const KIND_OF_SET = {
  "jobs-of-run": "job",
  "claimable-jobs": "job",
  "workstreams-of-run": "workstream",
  agents: "agent",
  "hours-of-type": "tally",
} as const;

function keyInSet(query: RowSet, member: string): string {
  if (query.set === "parts-of-runs" || query.set === "uses-of-agents") return member;
  return keyOf(KIND_OF_SET[query.set], member);
}

/** Whether a changed row may have come into a set since the storage has seen it. */
function mayBelong({ kind, row }: Change, query: RowSet): boolean {
  if (row === null) return false;
  switch (query.set) {
    case "claimable-jobs":
      return kind === "job" && (row as Rows["job"]).status === "queued";
    case "jobs-of-run":
      return kind === "job" && (row as Rows["job"]).runId === query.runId;
    case "workstreams-of-run":
      return kind === "workstream" && (row as Rows["workstream"]).runId === query.runId;
    case "agents":
      return kind === "agent";
    case "hours-of-type": {
      if (kind !== "tally") return false;
      const { width, taskType, t } = row as Rows["tally"];
      return width === "hour" && taskType === query.taskType && t >= query.from;
    }
    case "parts-of-runs":
      return kind !== "run" && namesOne(row, ["runId", "subjectId"], query.runIds);
    case "uses-of-agents":
      return namesOne(row, ["agentKey", "selectedAgent", "subjectId", "claimedBy"], query.agentKeys);
  }
}

function namesOne(row: Rows[Kind], columns: readonly string[], ids: readonly string[]): boolean {
  const values = row as unknown as { [column: string]: unknown };
  return columns.some((column) => ids.includes(values[column] as string));
}

/** One commit's transaction on a draft. */
export class DraftTx implements Tx {
  readonly events: EmittedEvent[] = [];
  readonly unsettled: Unsettled = { workstreams: new Set(), endedRuns: new Set() };
  /** Keys of the rows this commit changed. */
  readonly touched = new Set<string>();
  readonly #order: string[] = [];
  readonly #draft: Draft;
  readonly #envelope: Envelope;
  readonly #start: number;
  #ids = 0;

  constructor(draft: Draft, envelope: Envelope) {
    this.#draft = draft;
    this.#envelope = envelope;
    this.#start = draft.mark();
  }

  get at(): string {
    return this.#envelope.at;
  }

  get actor(): string {
    return this.#envelope.actor;
  }

  get traceId(): string | null {
    return this.#envelope.traceId ?? null;
  }

  get keyTtlMs(): number {
    return this.#envelope.keyTtlMs ?? DAY_MS;
  }

  get<K extends Kind>(kind: K, id: string): Readonly<Rows[K]> | undefined {
    const change = this.#draft.changes.get(keyOf(kind, id));
    return change ? ((change.row ?? undefined) as Rows[K] | undefined) : this.#draft.source.get(kind, id);
  }

  isFree(kind: Kind, id: string): boolean {
    const change = this.#draft.changes.get(keyOf(kind, id));
    return change ? change.row === null : this.#draft.source.isFree(kind, id);
  }

  put<K extends Kind>(kind: K, row: Omit<Rows[K], "version" | "seq"> & Partial<RowBase>): void {
    const key = keyOf(kind, row.id as string);
    const was = this.#draft.changes.get(key);
    const base: Partial<RowBase> | undefined = was ? (was.row ?? undefined) : row.seq ? row : undefined;
    const isNew = was ? was.isNew : !row.seq;
    const version = kind === "run" ? (row.version ?? 1) : this.#nextVersion(was, base?.version, isNew);
    const next = { ...row, version, seq: base?.seq ?? 0 } as unknown as Rows[Kind];
    const found =
      was || isNew ? was?.base : (this.#draft.source.get(kind, row.id as string) as Readonly<Rows[Kind]> | undefined);
    this.#draft.set(key, { kind, id: row.id as string, row: next, isNew, base: found, by: this });
    this.#touch(key);
  }

  remove(kind: Kind, id: string): void {
    const key = keyOf(kind, id);
    const was = this.#draft.changes.get(key);
    // What the storage has decides whether there is anything to delete; a row of this draft may
    // have been put on the assumption that it has none.
    const base = this.#draft.source.get(kind, id);
    if (was ? was.row === null : base === undefined) return;
    this.#draft.set(key, { kind, id, row: null, isNew: base === undefined, base, by: this });
    this.#touch(key);
  }

  #touch(key: string): void {
    if (this.touched.has(key)) return;
    this.touched.add(key);
    this.#order.push(key);
  }

  #nextVersion(was: Change | undefined, base: number | undefined, isNew: boolean): number {
    if (was?.row) return was.by === this ? was.row.version : was.row.version + 1;
    if (was) return 1;
    return isNew ? 1 : (base ?? 0) + 1;
  }

  get edit(): Edit {
    return this.#draft.edit;
  }

  ids(query: RowSet): string[] {
    const stored = this.#draft.source.ids(query.set === "claimable-jobs" ? this.#withReopened(query) : query);
    const changed = [...this.#draft.changes.values()].filter((change) => mayBelong(change, query));
    const members = changed.map(({ kind, id }) => (isKeyed(query) ? keyOf(kind, id) : id));
    const kept = stored.filter((member) => this.#draft.changes.get(keyInSet(query, member))?.row !== null);
    return [...new Set([...kept, ...members])];
  }

  /** Adds the queues that have been given room since the storage has seen them. */
  #withReopened(query: Extract<RowSet, { set: "claimable-jobs" }>): RowSet {
    const reopened: string[] = [];
    for (const { kind, id, row, base } of this.#draft.changes.values()) {
      if (kind !== "queue" || !base || !row || !(query.queues?.includes(id) ?? true)) continue;
      if (roomIn(base as Rows["queue"]) === 0 && roomIn(row as Rows["queue"]) > 0) reopened.push(id);
    }
    return reopened.length > 0 ? { ...query, reopened } : query;
  }

  emit<T extends EventType | OwnType>(event: EventDraft<T>): void {
    this.events.push(event);
  }

  newId(prefix: string): string {
    this.#ids += 1;
    return `${prefix}_${this.#envelope.commitId}${this.#ids.toString(32).padStart(3, "0")}`;
  }

  newSecret(): string {
    this.#ids += 1;
    return `${this.#envelope.secret}.${this.#ids}`;
  }

  /** Takes back everything this commit did to the draft. */
  abort(): void {
    this.#back(this.#start, 0, 0);
  }

  /** Remembers this point; calling the answer goes back to it. */
  savepoint(): () => void {
    const mark = this.#draft.mark();
    const events = this.events.length;
    const touched = this.#order.length;
    return () => this.#back(mark, events, touched);
  }

  #back(mark: number, events: number, touched: number): void {
    this.#draft.rollback(mark);
    this.events.length = events;
    while (this.#order.length > touched) this.touched.delete(this.#order.pop() as string);
  }
}
