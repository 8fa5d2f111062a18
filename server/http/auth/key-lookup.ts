import { LRUCache } from "lru-cache";
import type { PrismaClient } from "../../database/generated/client.ts";
import type { Principal } from "../kernel/principal.ts";
import { hashApiKey } from "./api-keys.ts";
import { Strangers } from "./strangers.ts";
import { TtlCache } from "./ttl-cache.ts";

const TTL_MS = 5_000;
/** Short: a client that starts before its key exists should not have to wait. */
const MISS_TTL_MS = 500;
const MAX_KEYS = 10_000;
const LAST_USED_EVERY_MS = 60_000;

/**
 * Turns an API key's secret into its principal. A revoked key stops working within 5 s on every
 * node.
 */
export class KeyLookup {
  private readonly prisma: PrismaClient;
  private readonly cache: TtlCache<Principal>;
  private readonly writes = new Set<Promise<unknown>>();
  /** Hashes of keys that were good when they were last looked up. */
  private readonly good = new LRUCache<string, true>({ max: MAX_KEYS });
  private readonly strangers: Strangers;

  constructor(prisma: PrismaClient, options: { now?: () => number; strangers?: Strangers } = {}) {
    const { strangers = new Strangers(), ...rest } = options;
    this.prisma = prisma;
    this.strangers = strangers;
    this.cache = new TtlCache({
      ttlMs: TTL_MS,
      missTtlMs: MISS_TTL_MS,
      max: MAX_KEYS,
      load: (hash) => (this.good.has(hash) ? this.load(hash) : this.strangers.find(hash, () => this.load(hash))),
      ...rest,
    });
  }

  /**
   * The answer if memory has it (null: no such key), else undefined. Looking up by hash leaks no
   * timing of secrets.
   */
  peek(secret: string): Principal | null | undefined {
    return this.cache.peek(hashApiKey(secret));
  }

  /**
   * The principal of a live key, or null. Rejects when the database is away and memory does not
   * know.
   */
  get(secret: string): Promise<Principal | null> {
    return this.cache.get(hashApiKey(secret));
  }

  /** Forgets all keys, so that a change in the database holds at once on this node. */
  forget(): void {
    this.cache.clear();
  }

  /** Waits for the last notes of use, so that the database can be closed. */
  async close(): Promise<void> {
    this.cache.clear();
    await Promise.allSettled(this.writes);
  }

  private async load(hash: string): Promise<Principal | null> {
    const key = await this.prisma.apiKey.findUnique({ where: { hash } });
    if (key === null || key.revokedAt !== null) {
      this.good.delete(hash);
      return null;
    }
    this.good.set(hash, true);
    this.noteUse(key.id);
    return { tenantId: key.tenantId, kind: "key", id: key.id, name: key.name, role: key.role };
  }

  /** At most one write per key and minute; nobody waits for it, and a lost one does no harm. */
  private noteUse(id: string): void {
    const write: Promise<unknown> = this.prisma.$executeRaw`
      UPDATE "ApiKey" SET "lastUsedAt" = now() WHERE "id" = ${id}
        AND ("lastUsedAt" IS NULL OR "lastUsedAt" < now() - ${LAST_USED_EVERY_MS}::int * interval '1 millisecond')`
      .catch(() => {})
      .finally(() => this.writes.delete(write));
    this.writes.add(write);
  }
}
