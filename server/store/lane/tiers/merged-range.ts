import { keyOf } from "../../../../domain/kernel/row-key.ts";
import type { Kind, Rows } from "../../../../domain/rows.ts";
import type { TierCommit } from "./hot-tier.ts";
import { sizeOf } from "./row-cache.ts";

export interface MergeBounds {
  /** Only rows of these kinds are kept. */
  kinds: ReadonlySet<Kind>;
  /** A larger row is dropped instead of kept, bytes (estimated). */
  rowBytes: number;
  /**
   * Beyond this many bytes the rows are dropped: the range becomes an empty one, which gives only
   * the log's position.
   */
  totalBytes: number;
  keys: number;
}

/** Adjoining ranges merged into one: the last row of each key, and the keys to drop. */
export class MergedRange {
  readonly #bounds: MergeBounds;
  readonly rows = new Map<string, Readonly<Rows[Kind]>>();
  readonly forgotten = new Set<string>();
  #bytes = 0;
  #from = 0;
  #to = 0;

  constructor(bounds: MergeBounds, first: TierCommit) {
    this.#bounds = bounds;
    this.#begin(first);
  }

  get from(): number {
    return this.#from;
  }

  get to(): number {
    return this.#to;
  }

  add(next: TierCommit): void {
    if (next.from > this.#to + 1) {
      this.#begin(next);
      return;
    }
    this.#from = Math.min(this.#from, next.from);
    this.#take(next);
  }

  #begin(range: TierCommit): void {
    this.#from = range.from;
    this.#clear();
    this.#take(range);
  }

  #take({ to, rows, forgotten }: TierCommit): void {
    this.#to = to;
    for (const key of forgotten) if (this.#bounds.kinds.has(key.slice(0, key.indexOf(":")) as Kind)) this.#forget(key);
    for (const { kind, row } of rows) {
      if (!this.#bounds.kinds.has(kind)) continue;
      const bytes = sizeOf(kind, row);
      if (bytes > this.#bounds.rowBytes) {
        this.#forget(keyOf(kind, row.id));
        continue;
      }
      this.#bytes += bytes;
      this.rows.set(keyOf(kind, row.id), row);
      this.forgotten.delete(keyOf(kind, row.id));
    }
    if (this.#bytes <= this.#bounds.totalBytes && this.rows.size + this.forgotten.size <= this.#bounds.keys) return;
    this.#from = to + 1;
    this.#clear();
  }

  #forget(key: string): void {
    this.rows.delete(key);
    this.forgotten.add(key);
  }

  #clear(): void {
    this.rows.clear();
    this.forgotten.clear();
    this.#bytes = 0;
  }
}
