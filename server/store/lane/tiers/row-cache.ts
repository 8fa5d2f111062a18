import { LRUCache } from "lru-cache";
import { keyOf } from "../../../../domain/kernel/row-key.ts";
import { type Kind, ROWS, type Rows } from "../../../../domain/rows.ts";
import type { Held, TierCommit } from "./hot-tier.ts";

interface Entry {
  row: Readonly<Rows[Kind]>;
  bytes: number;
  /** The position it was read at, beyond the cache's own. */
  at: number;
}

export interface RowCacheOptions {
  maxBytes: number;
  ttlMs: number;
  /** Called with the change in size, bytes. */
  onBytes?: (change: number) => void;
}

/**
 * One tenant's rows in this process: an LRU cache bounded in bytes and time. The tenant's lane
 * works on it and reads are served from it. Follows the rules of `hot-tier.ts`.
 */
export class RowCache {
  readonly #rows: LRUCache<string, Entry>;
  #at = 0;

  constructor({ maxBytes, ttlMs, onBytes = () => {} }: RowCacheOptions) {
    this.#rows = new LRUCache({
      maxSize: maxBytes,
      ttl: ttlMs,
      ttlResolution: Math.min(1000, ttlMs),
      onInsert: (entry) => onBytes(entry.bytes),
      dispose: (entry) => onBytes(-entry.bytes),
    });
  }

  /** The position at which all rows are true, unless a row has a newer one. */
  get at(): number {
    return this.#at;
  }

  get size(): number {
    return this.#rows.size;
  }

  get bytes(): number {
    return this.#rows.calculatedSize;
  }

  get<K extends Kind>(key: string): Readonly<Rows[K]> | undefined {
    return this.#rows.get(key)?.row as Readonly<Rows[K]> | undefined;
  }

  has(key: string): boolean {
    return this.#rows.has(key);
  }

  held<K extends Kind>(kind: K, id: string): Held<K> | undefined {
    const entry = this.#rows.get(keyOf(kind, id));
    return entry && { row: entry.row as Readonly<Rows[K]>, at: Math.max(entry.at, this.#at) };
  }

  /**
   * For the lane: stores a row loaded at the lane's position. If the load saw a later head, the
   * lane catches up before it uses the row.
   */
  set(key: string, kind: Kind, row: Readonly<Rows[Kind]>): void {
    this.#put(key, kind, row, 0);
  }

  warm<K extends Kind>(kind: K, { row, at }: Held<K>): void {
    // Changes since it was read have already been applied and will not come again.
    if (at < this.#at) return;
    const key = keyOf(kind, row.id);
    const known = this.#rows.peek(key);
    if (known === undefined || known.row.seq <= row.seq) this.#put(key, kind, row, at);
  }

  commit({ from, to, rows, forgotten }: TierCommit): void {
    if (to < this.#at) return;
    if (from - 1 > this.#at) this.#forgetBefore(to);
    for (const key of forgotten) this.#rows.delete(key);
    for (const { kind, row } of rows) this.#put(keyOf(kind, row.id), kind, row, 0);
    this.#at = to;
  }

  /** Clears everything and moves to a position, maybe an earlier one: the log was replaced. */
  restart(at: number): void {
    this.#rows.clear();
    this.#at = at;
  }

  /** Evicts the row unused longest; false when there is none. */
  drop(): boolean {
    return this.#rows.pop() !== undefined;
  }

  /** Keeps only rows read at `to` or later. */
  #forgetBefore(to: number): void {
    for (const [key, { at }] of [...this.#rows.entries()]) if (Math.max(at, this.#at) < to) this.#rows.delete(key);
  }

  #put(key: string, kind: Kind, row: Readonly<Rows[Kind]>, at: number): void {
    const bytes = sizeOf(kind, row);
    this.#rows.set(key, { row, bytes, at }, { size: bytes });
  }
}

const lengths = new WeakMap<object, number>();
const ROW_BYTES = 700;

/**
 * Estimated bytes of a row: a fixed size without its JSON columns, plus their text length, measured
 * once per value.
 */
export function sizeOf(kind: Kind, row: Readonly<Rows[Kind]>): number {
  let bytes = ROW_BYTES;
  const values = row as unknown as { [column: string]: unknown };
  for (const column of JSON_COLUMNS[kind]) {
    const value = values[column];
    if (typeof value === "string") bytes += value.length;
    if (typeof value !== "object" || value === null) continue;
    let length = lengths.get(value);
    if (length === undefined) {
      length = JSON.stringify(value).length;
      lengths.set(value, length);
    }
    bytes += 2 * length;
  }
  return bytes;
}

const JSON_COLUMNS = Object.fromEntries(
  Object.entries(ROWS).map(([kind, { stored }]) => [
    kind,
    Object.entries(stored).flatMap(([name, type]) => (type === "jsonb" || type === "text[]" ? [name] : [])),
  ]),
) as { [kind in Kind]: string[] };
