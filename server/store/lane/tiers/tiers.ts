import { performance } from "node:perf_hooks";
import type { Registry } from "prom-client";
import type { System, TierName } from "../../../../domain/kernel/answers.ts";
import type { Kind, Rows } from "../../../../domain/rows.ts";
import { StoreError } from "../../errors.ts";
import type { LaneQueries } from "../lane-database.ts";
import { loadRows, UnknownTenant } from "../load-rows.ts";
import { readPosition } from "../log.ts";
import { HeadReads } from "./head-reads.ts";
import type { Held, TierCommit } from "./hot-tier.ts";
import { MemoryTier } from "./memory-tier.ts";
import type { TierLog } from "./redis-link.ts";
import { RedisTier } from "./redis-tier.ts";
import type { RowCache } from "./row-cache.ts";
import { TierMetrics } from "./tier-metrics.ts";

export interface TiersOptions {
  queries: LaneQueries;
  registry: Registry;
  log: TierLog;
  /** Bound of the rows in this process, bytes (estimated). */
  maxBytes: number;
  /** How long a row stays hot, ms. */
  ttlMs: number;
  redisUrl?: string | undefined;
  /**
   * Called when a read has seen that the tenant's lane on this server is behind the log, at most
   * twice a second.
   */
  onBehind: (tenantId: string) => void;
}

/** The tiers as a tenant's lane sees them. */
export interface LaneTiers {
  rows: RowCache;
  commit(range: TierCommit): void;
  /** The log was replaced and this is its head: drops all rows of the tenant. */
  restart(head: number): void;
}

/** A row and the tier that served it. */
export interface Served<K extends Kind> extends Held<K> {
  tier: TierName;
}

/** Figures of the tiers, for operators. */
export type TierFigures = NonNullable<System["hotTier"]>;

/** How far, ms, a read with a position of its own may be behind what other servers have written. */
const BEHIND_MS = 500;

/**
 * Rows in tiers: this process, Redis if configured, Postgres. Durable first: a hot tier gets a row
 * only after Postgres has it, so that losing a tier costs nothing but time.
 *
 * A read names the position it must not be older than: the head of the log at the moment of asking,
 * or, when the caller gives a position, that one and the head of half a second ago. The first tier
 * that has the row at that position or later serves it, and the tiers above store it for the next
 * time.
 */
export class Tiers {
  readonly #o: TiersOptions;
  readonly #memory: MemoryTier;
  readonly #redis: RedisTier | undefined;
  readonly #heads: HeadReads;
  readonly #metrics: TierMetrics;
  /** When the tenant's lane was last notified that it is behind. */
  readonly #nudged = new Map<string, number>();

  constructor(options: TiersOptions) {
    this.#o = options;
    const { queries, registry, log, maxBytes, ttlMs, redisUrl: url } = options;
    this.#heads = new HeadReads(queries);
    this.#memory = new MemoryTier({ maxBytes, ttlMs });
    const onWrite = (outcome: Parameters<TierMetrics["written"]>[0]) => this.#metrics.written(outcome);
    const identify = (tenantId: string) => mustHave(readPosition(queries, tenantId));
    if (url !== undefined) this.#redis = new RedisTier({ url, ttlMs, log, identify, onWrite });
    this.#metrics = new TierMetrics(registry, this.#redis ? [this.#memory, this.#redis] : [this.#memory]);
  }

  lane(tenantId: string): LaneTiers {
    return {
      rows: this.#memory.tenant(tenantId),
      commit: (range) => {
        this.#memory.commit(tenantId, range);
        this.#redis?.commit(tenantId, range);
        const { from, to } = range;
        if (from <= to) this.#o.log.debug({ tenantId, from, to, strategy: "durable-first" }, "stored");
      },
      restart: (head) => {
        this.#heads.forget(tenantId);
        this.#memory.tenant(tenantId).restart(head);
        this.#redis?.forget(tenantId);
      },
    };
  }

  /**
   * A row not older than `minSeq` and half a second, or than now without `minSeq`; undefined when
   * there is none. Throws StoreError `not_there_yet` when the log has not reached `minSeq`,
   * DatabaseFailure when Postgres is needed and away.
   */
  async read<K extends Kind>(tenantId: string, kind: K, id: string, minSeq?: number): Promise<Served<K> | undefined> {
    const begun = performance.now();
    const served = await this.#find(tenantId, kind, id, minSeq);
    const ms = performance.now() - begun;
    if (served) this.#metrics.served(served.tier, ms / 1000);
    this.#o.log.debug({ tenantId, kind, id, minSeq, tier: served?.tier, at: served?.at, ms }, "read");
    return served;
  }

