import type { Mutation } from "../../../domain/commit/mutations.ts";
import { type ChainedReceipt, fits, type Link, linkOf, readChain } from "../lane/chain.ts";
import type { LaneQueries } from "../lane/lane-database.ts";
import type { Store } from "../types.ts";
import type { ArchiveFolder } from "./archive/folder.ts";
import * as sql from "./trim-statements.ts";

export interface TrimDeps {
  queries: LaneQueries;
  store: Pick<Store, "commit">;
  /** Where what leaves is kept; undefined when it need not be. */
  archive: ArchiveFolder | undefined;
  /** Called between pieces of work: pauses, and throws when this trim must not go on. */
  beat: () => Promise<void>;
  /** Who stands in the log as having trimmed it. */
  actor: string;
  /** Events of one segment, about. */
  segmentEvents?: number;
}

/** A part of the log that may leave: from the floor to a receipt's last position. */
export interface Segment {
  from: Link;
  to: Link;
  /** The file that holds it, and its size if this trim has written it. */
  archived?: { name: string; written: number | null };
}

/** How many rows one statement deletes at most. */
const DELETE_ROWS = 5_000;
const SEGMENT_EVENTS = 50_000;
/** Rows counted by one statement. */
const COUNT_ROWS = 100_000;
/** The principal of the commits that say what left; one for all servers, so that none says twice what another has said. */
const PRINCIPAL = "system:retention";

/**
 * One tenant's log losing its beginning, a segment at a time. Each step leaves the database and the archive such that a crash right behind it
 * does no harm, and the next trim goes on where this one stopped:
 *
 * prepare  A segment is read from the floor on and its chain checked; with an archive it is in a file that has been read back and found
 *          whole. Nothing has changed. (Crash: the file is found again, checked again and used, or written again if it is not whole.)
 * raise    The floor moves to the segment's end, by one small statement. From now on what lies below is gone for everybody, though its rows
 *          are still there. (Crash: the next trim sees rows below the floor and goes on with the steps below.)
 * tell     A commit puts `log.trimmed` into the log. (Crash: the newest such event names another floor than the head: it is told then.)
 * remove   The rows below the floor are deleted, in bounded batches. (Crash: the rest is deleted then.)
 *
 * So no row is deleted that is above the floor, and the floor only rises over what is archived.
 */
export class Trim {
  readonly #o: TrimDeps;
  readonly #tenantId: string;
  /** Up to where this trim knows all rows to be deleted. */
  #removedTo = -1;
  /** The receipt that ends what can be trimmed because it does not fit. */
  #misfit: string | undefined;

  constructor(tenantId: string, deps: TrimDeps) {
    this.#tenantId = tenantId;
    this.#o = deps;
  }

  /** The receipt at which the chain is broken, if `prepare` has come upon it. */
  get misfit(): string | undefined {
    return this.#misfit;
  }

  /** The next segment that ends at or before `upTo`, ready to leave; undefined when there is none. */
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

  /** Moves the floor to a segment's end; false when somebody else has moved it. */
  raise({ from, to }: Segment): Promise<boolean> {
    return sql.raiseFloor(this.#o.queries, this.#tenantId, from.seq, to);
  }

  /** Puts into the log what has left since it last said so; undefined when it has said all. */
  async tell(): Promise<(Mutation & { type: "log.trim" }) | undefined> {
    const { queries, store, archive, actor } = this.#o;
    const { floor, logId } = await sql.readTrimHead(queries, this.#tenantId);
    const from = await sql.readTold(queries, this.#tenantId);
    if (floor <= from) return undefined;
    const names = await archive?.namesBetween({ tenantId: this.#tenantId, logId }, from, floor);
    const receipts = await this.countReceipts(from, floor);
    const said = { type: "log.trim" as const, from, floor, events: floor - from, receipts, archive: names ?? null };
    // Said once, whoever says it: two servers that say the same get one receipt.
    const once = { idempotencyKey: `log.trim ${logId} ${floor}`, fingerprint: String(floor) };
    await store.commit(this.#tenantId, { id: PRINCIPAL, actor }, { mutations: [said] }, once);
    return said;
  }

  /** Deletes the rows at or below the floor; answers how many. */
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

  /** Receipts that end behind one position and not behind another. */
  async countReceipts(after: number, upTo: number): Promise<number> {
    let count = 0;
    for (let at = after; at < upTo; at += COUNT_ROWS) {
      count += await sql.countReceipts(this.#o.queries, this.#tenantId, at, Math.min(at + COUNT_ROWS, upTo));
    }
    return count;
  }

  /** The longest file of the archive that holds what the database has behind the floor. */
  async #archived(archive: ArchiveFolder, log: { tenantId: string; logId: string }, from: Link, upTo: number) {
    for (const file of await archive.find(log, from.seq + 1)) {
      if (file.prevHash !== from.hash || file.to > upTo) continue;
      const to = { seq: file.to, hash: file.hash };
      // The file's chain ends in the receipt that the database has there: all before it are the same.
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
