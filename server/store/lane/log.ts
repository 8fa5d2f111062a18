import type { LogEvent } from "../../../domain/kernel/event.ts";
import { isoOf } from "../sql.ts";
import type { EventRange, LogPosition } from "../types.ts";
import type { LaneQueries } from "./lane-database.ts";

/** An event exactly as it was hashed and published. */
const EVENT_ROW = `e."seq"::float8 AS "seq", e."v"::int AS "v", e."type", ${isoOf('e."at"')} AS "at", e."actor", e."subjectKind", e."subjectId", e."runId", e."traceId", e."payload"::text AS "payload"`;

interface EventRow {
  seq: number;
  v: number;
  type: string;
  at: string;
  actor: string;
  subjectKind: string;
  subjectId: string;
  runId: string | null;
  traceId: string | null;
  payload: string;
}

/** The event stored in a row of the log. `payload` is its JSON text. */
export function eventOf({ subjectKind, subjectId, runId, traceId, payload, ...row }: EventRow): LogEvent {
  const { seq, v, type, at, actor } = row;
  return {
    seq,
    v,
    type,
    at,
    actor,
    subject: { kind: subjectKind, id: subjectId },
    ...(runId && { runId }),
    ...(traceId && { traceId }),
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

interface SeenPosition extends LogPosition {
  /** Time of the newest event, epoch ms. */
  newest: number;
}

/** The log's head, floor and id; undefined for an unknown tenant. */
export async function readPosition(queries: LaneQueries, tenantId: string): Promise<SeenPosition | undefined> {
  const [row] = await queries.query<SeenPosition>(
    `SELECT /* log position */ "seq"::float8 AS "head", "floor"::float8 AS "floor", "logId",
       (extract(epoch FROM "at") * 1000)::float8 AS "newest" FROM "LogHead" WHERE "tenantId" = $1`,
    [tenantId],
  );
  return row;
}
