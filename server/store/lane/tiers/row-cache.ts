import { LRUCache } from "lru-cache";
import { keyOf } from "../../../../domain/kernel/row-key.ts";
import { type Kind, ROWS, type Rows } from "../../../../domain/rows.ts";
import type { Held, TierCommit } from "./hot-tier.ts";

interface Entry {
  row: Readonly<Rows[Kind]>;
  bytes: number;
  /** It was read at this position, beyond where the cache stood then. */
  at: number;
}

export interface RowCacheOptions {
  maxBytes: number;
  ttlMs: number;
  /** Told by how much the cache has grown or shrunk, bytes. */
  onBytes?: (change: number) => void;
}

/**
 * One tenant's rows in this process: least recently used first out, bounded in bytes, forgotten after a time. The tenant's lane works on
 * them and reads are served from them. It follows the rule of `hot-tier.ts`.
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

  /** The position all rows are true at, unless one says that it is newer. */
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

  /** The lane's: a row loaded where the lane stands. If it was loaded later, the lane catches up before it believes it. */
  set(key: string, kind: Kind, row: Readonly<Rows[Kind]>): void {
    this.#put(key, kind, row, 0);
  }

  warm<K extends Kind>(kind: K, { row, at }: Held<K>): void {
    // What changed since it was read has been told already, and will not be told again.
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

  /** Forgets everything and stands at a position that may be an earlier one: of a log that took the place of this one. */
  restart(at: number): void {
    this.#rows.clear();
    this.#at = at;
  }

  /** Forgets the row that was used longest ago; false when there is none. */
  drop(): boolean {
    return this.#rows.pop() !== undefined;
  }

  /** Keeps only what is known to be true at `to` because it was read there or later. */
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

/** Bytes of a row, estimated: what it takes without its JSON columns, and the text length of those, measured once per value. */
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
