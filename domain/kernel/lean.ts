import type { Kind } from "../rows.ts";
import { ROWS } from "../rows.ts";
import type { LogEvent } from "./event.ts";
import { jsonBytes } from "./json-bytes.ts";
import type { Json } from "./primitives.ts";
import { beginningOf, jsonBeginning, shortened } from "./text.ts";

/**
 * Rows and events as lists and live frames carry them: without values that are large. What a caller
 * reports may have a megabyte; a page that lists a hundred such things shows a line of each. What
 * is left out is named in `omitted`; a read of the one thing has it.
 */

/** What a lean row lacks. */
export interface Omitting {
  /**
   * Columns (of an event: names in its payload) that are there but too large to be listed; a
   * stand-in has their place.
   */
  readonly omitted?: readonly string[];
}

/** A listed column has at most this many bytes of JSON. */
const LARGEST_COLUMN = 4_096;
/** A listed event's payload has at most this many. */
const LARGEST_PAYLOAD = 16_384;
/** An answer has at most about this many; then what is left over is listed with the least. */
const LARGEST_ANSWER = 2_097_152;
const LEAST = 512;
/**
 * A run's state, with all that belongs to it, goes along with the run while it has no more than
 * this.
 */
const LARGEST_STATE = 65_536;
/**
 * A list of touched files may have as much as a worker reports: 64 KB of paths, and what was done
 * to each.
 */
const LARGEST_FILES = 98_304;

/** JSON columns that callers fill, and what stands in for them. An error keeps its message. */
const CALLERS_COLUMNS: ReadonlyMap<Kind, { readonly [column: string]: Json }> = new Map<
  Kind,
  { readonly [column: string]: Json }
>([
  ["run", { metadata: {}, error: null }],
  ["workstream", { metadata: {} }],
  ["job", { input: null, progress: null, result: null, error: null }],
  ["attempt", { result: null, error: null }],
  ["session", { metadata: {} }],
  ["task", { payload: null, result: null, error: null }],
  ["approval", { payload: null, edit: null, decisions: [] }],
  ["alert", { comments: [] }],
  ["delivery", { payload: {} }],
]);

/** What a run's state is made of, and what the run was created with. */
const STATE: readonly string[] = [...ROWS.run.large, "metadata"];

interface Row {
  readonly kind: Kind;
}

/**
 * The row without what takes more than `most` bytes in a column. Rows are not changed; a row that
 * has nothing large is itself.
 */
export function leanRow<R extends Row>(row: R, most = LARGEST_COLUMN): R & Omitting {
  const columns = CALLERS_COLUMNS.get(row.kind);
  if (!columns) return row;
  const values = row as unknown as { readonly [column: string]: unknown };
  if (row.kind === "run" && "context" in row) {
    const state = STATE.filter((column) => Object.hasOwn(values, column));
    if (state.reduce((sum, column) => sum + jsonBytes(values[column]), 0) <= LARGEST_STATE) return row;
    // No stand-ins: an empty context is a state of its own.
    const rest = Object.entries(row).filter(([column]) => !state.includes(column));
    return { ...(Object.fromEntries(rest) as R), metadata: {}, omitted: state };
  }
  const large = Object.keys(columns).filter((column) => Object.hasOwn(values, column) && isLarge(values[column], most));
  if (large.length === 0) return row;
  const instead = large.map((column) => [column, standIn(column, values[column], most) ?? columns[column]]);
  return { ...row, ...Object.fromEntries(instead), omitted: large };
}

const isLarge = (value: unknown, most: number): boolean =>
  typeof value === "object" && value !== null
    ? jsonBytes(value) > most
    : typeof value === "string" && value.length > most;

