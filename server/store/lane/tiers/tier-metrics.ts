import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { TierName, TierReads, TierSize } from "../../../../domain/kernel/answers.ts";
import type { WriteOutcome } from "./redis-tier.ts";

/** Counts reads and writes of the tiers, for `/metrics` and `/system`. */
export class TierMetrics {
  readonly #reads: Counter<"tier" | "result">;
  readonly #seconds: Histogram<"tier">;
  readonly #writes: Counter<"outcome">;
  readonly #counts: { [tier in TierName]: { hits: number; misses: number } } = {
    memory: { hits: 0, misses: 0 },
    redis: { hits: 0, misses: 0 },
    durable: { hits: 0, misses: 0 },
  };

  constructor(registry: Registry, tiers: readonly { name: TierName; stats(): TierSize }[]) {
    const registers = [registry];
    this.#reads = new Counter({
      name: "switchyard_tier_reads_total",
      help: "Rows that a tier was asked for, by whether it could answer; older than what was asked for counts as a miss",
      labelNames: ["tier", "result"],
      registers,
    });
    this.#seconds = new Histogram({
      name: "switchyard_tier_read_seconds",
      help: "Time of reads through the tiers, by the tier that answered",
      labelNames: ["tier"],
      buckets: [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2],
      registers,
    });
    this.#writes = new Counter({
      name: "switchyard_redis_writes_total",
      help: "Ranges of the log and rows sent to Redis, by what became of them",
      labelNames: ["outcome"],
      registers,
    });
    const gauge = (name: string, help: string, of: (tier: { name: TierName; stats(): TierSize }) => number | null) =>
      new Gauge({
        name,
        help,
        labelNames: ["tier"],
        registers,
        collect() {
          for (const tier of tiers) {
            const value = of(tier);
            if (value !== null) this.set({ tier: tier.name }, value);
          }
        },
      });
    gauge("switchyard_hot_tier_rows", "Rows in a hot tier; of Redis all its keys", (tier) => tier.stats().rows);
    gauge("switchyard_hot_tier_bytes", "Size of a hot tier, of Redis all it uses", (tier) => tier.stats().bytes);
    gauge("switchyard_hot_tier_up", "Whether a hot tier can be asked", (tier) => Number(tier.stats().up));
    gauge(
      "switchyard_hot_tier_hit_ratio",
      "Of the times it was asked since the start, how often it answered",
      (tier) => this.reads(tier.name).hitRatio,
    );
  }

  asked(tier: TierName, hit: boolean): void {
    const counts = this.#counts[tier];
    if (hit) counts.hits += 1;
    else counts.misses += 1;
    this.#reads.inc({ tier, result: hit ? "hit" : "miss" });
  }

  served(tier: TierName, seconds: number): void {
    this.#seconds.observe({ tier }, seconds);
  }

  written(outcome: WriteOutcome): void {
    this.#writes.inc({ outcome });
  }

  reads(tier: TierName): TierReads {
    const { hits, misses } = this.#counts[tier];
    return { hits, misses, hitRatio: hits + misses > 0 ? hits / (hits + misses) : null };
  }
}
