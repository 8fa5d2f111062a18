import { leanRow } from "../../domain/kernel/lean.ts";
import { largeColumns, type Sent, toListed } from "../../domain/kernel/wire.ts";

/**
 * Leaves out of a topic's frames what can be large and is not needed there: what callers report as soon as it is large (`lean.ts`), a run's
 * state always in topics that list things, and in a run's own topic when it is large, which `omitted` says, and while it is as it was when its viewers got
 * it last. Rows never change in place, so a column that is the same object has not changed.
 */
export class Lightener {
  readonly #always: boolean;
  readonly #sent = new Map<string, { [column: string]: unknown }>();

  constructor(topic: string) {
    this.#always = !topic.startsWith("run:");
  }

  /** The row as it goes out now, to all viewers. */
  next(row: Sent): Sent {
    if (this.#always) return leanRow(toListed(row));
    const lean = leanRow(row);
    if (lean === row) return this.#unlessSent(row);
    this.#sent.delete(row.id);
    return lean;
  }

  /** The rows of a snapshot. */
  all(rows: readonly Sent[]): Sent[] {
    return rows.map((row) => leanRow(row));
  }

  #unlessSent(row: Sent): Sent {
    const large = largeColumns(row.kind);
    if (large.length === 0) return row;
    const was = this.#sent.get(row.id);
    const is = row as { [column: string]: unknown };
    if (was && large.every((column) => was[column] === is[column])) return toListed(row);
    this.#sent.set(row.id, Object.fromEntries(large.map((column) => [column, is[column]])));
    return row;
  }

  /** Somebody new is there, who has not got what the others have. */
  forget(): void {
    this.#sent.clear();
  }
}