/** What a list says of a column that it leaves out, where that is more than nothing. */
function standIn(column: string, value: unknown, most: number): Json | undefined {
  if (column === "error") {
    const { message, code } = value as { message?: unknown; code?: unknown };
    return {
      message: typeof message === "string" ? shortened(message, LEAST) : "",
      ...(typeof code === "string" && { code: shortened(code, LEAST) }),
    };
  }
  // Who has decided, and how, but not what they made of the payload.
  if (column === "decisions" && Array.isArray(value))
    return value.map((one: { [name: string]: Json }) => ({ ...one, ...(isLarge(one.edit, LEAST) && { edit: {} }) }));
  // Which files were touched is shown for all of a run at once.
  if (column === "result" && isObject(value) && "files" in value && Array.isArray(value.files)) {
    const { files } = value;
    return jsonBytes(files) <= (most < LARGEST_COLUMN ? most : LARGEST_FILES) ? { files } : undefined;
  }
  return undefined;
}

/**
 * The event with what is large in its payload replaced by the beginning of its text, if the payload
 * has more than `most` bytes.
 */
export function leanEvent<E extends LogEvent>(event: E, most = LARGEST_PAYLOAD): E & Omitting {
  if (jsonBytes(event.payload) <= most) return event;
  const payload: [string, unknown][] = [];
  const omitted: string[] = [];
  let room = most / 2;
  for (const [name, value] of Object.entries(event.payload)) {
    const bytes = jsonBytes(value) + name.length;
    if (bytes <= LEAST && bytes <= room) {
      payload.push([name, value]);
      room -= bytes;
    } else if (omitted.length < MOST_NAMES) {
      omitted.push(beginningOf(name, LEAST));
      if (name.length <= LEAST && room > 0) {
        const text = typeof value === "string" ? shortened(value, LEAST) : jsonBeginning(value, LEAST);
        payload.push([name, text]);
        room -= text.length;
      }
    }
  }
  return { ...event, payload: Object.fromEntries(payload), omitted };
}

/** Names of what an event leaves out are as many as this; there may be a hundred thousand. */
const MOST_NAMES = 20;

/**
 * What a page keeps of events that it follows has at most about this many bytes, but for the least
 * of each.
 */
const LARGEST_KEPT = 8_388_608;

/**
 * The events, oldest first, with the newest as they are and those before them lean as soon as they
 * would be too much to keep.
 */
export function leanOlder(events: readonly LogEvent[]): readonly LogEvent[] {
  let room = LARGEST_KEPT;
  let whole = events.length;
  while (whole > 0 && room > 0) {
    whole -= 1;
    room -= jsonBytes(events[whole]?.payload);
  }
  return room > 0 ? events : events.map((event, at) => (at <= whole ? leanEvent(event, LEAST) : event));
}

/**
 * An answer of the API with lean rows and events in it: those in `items` and in other lists, and
 * one that stands alone. What comes after the first two megabytes has only the least.
 */
export function leanAnswer(answer: object): object {
  let room = LARGEST_ANSWER;
  const lean = (value: unknown): unknown => {
    if (!isObject(value)) return value;
    const listed = isEvent(value)
      ? leanEvent(value, room > 0 ? LARGEST_PAYLOAD : LEAST)
      : isRow(value)
        ? leanWithTask(value, room > 0 ? LARGEST_COLUMN : LEAST)
        : value;
    room -= jsonBytes(listed);
    return listed;
  };
  if (isRow(answer)) return leanRow(answer);
  return Object.fromEntries(
    Object.entries(answer).map(([name, value]) => [name, Array.isArray(value) ? value.map(lean) : lean(value)]),
  );
}

/** A list of approvals has with each the task that it is for. */
function leanWithTask(row: Row & { readonly task?: unknown }, most: number): Row {
  const lean = leanRow(row, most);
  return isObject(row.task) && isRow(row.task) ? Object.assign({ ...lean }, { task: leanRow(row.task, most) }) : lean;
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
const isRow = (value: object): value is Row => "kind" in value && typeof value.kind === "string";
const isEvent = (value: object): value is LogEvent => "payload" in value && "subject" in value && "seq" in value;
