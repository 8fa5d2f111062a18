import { leanRow } from "../../domain/kernel/lean.ts";
import { largeColumns, type Sent, toListed } from "../../domain/kernel/wire.ts";

/**
 * Leaves large, unneeded columns out of a topic's frames: what callers report once it is large
 * (`lean.ts`); a run's state in topics that list runs; in a run's own topic the state while it is
 * large, marked by `omitted`, and while it has not changed since viewers got it. Rows never change
 * in place, so the same object means no change.
 */
export class Lightener {
  readonly #always: boolean;
  readonly #sent = new Map<string, { [column: string]: unknown }>();

  constructor(topic: string) {
    this.#always = !topic.startsWith("run:");
  }

  /** The row as sent now to all viewers. */
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

  /** A new viewer lacks what the others have: send everything again. */
  forget(): void {
    this.#sent.clear();
  }
}
