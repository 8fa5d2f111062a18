import { performance } from "node:perf_hooks";
import { iso } from "../../../domain/kernel/primitives.ts";
import { keyOf, refOf } from "../../../domain/kernel/row-key.ts";
import { toWire, type Wire } from "../../../domain/kernel/wire.ts";
import type { Kind } from "../../../domain/rows.ts";
import type { DatabaseClock } from "../../database/clock.ts";
import type { Committed } from "../types.ts";
import type { Head } from "./batch.ts";
import type { KeyMemory } from "./key-memory.ts";
import type { LaneQueries } from "./lane-database.ts";
import { loadRows, readHead, type SeenHead, touchedSince } from "./load-rows.ts";
import { readEvents, readPosition } from "./log.ts";
import { RENAME_LOG } from "./statements.ts";
import type { LaneTiers } from "./tiers/tiers.ts";

export interface PositionOptions {
  tenantId: string;
  tiers: LaneTiers;
  keys: KeyMemory;
  clock: DatabaseClock;
  onCommitted: (committed: Committed) => void;
  /** The log was replaced by another one: whatever is remembered of the old one is invalid. */
  onReplaced: () => void;
}

/** Catching up over more events than this clears the hot tier. */
const CATCH_UP_LIMIT = 10_000;
const EVENTS_PAGE = 2000;
const ROWS_PAGE = 1000;

/**
 * A lane's position in the log. The hot tier and the known keys are true at this position, and
 * followers have received everything up to it.
 *
 * To *catch up* is to read which rows changed since the position, forget them, and pass the range
 * in between to the followers. If retention has removed some of that range, the whole hot tier is
 * cleared and followers get a range that does not adjoin the one before, which shows them that they
 * have missed something.
 *
 * A log without our position and hash was *replaced*: by a restored backup, or by a standby that
 * lacked the last commits when it took over. Then everything known of it is forgotten, the log gets
 * another id, and its followers start over.
 */
export class LanePosition {
  readonly #o: PositionOptions;
  #head: Head | undefined;
  #logId: string | undefined;

  constructor(options: PositionOptions) {
    this.#o = options;
  }

  /** Undefined before the first read. */
  get head(): Head | undefined {
    return this.#head;
  }

  /** Moves to what the lane itself has written. */
  moveTo(head: Head): void {
    this.#head = head;
  }

  async catchUp(queries: LaneQueries): Promise<void> {
    const { tenantId, tiers, keys } = this.#o;
    const sent = performance.now();
    if (!this.#head) return this.#begin(await readHead(queries, tenantId), sent);
    const since = this.#head.seq;
    const { head, floor, same, touched } = await touchedSince(queries, tenantId, this.#head);
    this.#o.clock.observe(head.now, sent);
    if (!same || head.logId !== this.#logId) return await this.#startOver(queries, head.logId);
    if (head.seq === since) return this.#stand(head);
    keys.clear();
    const from = since < floor || head.seq - since > CATCH_UP_LIMIT ? head.seq + 1 : since + 1;
    tiers.commit({ from, to: head.seq, rows: [], forgotten: touched });
    await this.#publish(queries, Math.max(since, floor), head, touched);
    this.#stand(head);
  }

  /** Rows the hot tier already has may be out of date here. */
  #begin(head: SeenHead, sent: number): void {
    this.#o.clock.observe(head.now, sent);
    this.#o.tiers.commit({ from: head.seq + 1, to: head.seq, rows: [], forgotten: [] });
    this.#stand(head);
  }

  /** Starts at the head of the new log. The first server to notice gives the log another id. */
  async #startOver(queries: LaneQueries, logId: string): Promise<void> {
    const { tenantId, tiers, keys, onReplaced } = this.#o;
    if (logId === this.#logId) await queries.query(RENAME_LOG, [tenantId, logId]);
    const head = await readHead(queries, tenantId);
    keys.clear();
    tiers.restart(head.seq);
    this.#stand(head);
    onReplaced();
  }

  #stand({ seq, hash, at, logId }: SeenHead): void {
    this.#head = { seq, hash, at };
    this.#logId = logId;
  }

  /**
   * Passes what other nodes wrote to the followers, page by page; the rows come with the first
   * page.
   */
  async #publish(queries: LaneQueries, since: number, head: SeenHead, touched: readonly string[]): Promise<void> {
    const { tenantId, onCommitted } = this.#o;
    const upTo = head.seq;
    let { rows, removed } = await this.#rowsOf(queries, touched);
    let published = 0;
    for (let after = since; after < upTo; ) {
      const events = await readEvents(queries, tenantId, { after, upTo, limit: EVENTS_PAGE });
      const last = events.at(-1);
      if (!last || events[0]?.seq !== after + 1) {
        after = await this.#floorBeyond(queries, after, upTo);
        continue;
      }
      onCommitted({ tenantId, from: after + 1, to: last.seq, at: last.at, events, rows, removed });
      rows = [];
      removed = [];
      after = last.seq;
      published = after;
    }
    // None of it is left: an empty range says so.
    if (published < upTo)
      onCommitted({ tenantId, from: upTo + 1, to: upTo, at: iso(head.at), events: [], rows, removed });
  }

  /** The floor, which retention has raised past a position while the log was read from there. */
  async #floorBeyond(queries: LaneQueries, after: number, upTo: number): Promise<number> {
    const { tenantId } = this.#o;
    const floor = (await readPosition(queries, tenantId))?.floor ?? 0;
    if (floor > after) return Math.min(floor, upTo);
    throw new Error(`the log of ${tenantId} has no event after ${after}, though its head is ${upTo}`);
  }

  /**
   * The current state of rows that others changed: those that still exist, and the ids of those
   * that do not.
   */
  async #rowsOf(queries: LaneQueries, keys: readonly string[]) {
    const rows: Wire[] = [];
    const removed: { kind: Kind; id: string }[] = [];
    for (let from = 0; from < keys.length; from += ROWS_PAGE) {
      const refs = keys.slice(from, from + ROWS_PAGE).map(refOf);
      const loaded = await loadRows(queries, this.#o.tenantId, refs);
      for (const { kind, row } of loaded.rows) rows.push(toWire(kind, row));
      const found = new Set(loaded.rows.map(({ kind, row }) => keyOf(kind, row.id)));
      removed.push(...refs.filter(({ kind, id }) => !found.has(keyOf(kind, id))));
    }
    return { rows, removed };
  }
}
