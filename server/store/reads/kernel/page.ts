import { StoreError } from "../../errors.ts";

/**
 * Keyset pages: a cursor is the sort key of the last item, so that every page costs the same, and
 * rows added while someone pages neither repeat nor hide others.
 */
export interface Page<T> {
  items: T[];
  /** Start of the next page; null on the last one. */
  nextCursor: string | null;
}

export interface PageRequest {
  limit: number;
  cursor?: string;
}

type Part = "time" | "text" | "number" | "count" | "integer";
type ValueOf<P extends Part> = P extends "time" ? Date : P extends "text" ? string : number;
type Key<S extends readonly Part[]> = { -readonly [i in keyof S]: ValueOf<S[i]> };

/** The sort key as an opaque string. */
export function encodeCursor(key: readonly (Date | string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString("base64url");
}

/**
 * The sort key in a cursor, or undefined when there is none. Throws `malformed` for anything this
 * server did not produce.
 */
export function decodeCursor<const S extends readonly Part[]>(
  cursor: string | undefined,
  shape: S,
): Key<S> | undefined {
  if (cursor === undefined) return undefined;
  const parts = parse(cursor);
  if (parts?.length !== shape.length) throw badCursor();
  return parts.map((part, i) => partOf(part, shape[i] as Part)) as Key<S>;
}

/** One page of rows read with one more than `limit`. */
export function pageOf<R, T>(
  rows: readonly R[],
  limit: number,
  keyOf: (row: R) => readonly (Date | string | number)[],
  itemOf: (row: R) => T,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const nextCursor = rows.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : null;
  return { items: shown.map(itemOf), nextCursor };
}

function parse(cursor: string): unknown[] | undefined {
  if (!/^[\w-]{1,2000}$/.test(cursor)) return undefined;
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    return Array.isArray(parts) ? parts : undefined;
  } catch {
    return undefined;
  }
}

function partOf(part: unknown, wanted: Part): Date | string | number {
  if (wanted === "number" || wanted === "count") {
    const max = Number.MAX_SAFE_INTEGER;
    const fits =
      typeof part === "number" && part >= 0 && part <= max && (wanted === "number" || Number.isInteger(part));
    if (fits) return part;
    throw badCursor();
  }
  if (wanted === "integer") {
    if (typeof part === "number" && Number.isInteger(part) && Math.abs(part) < 2 ** 31) return part;
    throw badCursor();
  }
  if (typeof part !== "string" || part.includes("\0") || !part.isWellFormed()) throw badCursor();
  if (wanted === "text") return part;
  const time = new Date(part);
  // Also false for an invalid time. After the year 9999 Postgres needs another notation.
  if (time.getTime() >= 0 && time.getTime() < 253_402_300_800_000) return time;
  throw badCursor();
}

const badCursor = () =>
  new StoreError("malformed", "`cursor` is not one that this server gave out", {
    errors: [{ code: "invalid_cursor", message: "take `nextCursor` of the page before, unchanged", path: "cursor" }],
  });