  figures(): TierFigures {
    const { ttlMs, maxBytes } = this.#o;
    const of = (tier: MemoryTier | RedisTier) => ({ ...tier.stats(), ...this.#metrics.reads(tier.name) });
    return {
      backend: this.#redis ? "redis" : "memory",
      ttlMs,
      maxBytes,
      memory: of(this.#memory),
      redis: this.#redis ? of(this.#redis) : null,
      durable: this.#metrics.reads("durable"),
    };
  }

  /** Frees memory: evicts rows until this many bytes are left. */
  shrinkTo(bytes: number): void {
    this.#memory.shrinkTo(bytes);
  }

  close(): void {
    this.#redis?.close();
    this.#memory.close();
  }

  async #find<K extends Kind>(tenantId: string, kind: K, id: string, minSeq?: number): Promise<Served<K> | undefined> {
    const held = this.#memory.get(tenantId, kind, id);
    // With nothing cached, the durable storage returns the row and its position in one query.
    if (!held && !this.#redis) {
      this.#metrics.asked("memory", false);
      return this.#load(tenantId, kind, id, minSeq);
    }
    const asked = held ? undefined : this.#redis?.get(tenantId, kind, id);
    const needed = await this.#needed(tenantId, minSeq);
    this.#noteHead(tenantId, needed);
    // Read again: the lane may have moved while the head was read.
    const now = this.#memory.get(tenantId, kind, id);
    const hot = now && now.at >= needed;
    this.#metrics.asked("memory", Boolean(hot));
    if (hot) return { ...now, tier: "memory" };
    if (this.#redis) {
      const shared = await (asked ?? this.#redis.get(tenantId, kind, id));
      const good = shared && shared.at >= needed;
      this.#metrics.asked("redis", Boolean(good));
      if (good) {
        this.#memory.warm(tenantId, kind, shared);
        return { ...shared, tier: "redis" };
      }
    }
    return this.#load(tenantId, kind, id, minSeq);
  }

  async #needed(tenantId: string, minSeq?: number): Promise<number> {
    if (minSeq === undefined) return await knownTenant(this.#heads.now(tenantId));
    const recent = this.#heads.recent(tenantId, BEHIND_MS);
    if (recent !== undefined && recent >= minSeq) return recent;
    return reached(await knownTenant(this.#heads.now(tenantId)), minSeq);
  }

  /**
   * A lane that is behind makes its rows unusable, and Redis too if the server that wrote died
   * before updating it: catching up repairs both.
   */
  #noteHead(tenantId: string, head: number): void {
    if (this.#memory.tenant(tenantId).at >= head) return;
    const now = performance.now();
    if (now - (this.#nudged.get(tenantId) ?? Number.NEGATIVE_INFINITY) < BEHIND_MS) return;
    this.#nudged.set(tenantId, now);
    this.#o.onBehind(tenantId);
  }

  async #load<K extends Kind>(tenantId: string, kind: K, id: string, minSeq = 0): Promise<Served<K> | undefined> {
    const begun = performance.now();
    const { head, rows } = await knownTenant(loadRows(this.#o.queries, tenantId, [{ kind, id }]));
    this.#heads.note(tenantId, head.seq, begun);
    this.#noteHead(tenantId, head.seq);
    reached(head.seq, minSeq);
    const row = rows[0]?.row as Readonly<Rows[K]> | undefined;
    this.#metrics.asked("durable", row !== undefined);
    if (!row) return undefined;
    const held = { row, at: head.seq };
    this.#memory.warm(tenantId, kind, held);
    this.#redis?.warm(tenantId, kind, held);
    return { ...held, tier: "durable" };
  }
}

function reached(head: number, minSeq: number): number {
  if (head >= minSeq) return head;
  throw new StoreError("not_there_yet", `The log is at ${head}; position ${minSeq} is still to come.`, {
    extra: { head },
  });
}

async function knownTenant<T>(work: Promise<T>): Promise<T> {
  return await work.catch((error: unknown) => {
    throw error instanceof UnknownTenant ? noLog() : error;
  });
}

async function mustHave<T>(work: Promise<T | undefined>): Promise<T> {
  const found = await work;
  if (found === undefined) throw noLog();
  return found;
}

const noLog = () => new StoreError("unknown_entity", "the tenant has no log");
