import { largeColumns, type Sent, type Wire } from "../../domain/kernel/wire.ts";
import type { Kind } from "../../domain/rows.ts";

/**
 * A row as the console has it. `pending` shows a click's effect that the server has not confirmed. Large columns (of a run: context, tokens …) are
 * there when somebody has sent them: lists and most frames leave them out. `largeSeq` is the position they are true at, where that is not
 * the row's own.
 */
export type Live<K extends Kind = Kind> = Sent<K> & { readonly pending?: boolean; readonly largeSeq?: number };

/** A row with everything in it. */
export type Whole<K extends Kind> = Live<K> & Wire<K>;

type Columns = { [column: string]: unknown };

/** What is known of a row when another sight of it comes: the newer of its light columns, and the newer of its large ones if anyone has them. */
export function newer(known: Live | undefined, next: Live): Live {
  if (!known) return next;
  const light = next.seq > known.seq ? next : known;
  return withLarge(light, largeSeqOf(next) > largeSeqOf(known) ? next : known);
}

/** The row with the large columns of another sight of it, unless those it has are as new. */
export function withLarge<R extends Live>(row: R, from: Live): R {
  if (from === row || largeSeqOf(from) <= largeSeqOf(row)) return row;
  const columns = from as unknown as Columns;
  const large: Columns = { largeSeq: largeSeqOf(from) };
  for (const column of largeColumns(row.kind)) large[column] = columns[column];
  return { ...row, ...large };
}

/** The row with everything in it, given a sight of it that has everything. */
export function wholeOf<K extends Kind>(row: Live<K>, whole: Wire<K>): Whole<K> {
  return withLarge(row as Live, whole as Live) as Whole<K>;
}

/** Position at which the large columns are true; below all others where there are none. */
function largeSeqOf(row: Live): number {
  const [first] = largeColumns(row.kind);
  if (first === undefined || !(first in row)) return -1;
  return row.largeSeq ?? row.seq;
}
