import { largeColumns, type Sent, type Wire } from "../../domain/kernel/wire.ts";
import type { Kind } from "../../domain/rows.ts";

/**
 * A row in the console. `pending` marks the effect of a click that the server has not confirmed.
 * Large columns (of a run: context, tokens …) are present when they were sent: lists and most
 * frames leave them out. `largeSeq` is their position, where it is not the row's own.
 */
export type Live<K extends Kind = Kind> = Sent<K> & { readonly pending?: boolean; readonly largeSeq?: number };

/** A row with everything in it. */
export type Whole<K extends Kind> = Live<K> & Wire<K>;

type Columns = { [column: string]: unknown };

/**
 * Merges two versions of a row: the newer light columns, and the newer large ones if either has
 * them.
 */
export function newer(known: Live | undefined, next: Live): Live {
  if (!known) return next;
  const light = next.seq > known.seq ? next : known;
  return withLarge(light, largeSeqOf(next) > largeSeqOf(known) ? next : known);
}

/** The row with the large columns of another version, unless its own are as new. */
export function withLarge<R extends Live>(row: R, from: Live): R {
  if (from === row || largeSeqOf(from) <= largeSeqOf(row)) return row;
  const columns = from as unknown as Columns;
  const large: Columns = { largeSeq: largeSeqOf(from) };
  for (const column of largeColumns(row.kind)) large[column] = columns[column];
  return { ...row, ...large };
}

/** The complete row, given a complete version of it. */
export function wholeOf<K extends Kind>(row: Live<K>, whole: Wire<K>): Whole<K> {
  return withLarge(row as Live, whole as Live) as Whole<K>;
}

/** Position of the large columns; the lowest where there are none. */
function largeSeqOf(row: Live): number {
  const [first] = largeColumns(row.kind);
  if (first === undefined || !(first in row)) return -1;
  return row.largeSeq ?? row.seq;
}
