import type { Kind, Rows } from "../../domain/tx.ts";
import { TABLES } from "./tables.ts";

/**
 * The hot tier of one lane: rows as they are at the lane's position, least recently used first out, bounded in bytes, forgotten after a
 * time. Only the lane writes here, after the storage has; whoever reads gets the row or nothing, never an older one.
 */
export class RowCache {
  readonly #rows = new Map<string, { row: Readonly<Rows[Kind]>; bytes: number; expires: number }>();
  #bytes = 0;

  constructor(
    readonly maxBytes = 64 * 1024 * 1024,
    readonly ttlMs = 15 * 60_000,
  ) {}

  get size(): number {
    return this.#rows.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get<K extends Kind>(key: string): Readonly<Rows[K]> | undefined {
    const entry = this.#rows.get(key);
    if (!entry) return undefined;
    if (entry.expires < Date.now()) {
      this.evict(key);
      return undefined;
    }
    this.#rows.delete(key);
    this.#rows.set(key, entry);
    return entry.row as Readonly<Rows[K]>;
  }

  has(key: string): boolean {
    return this.#rows.has(key);
  }

  set(key: string, kind: Kind, row: Readonly<Rows[Kind]>): void {
    this.evict(key);
    const bytes = roughBytes(kind, row);
    this.#rows.set(key, { row, bytes, expires: Date.now() + this.ttlMs });
    this.#bytes += bytes;
    if (this.#bytes <= this.maxBytes) return;
    for (const oldest of this.#rows.keys()) {
      if (this.#bytes <= this.maxBytes) break;
      this.evict(oldest);
    }
  }

  evict(key: string): void {
    const entry = this.#rows.get(key);
    if (!entry) return;
    this.#rows.delete(key);
    this.#bytes -= entry.bytes;
  }

  clear(): void {
    this.#rows.clear();
    this.#bytes = 0;
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
