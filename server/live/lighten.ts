import { largeColumns, type Sent, toListed } from "../../domain/wire.ts";

/**
 * Leaves out of a topic's frames what can be large and is not needed there: always in topics that list things, in a run's own topic while it is
 * as it was when its viewers got it last. Rows never change in place, so a column that is the same object has not changed.
 */
export class Lightener {
  readonly #always: boolean;
  readonly #sent = new Map<string, { [column: string]: unknown }>();

  constructor(topic: string) {
    this.#always = !topic.startsWith("run:");
  }

  /** The row as it goes out now, to all viewers. */
  next(row: Sent): Sent {
    const large = largeColumns(row.kind);
    if (large.length === 0) return row;
    if (this.#always) return toListed(row);
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
