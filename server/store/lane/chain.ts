import type { LogEvent } from "../../../domain/kernel/event.ts";
import type { ReceiptHeader, Verification } from "../../../domain/kernel/receipt.ts";
import { isoOf } from "../sql.ts";
import { receiptHash } from "./hash.ts";
import type { LaneQueries } from "./lane-database.ts";
import { readEvents } from "./log.ts";

/** The point in the chain between two receipts. Before the first receipt: `{seq: 0, hash: ""}`. */
export interface Link {
  seq: number;
  hash: string;
}

/** A receipt with all that the log stores of it. */
export interface ChainedReceipt {
  header: ReceiptHeader;
  hash: string;
  principal: string;
  touched: string[];
  /** Its events as found: too few when some are missing. */
  events: LogEvent[];
}

/** Whether a receipt follows a link, has all its events, and has the hash computed from them. */
export function fits({ header, hash, events }: ChainedReceipt, after: Link): boolean {
  const { prevHash, firstSeq, lastSeq } = header;
  if (prevHash !== after.hash || firstSeq !== after.seq + 1) return false;
  const gapless = events.every((event, at) => event.seq === firstSeq + at);
  return gapless && events.length === lastSeq - firstSeq + 1 && receiptHash(header, events) === hash;
}

export const linkOf = ({ header, hash }: ChainedReceipt): Link => ({ seq: header.lastSeq, hash });

const RECEIPTS_PAGE = 200;
/**
 * A page of events is bounded in number and in bytes, to keep memory and the event loop free on
 * large logs.
 */
const EVENTS_PAGE = 500;
const BYTES_PAGE = 1024 * 1024;
/** Compressed values may be a hundred times larger once read. */
const BYTES = `CASE WHEN pg_column_compression(e."payload") IS NULL THEN pg_column_size(e."payload") ELSE octet_length(e."payload"::text) END`;

const READ_RECEIPTS = `SELECT /* receipts of the chain */ r."receiptId", r."tenantId", r."firstSeq"::float8 AS "firstSeq", r."lastSeq"::float8 AS "lastSeq",
  ${isoOf('r."committedAt"')} AS "committedAt", r."mutations"::text AS "mutations", r."prevHash", r."hash", r."principal", r."touched"
  FROM "Receipt" AS r WHERE r."tenantId" = $1 AND r."lastSeq" > $2::text::int8 AND r."lastSeq" <= $3::text::int8 ORDER BY r."lastSeq" LIMIT $4::int`;

type ReceiptRow = Omit<ReceiptHeader, "mutations"> & {
  mutations: string;
  hash: string;
  principal: string;
  touched: string[];
};

/**
 * The receipts after a position, in order, with their events. Reads page by page as they are
 * consumed.
 */
export async function* readChain(
  queries: LaneQueries,
  tenantId: string,
  after: number,
  upTo = Number.MAX_SAFE_INTEGER,
): AsyncGenerator<ChainedReceipt> {
  for (let at = after; ; ) {
    const rows = await queries.query<ReceiptRow>(READ_RECEIPTS, [tenantId, String(at), String(upTo), RECEIPTS_PAGE]);
    const [first, last] = [rows[0], rows.at(-1)];
    if (!first || !last) return;
    const pages = new EventPages(queries, tenantId, first.firstSeq - 1, last.lastSeq);
    for (const { hash, principal, touched, mutations, ...rest } of rows) {
      const header: ReceiptHeader = { ...rest, mutations: JSON.parse(mutations) };
      yield { header, hash, principal, touched, events: await pages.take(header.firstSeq, header.lastSeq) };
    }
    at = last.lastSeq;
    if (rows.length < RECEIPTS_PAGE) return;
  }
}

/** Where a page that begins after $2 ends: $4 events or $5 bytes further, at least one event. */
const PAGE_END = `SELECT /* end of a page */ max(p."seq")::float8 AS "end" FROM (
  SELECT e."seq", sum(${BYTES}) OVER (ORDER BY e."seq") - ${BYTES} AS "before"
  FROM "Event" AS e WHERE e."tenantId" = $1 AND e."seq" > $2::text::int8 AND e."seq" <= $3::text::int8 ORDER BY e."seq" LIMIT $4::int) AS p
  WHERE p."before" < $5::int`;

