import type { Mutation } from "../../../domain/commit/mutations.ts";
import { type ChainedReceipt, fits, type Link, linkOf, readChain } from "../lane/chain.ts";
import type { LaneQueries } from "../lane/lane-database.ts";
import type { Store } from "../types.ts";
import type { ArchiveFolder } from "./archive/folder.ts";
import * as sql from "./trim-statements.ts";

export interface TrimDeps {
  queries: LaneQueries;
  store: Pick<Store, "commit">;
  /** The archive; undefined: none. */
  archive: ArchiveFolder | undefined;
  /** Called between pieces of work: pauses, and throws when this trim must stop. */
  beat: () => Promise<void>;
  /** The actor recorded in the log. */
  actor: string;
  /** Approximate number of events per segment. */
  segmentEvents?: number;
}

/** A part of the log that may be removed: from the floor to a receipt's last position. */
export interface Segment {
  from: Link;
  to: Link;
  /** The file that holds it, with its size if this trim has written it. */
  archived?: { name: string; written: number | null };
}

/** Most rows that one statement deletes. */
const DELETE_ROWS = 5_000;
const SEGMENT_EVENTS = 50_000;
/** Rows counted by one statement. */
const COUNT_ROWS = 100_000;
/**
 * The principal of the commits that record trims. The same for all servers, so that nothing is
 * recorded twice.
 */
const PRINCIPAL = "system:retention";

/**
 * Removes the beginning of one tenant's log, a segment at a time. A crash after any step does no
 * harm, and the next trim continues where this one stopped:
 *
 * - prepare: a segment is read from the floor on and its chain checked; with an archive, its file
 *   is written, read back and found whole. Nothing has changed. (Crash: the file is found and
 *   checked again, and used or rewritten.)
 * - raise: the floor moves to the segment's end, by one small statement. From now on what is below
 *   is gone for every reader, though its rows still exist. (Crash: the next trim sees rows below
 *   the floor and continues with the steps below.)
 * - record: a commit adds `log.trimmed` to the log. (Crash: the newest such event has another floor
 *   than the head; the next trim records it.)
 * - remove: the rows below the floor are deleted, in bounded batches. (Crash: the next trim deletes
 *   the rest.)
 *
 * So no row above the floor is deleted, and the floor only rises over what is archived.
 */
export class Trim {
  readonly #o: TrimDeps;
  readonly #tenantId: string;
  /** Position up to which all rows are known to be deleted. */
  #removedTo = -1;
  /** The receipt that does not fit the chain: trimming stops before it. */
  #misfit: string | undefined;

  constructor(tenantId: string, deps: TrimDeps) {
    this.#tenantId = tenantId;
    this.#o = deps;
  }

  /** The receipt at which the chain is broken, if `prepare` found one. */
  get misfit(): string | undefined {
    return this.#misfit;
  }

  /**
   * The next segment that ends at or before `upTo`, ready to be removed; undefined when there is
   * none.
   */
  async prepare(upTo: number): Promise<Segment | undefined> {
    const head = await sql.readTrimHead(this.#o.queries, this.#tenantId);
    const from = { seq: head.floor, hash: head.floorHash };
    if (!this.#o.archive) {
      let to = from;
      for await (const receipt of this.#receipts(from, upTo)) to = linkOf(receipt);
      return to.seq > from.seq ? { from, to } : undefined;
    }
    const log = { tenantId: this.#tenantId, logId: head.logId };
    const kept = await this.#archived(this.#o.archive, log, from, upTo);
    if (kept) return { from, to: kept.to, archived: { name: kept.name, written: null } };
    const name = await this.#o.archive.write(log, from, this.#receipts(from, upTo));
    if (name === undefined) return undefined;
    // Read back, so that what is deleted is known to be in it.
    const found = await this.#archived(this.#o.archive, log, from, upTo);
    if (!found) throw new Error(`${name} was written to the archive and does not read back`);
    return { from, to: found.to, archived: { name: found.name, written: found.bytes } };
  }

  /** Moves the floor to a segment's end; false when someone else has moved it. */
  raise({ from, to }: Segment): Promise<boolean> {
    return sql.raiseFloor(this.#o.queries, this.#tenantId, from.seq, to);
  }

  /** Records in the log what was removed since the last record; undefined when all is recorded. */
  async record(): Promise<(Mutation & { type: "log.trim" }) | undefined> {
    const { queries, store, archive, actor } = this.#o;
    const { floor, logId } = await sql.readTrimHead(queries, this.#tenantId);
    const from = await sql.readRecordedFloor(queries, this.#tenantId);
    if (floor <= from) return undefined;
    const names = await archive?.namesBetween({ tenantId: this.#tenantId, logId }, from, floor);
    const receipts = await this.countReceipts(from, floor);
    const said = { type: "log.trim" as const, from, floor, events: floor - from, receipts, archive: names ?? null };
    // Recorded once: two servers with the same record get one receipt.
    const once = { idempotencyKey: `log.trim ${logId} ${floor}`, fingerprint: String(floor) };
    await store.commit(this.#tenantId, { id: PRINCIPAL, actor }, { mutations: [said] }, once);
    return said;
  }

  /** Deletes the rows at or below the floor; returns how many. */
  async remove(): Promise<{ events: number; receipts: number }> {
    const { queries, beat } = this.#o;
    const { floor } = await sql.readTrimHead(queries, this.#tenantId);
    const gone = { events: 0, receipts: 0 };
    let at = this.#removedTo < 0 ? await sql.lowestBelow(queries, this.#tenantId, floor) : this.#removedTo;
    while (at < floor) {
      const upTo = Math.min(at + DELETE_ROWS, floor);
      gone.events += await sql.deleteEvents(queries, this.#tenantId, at, upTo);
      gone.receipts += await sql.deleteReceipts(queries, this.#tenantId, at, upTo);
      at = upTo;
      await beat();
    }
    this.#removedTo = floor;
    return gone;
  }

  /** Number of receipts that end after one position and up to another. */
  async countReceipts(after: number, upTo: number): Promise<number> {
    let count = 0;
    for (let at = after; at < upTo; at += COUNT_ROWS) {
      count += await sql.countReceipts(this.#o.queries, this.#tenantId, at, Math.min(at + COUNT_ROWS, upTo));
    }
    return count;
  }

  /** The longest archive file that matches the database's log after the floor. */
  async #archived(archive: ArchiveFolder, log: { tenantId: string; logId: string }, from: Link, upTo: number) {
    for (const file of await archive.find(log, from.seq + 1)) {
      if (file.prevHash !== from.hash || file.to > upTo) continue;
      const to = { seq: file.to, hash: file.hash };
      // The file ends with the receipt that the database has there, so all before it are equal.
      if (await sql.hasReceipt(this.#o.queries, this.#tenantId, to)) return { name: file.name, bytes: file.bytes, to };
    }
    return undefined;
  }

  /** One segment's receipts, as far as the chain fits. */
  async *#receipts(from: Link, upTo: number): AsyncGenerator<ChainedReceipt> {
    const { queries, beat, segmentEvents = SEGMENT_EVENTS } = this.#o;
    let at = from;
    let sinceBeat = 0;
    for await (const receipt of readChain(queries, this.#tenantId, from.seq, upTo)) {
      if (!fits(receipt, at)) {
        this.#misfit = receipt.header.receiptId;
        return;
      }
      yield receipt;
      at = linkOf(receipt);
      if (at.seq - from.seq >= segmentEvents) return;
      sinceBeat += 1 + receipt.events.length;
      if (sinceBeat < 500) continue;
      sinceBeat = 0;
      await beat();
    }
  }
}
