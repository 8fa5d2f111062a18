import type { TierSize } from "../../../../domain/kernel/answers.ts";
import type { Kind } from "../../../../domain/rows.ts";
import type { Held, HotTier, TierCommit } from "./hot-tier.ts";
import { RowCache } from "./row-cache.ts";

export interface MemoryTierOptions {
  /** Bound of all tenants' rows together, bytes (estimated). */
  maxBytes: number;
  /** How long a row stays after it was last written or loaded, ms. */
  ttlMs: number;
}

/**
 * The hot tier in this process: a cache per tenant under one bound. The tenant idle longest is
 * evicted first.
 */
export class MemoryTier implements HotTier {
  readonly name = "memory";
  readonly #o: MemoryTierOptions;
  /** In the order of last use. */
  readonly #tenants = new Map<string, RowCache>();
  #bytes = 0;

  constructor(options: MemoryTierOptions) {
    this.#o = options;
  }

  /** The tenant's rows, for its lane to work on. */
  tenant(tenantId: string): RowCache {
    let rows = this.#tenants.get(tenantId);
    if (!rows) {
      const onBytes = (change: number) => {
        this.#bytes += change;
      };
      rows = new RowCache({ ...this.#o, onBytes });
      this.#tenants.set(tenantId, rows);
    }
    return rows;
  }

  get<K extends Kind>(tenantId: string, kind: K, id: string): Held<K> | undefined {
    return this.#tenants.get(tenantId)?.held(kind, id);
  }

  commit(tenantId: string, range: TierCommit): void {
    this.#used(tenantId).commit(range);
    this.shrinkTo(this.#o.maxBytes);
  }

  warm<K extends Kind>(tenantId: string, kind: K, held: Held<K>): void {
    this.#used(tenantId).warm(kind, held);
    this.shrinkTo(this.#o.maxBytes);
  }

  /** Evicts rows until at most this many bytes are left. */
  shrinkTo(bytes: number): void {
    if (this.#bytes <= bytes) return;
    for (const rows of this.#tenants.values()) {
      while (this.#bytes > bytes && rows.drop());
      if (this.#bytes <= bytes) return;
    }
  }

  stats(): TierSize {
    let rows = 0;
    for (const tenant of this.#tenants.values()) rows += tenant.size;
    return { rows, bytes: this.#bytes, up: true };
  }

  close(): void {
    this.shrinkTo(0);
  }

  #used(tenantId: string): RowCache {
    const rows = this.tenant(tenantId);
    this.#tenants.delete(tenantId);
    this.#tenants.set(tenantId, rows);
    return rows;
  }
}