class EventPages {
  readonly #queries: LaneQueries;
  readonly #tenantId: string;
  readonly #upTo: number;
  #at: number;
  #read: LogEvent[] = [];

  constructor(queries: LaneQueries, tenantId: string, after: number, upTo: number) {
    this.#queries = queries;
    this.#tenantId = tenantId;
    this.#at = after;
    this.#upTo = upTo;
  }

  /** Events from one position to another. Ranges must be taken in order. */
  async take(from: number, to: number): Promise<LogEvent[]> {
    const taken: LogEvent[] = [];
    for (;;) {
      const beyond = this.#read.findIndex((event) => event.seq > to);
      const found = beyond < 0 ? this.#read.splice(0) : this.#read.splice(0, beyond);
      for (const event of found) if (event.seq >= from) taken.push(event);
      if (beyond >= 0 || this.#at >= to) return taken;
      await this.#next();
    }
  }

  async #next(): Promise<void> {
    const range = [this.#tenantId, String(this.#at), String(this.#upTo)];
    const [page] = await this.#queries.query<{ end: number | null }>(PAGE_END, [...range, EVENTS_PAGE, BYTES_PAGE]);
    const upTo = page?.end ?? this.#upTo;
    this.#read = await readEvents(this.#queries, this.#tenantId, { after: this.#at, upTo, limit: EVENTS_PAGE });
    this.#at = upTo;
  }
}

interface Ends {
  head: Link;
  floor: Link;
}

const READ_ENDS = `SELECT /* ends of the chain */ "seq"::float8 AS "seq", "hash", "floor"::float8 AS "floor", "floorHash" FROM "LogHead" WHERE "tenantId" = $1`;

/** Both ends of the stored chain; undefined for an unknown tenant. */
export async function readEnds(queries: LaneQueries, tenantId: string): Promise<Ends | undefined> {
  type Row = { seq: number; hash: string; floor: number; floorHash: string };
  const [row] = await queries.query<Row>(READ_ENDS, [tenantId]);
  return row && { head: { seq: row.seq, hash: row.hash }, floor: { seq: row.floor, hash: row.floorHash } };
}

/** How often a check restarts because retention removed what it was reading. */
const TRIES = 5;

/**
 * Recomputes the chain from the floor (its hash is stored with the head) to the current head: every
 * hash, every link, no gap, no missing end. Rejects with the signal's reason soon after it aborts.
 */
export async function verifyChain(queries: LaneQueries, tenantId: string, signal?: AbortSignal): Promise<Verification> {
  for (let tries = 1; ; tries += 1) {
    const ends = await readEnds(queries, tenantId);
    if (!ends) return { valid: true, from: 1, checked: 0 };
    const answer = await verifyBetween(queries, tenantId, ends, signal);
    if (answer.valid || tries === TRIES) return answer;
    const now = await readEnds(queries, tenantId);
    if (now?.floor.seq === ends.floor.seq) return answer;
  }
}

async function verifyBetween(
  queries: LaneQueries,
  tenantId: string,
  { head, floor }: Ends,
  signal: AbortSignal | undefined,
): Promise<Verification> {
  const from = floor.seq + 1;
  let checked = 0;
  let at = floor;
  let sound = head.seq === floor.seq && head.hash === floor.hash;
  for await (const receipt of readChain(queries, tenantId, floor.seq)) {
    signal?.throwIfAborted();
    if (!fits(receipt, at)) return { valid: false, from, checked, firstBad: receipt.header.receiptId };
    at = linkOf(receipt);
    checked += 1;
    // Commits may arrive meanwhile: the head seen at the start must be one of the links.
    if (at.seq === head.seq) sound = at.hash === head.hash;
  }
  return sound ? { valid: true, from, checked } : { valid: false, from, checked, firstBad: "head" };
}
