import type { LogEvent } from "../../domain/event.ts";
import type { ReceiptHeader } from "../../domain/receipt.ts";
import { receiptHash } from "./hash.ts";
import type { LaneQueries } from "./lane-database.ts";
import type { EventRange, LogPosition } from "./types.ts";

const AT = (column: string) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** An event as the lane hashed and told it, so that what is read back is the same to the letter. */
const EVENT_ROW = `e."seq"::float8 AS "seq", e."v"::int AS "v", e."type", ${AT('e."at"')} AS "at", e."actor", e."subjectKind", e."subjectId", e."runId", e."payload"::text AS "payload"`;

interface EventRow {
  seq: number;
  v: number;
  type: string;
  at: string;
  actor: string;
  subjectKind: string;
  subjectId: string;
  runId: string | null;
  payload: string;
}

/** The event that a row of the log holds. `payload` is its JSON text. */
export function eventOf({ subjectKind, subjectId, runId, payload, ...row }: EventRow): LogEvent {
  const { seq, v, type, at, actor } = row;
  return {
    seq,
    v,
    type,
    at,
    actor,
    subject: { kind: subjectKind, id: subjectId },
    ...(runId && { runId }),
    payload: JSON.parse(payload),
  };
}

const READ_EVENTS = `SELECT /* log range */ ${EVENT_ROW} FROM "Event" AS e
  WHERE e."tenantId" = $1 AND e."seq" > $2::text::int8 AND e."seq" <= $3::text::int8 ORDER BY e."seq" LIMIT $4::int`;
const READ_RUN_EVENTS = `SELECT /* log range of run */ ${EVENT_ROW} FROM "Event" AS e
  WHERE e."tenantId" = $1 AND e."seq" > $2::text::int8 AND e."seq" <= $3::text::int8 AND e."runId" = $5 ORDER BY e."seq" LIMIT $4::int`;

/** A range of the log, in order. */
export async function readEvents(queries: LaneQueries, tenantId: string, range: EventRange): Promise<LogEvent[]> {
  const { after, upTo = Number.MAX_SAFE_INTEGER, limit, runId } = range;
  const values = [tenantId, String(after), String(upTo), limit];
  const rows = runId
    ? await queries.query<EventRow>(READ_RUN_EVENTS, [...values, runId])
    : await queries.query<EventRow>(READ_EVENTS, values);
  return rows.map(eventOf);
}

/** Where the log is, how far back it goes, and which log it is; undefined for an unknown tenant. */
export async function readPosition(queries: LaneQueries, tenantId: string): Promise<LogPosition | undefined> {
  const [row] = await queries.query<LogPosition>(
    `SELECT /* log position */ "seq"::float8 AS "head", "floor"::float8 AS "floor", "logId" FROM "LogHead" WHERE "tenantId" = $1`,
    [tenantId],
  );
  return row;
}

const READ_RECEIPTS = `SELECT /* receipts to verify */ r."receiptId", r."tenantId", r."firstSeq"::float8 AS "firstSeq", r."lastSeq"::float8 AS "lastSeq",
  ${AT('r."committedAt"')} AS "committedAt", r."mutations"::text AS "mutations", r."prevHash", r."hash"
  FROM "Receipt" AS r WHERE r."tenantId" = $1 AND r."lastSeq" > $2::text::int8 ORDER BY r."lastSeq" LIMIT $3::int`;

const PAGE = 500;

/**
 * Recomputes the chain from the oldest receipt kept to the head as it is now: every hash, every link, no gap, no missing end. Answers the first
 * receipt that does not fit; `head` when the end is missing or another than the head says.
 */
export async function verifyChain(queries: LaneQueries, tenantId: string) {
  const [head] = await queries.query<{ seq: number; hash: string }>(
    `SELECT /* head to verify */ "seq"::float8 AS "seq", "hash" FROM "LogHead" WHERE "tenantId" = $1`,
    [tenantId],
  );
  let checked = 0;
  let previous = { lastSeq: 0, hash: "" };
  let sound = !head || head.seq === 0;
  for (;;) {
    const receipts = await queries.query<StoredReceipt>(READ_RECEIPTS, [tenantId, String(previous.lastSeq), PAGE]);
    for (const receipt of receipts) {
      if (!(await fits(queries, tenantId, receipt, checked > 0 ? previous : undefined))) {
        return { valid: false, checked, firstBad: receipt.receiptId };
      }
      previous = receipt;
      checked += 1;
      // Commits may come while this reads: the head as it was is one of the links.
      if (receipt.lastSeq === head?.seq) sound = receipt.hash === head.hash;
    }
    if (receipts.length < PAGE) break;
  }
  return sound ? { valid: true, checked } : { valid: false, checked, firstBad: "head" };
}

type StoredReceipt = Omit<ReceiptHeader, "mutations"> & { hash: string; mutations: string };

async function fits(
  queries: LaneQueries,
  tenantId: string,
  stored: StoredReceipt,
  previous: { lastSeq: number; hash: string } | undefined,
): Promise<boolean> {
  const { hash, ...rest } = stored;
  const header: ReceiptHeader = { ...rest, mutations: JSON.parse(rest.mutations) };
  const linked = previous ? header.prevHash === previous.hash && header.firstSeq === previous.lastSeq + 1 : true;
  if (!linked) return false;
  const events = await readEvents(queries, tenantId, {
    after: header.firstSeq - 1,
    upTo: header.lastSeq,
    limit: 1_000_000,
  });
  return events.length === header.lastSeq - header.firstSeq + 1 && receiptHash(header, events) === hash;
}
