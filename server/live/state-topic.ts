import { SNAPSHOT_ROWS, STATE_INTERVAL_MS } from "../../domain/kernel/live.ts";
import type { Sent, Wire } from "../../domain/kernel/wire.ts";
import type { Kind } from "../../domain/rows.ts";
import type { Emitter } from "./emitter.ts";
import { cutFairly } from "./frames.ts";
import { Lightener } from "./lighten.ts";
import type { Sink } from "./outlet.ts";
import type { Snapshot } from "./source.ts";

/** A viewer as the state topic sees it. */
export interface Viewer {
  readonly sink: Sink;
  /**
   * The snapshot is ready (false: the topic names nothing) and about to be sent. Returns whether
   * the viewer still wants it.
   */
  opened(exists: boolean): boolean;
  failed(error: unknown): void;
  /** Its socket is full. */
  tooSlow(): void;
}

/** The present state of one row, or its removal. */
type Change = { seq: number; row?: Wire; gone?: { kind: Kind; id: string } };

export interface StateTopicDeps {
  tenantId: string;
  topic: string;
  emitter: Emitter;
  /** Reads the topic's present rows. */
  load: () => Promise<Snapshot | null>;
  /** The position up to which changes have been noted. */
  position: () => number;
}

/**
 * Latest rows of one topic, for all viewers.
 *
 * A changed row is dirty until the next frame; a later change of the row replaces it, so a frame
 * holds each row once and the cost does not grow with the event rate. The first change after a
 * quiet time is sent at once; frames are at least `STATE_INTERVAL_MS` apart. A frame is encoded
 * once, for the room of all viewers.
 *
 * A new viewer waits for a snapshot, shared by all waiting viewers, then joins the room. Rows that
 * change while it is read are kept and sent in the frame after it if they are newer than the
 * snapshot, so no change is lost in between. A row may arrive twice; compare its `seq`.
 */
export class StateTopic {
  readonly #deps: StateTopicDeps;
  readonly #room: string;
  readonly #lightener: Lightener;
  readonly #waiting = new Set<Viewer>();
  readonly #viewers = new Set<Viewer>();
  #dirty = new Map<string, Change>();
  /** Changes since the snapshot being read was requested. */
  #meanwhile: Map<string, Change> | undefined;
  #sentAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(deps: StateTopicDeps) {
    this.#deps = deps;
    this.#lightener = new Lightener(deps.topic);
    this.#room = `state|${deps.tenantId}|${deps.topic}`;
  }

  /** Adds a viewer: a snapshot, then frames. */
  open(viewer: Viewer): void {
    this.#waiting.add(viewer);
    if (!this.#meanwhile) void this.#load();
  }

  close(viewer: Viewer): void {
    this.#waiting.delete(viewer);
    if (this.#viewers.delete(viewer)) viewer.sink.leave(this.#room);
    if (this.#viewers.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#dirty.clear();
  }

  /** Notes a changed row; call `settle` afterwards. */
  change(row: Wire): void {
    this.#note(`${row.kind}:${row.id}`, { seq: row.seq, row });
  }

  /** Notes that a row was removed at this position of the log; call `settle` afterwards. */
  remove(gone: { kind: Kind; id: string }, seq: number): void {
    this.#note(`${gone.kind}:${gone.id}`, { seq, gone });
  }

  #note(key: string, change: Change): void {
    this.#meanwhile?.set(key, change);
    if (this.#viewers.size > 0) this.#dirty.set(key, change);
  }

  /** All rows that changed together have been noted. */
  settle(): void {
    if (this.#dirty.size > 0) this.#schedule();
  }

  /** This node has missed changes: everybody gets a new snapshot. */
  restart(): void {
    const viewers = [...this.#viewers];
    for (const viewer of viewers) this.close(viewer);
    for (const viewer of [...viewers, ...this.#waiting]) this.#waiting.add(viewer);
    // The snapshot being read may lack the missed changes; read another after it.
    if (this.#waiting.size > 0) void this.#load();
  }

  async #load(): Promise<void> {
    const meanwhile = new Map<string, Change>();
    this.#meanwhile = meanwhile;
    let found: Snapshot | null = null;
    let failure: { error: unknown } | undefined;
    try {
      found = await this.#deps.load();
    } catch (error) {
      failure = { error };
    }
    if (this.#meanwhile !== meanwhile) return;
    this.#meanwhile = undefined;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    if (failure) for (const viewer of waiting) viewer.failed(failure.error);
    else this.#show(waiting, found, meanwhile);
  }

  #show(waiting: Viewer[], found: Snapshot | null, meanwhile: Map<string, Change>): void {
    const arrived = waiting.filter((viewer) => viewer.opened(found !== null));
    if (!found || arrived.length === 0) return;
    const { topic, emitter } = this.#deps;
    const rooms = arrived.map((viewer) => viewer.sink.id);
    const upserts = this.#lightener.all(cutFairly(found.rows, SNAPSHOT_ROWS));
    this.#lightener.forget();
    emitter.state(rooms, { topic, seq: found.seq, snapshot: true, upserts, removes: [] }, rooms.length);
    for (const viewer of arrived) {
      this.#viewers.add(viewer);
      viewer.sink.join(this.#room);
    }
    for (const [key, change] of meanwhile) {
      if (change.seq > found.seq && !this.#dirty.has(key)) this.#dirty.set(key, change);
    }
    if (this.#dirty.size > 0) this.#schedule();
  }

  #schedule(): void {
    if (this.#timer) return;
    const wait = this.#sentAt + STATE_INTERVAL_MS - performance.now();
    if (wait <= 0) this.#send();
    else this.#timer = setTimeout(() => this.#send(), Math.ceil(wait));
  }

  #send(): void {
    this.#timer = undefined;
    for (const viewer of [...this.#viewers]) if (viewer.sink.full) viewer.tooSlow();
    if (this.#viewers.size === 0 || this.#dirty.size === 0) return;
    const upserts: Sent[] = [];
    const removes: { kind: Kind; id: string }[] = [];
    for (const { row, gone } of this.#dirty.values()) {
      if (row) upserts.push(this.#lightener.next(row));
      if (gone) removes.push({ kind: gone.kind, id: gone.id });
    }
    this.#dirty.clear();
    const { topic, emitter, position } = this.#deps;
    emitter.state(this.#room, { topic, seq: position(), upserts, removes }, this.#viewers.size);
    this.#sentAt = performance.now();
  }
}
