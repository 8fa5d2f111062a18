import { LRUCache } from "lru-cache";
import type { StoredKey } from "./batch.ts";

const MAX_KEYS = 10_000;
const MAX_BYTES = 16 * 1024 * 1024;
const KEY_BYTES = 700;

/**
 * Idempotency keys a lane has used lately, with their receipts, bounded in number and bytes. A key
 * that was evicted is found again when inserting its row conflicts.
 */
export class KeyMemory {
  readonly #keys = new LRUCache<string, StoredKey>({ max: MAX_KEYS, maxSize: MAX_BYTES });

  get(name: string): StoredKey | undefined {
    return this.#keys.get(name);
  }

  set(name: string, stored: StoredKey): void {
    this.#keys.set(name, stored, { size: KEY_BYTES + JSON.stringify(stored.receipt.results).length });
  }

  clear(): void {
    this.#keys.clear();
  }
}
