import { LRUCache } from "lru-cache";
import type { Kind, Rows } from "../../domain/tx.ts";
import { TABLES } from "./tables.ts";

/**
 * The hot tier of one lane: rows as they are at the lane's position, least recently used first out, bounded in bytes, forgotten after a
 * time. Only the lane writes here, after the storage has; whoever reads gets the row or nothing, never an older one.
 */
export class RowCache {
  readonly #rows: LRUCache<string, { row: Readonly<Rows[Kind]> }>;

  constructor(maxBytes = 64 * 1024 * 1024, ttlMs = 15 * 60_000) {
    this.#rows = new LRUCache({ maxSize: maxBytes, ttl: ttlMs, ttlResolution: 1000 });
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

  set(key: string, kind: Kind, row: Readonly<Rows[Kind]>): void {
    this.#rows.set(key, { row }, { size: roughBytes(kind, row) });
  }

  evict(key: string): void {
    this.#rows.delete(key);
  }

  clear(): void {
    this.#rows.clear();
  }
}

const lengths = new WeakMap<object, number>();
const ROW_BYTES = 700;

/** An estimate: what a row takes without its JSON columns, and the text length of those, measured once per value. */
function roughBytes(kind: Kind, row: Readonly<Rows[Kind]>): number {
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
  Object.entries(TABLES).map(([kind, table]) => [
    kind,
    Object.entries(table.columns).flatMap(([name, type]) => (type === "jsonb" || type === "text[]" ? [name] : [])),
  ]),
) as { [kind in Kind]: string[] };
