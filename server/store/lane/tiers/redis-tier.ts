import { createHash, randomUUID } from "node:crypto";
import type { TierSize } from "../../../../domain/kernel/answers.ts";
import { keyOf } from "../../../../domain/kernel/row-key.ts";
import { type Kind, ROWS, type Rows } from "../../../../domain/rows.ts";
import type { Held, HotTier, TierCommit } from "./hot-tier.ts";
import { type MergeBounds, MergedRange } from "./merged-range.ts";
import { RedisLink, type TierLog } from "./redis-link.ts";
import { APPLY, GET, WARM } from "./redis-scripts.ts";
import { sizeOf } from "./row-cache.ts";

export interface RedisTierOptions {
  url: string;
  ttlMs: number;
  log: TierLog;
  /** Id and head of the tenant's log: a log restored from a backup has another id. */
  identify: (tenantId: string) => Promise<{ logId: string; head: number }>;
  /** How long a read waits for Redis, ms; default 10. */
  patienceMs?: number | undefined;
  /** Called with the outcome of each write. */
  onWrite: (outcome: WriteOutcome) => void;
}

/**
 * Of a range: `applied`; `covered`: Redis had it already; `reset`: Redis had missed something and
 * dropped the tenant's rows. Of a row read elsewhere: `warmed`; `stale`: Redis is further on than
 * the row. Of both: `dropped`: Redis is away; `failed`.
 */
export type WriteOutcome = "applied" | "covered" | "reset" | "dropped" | "warmed" | "stale" | "failed";

/** The kinds read through the tiers. Others are not sent there. */
const KINDS: ReadonlySet<Kind> = new Set<Kind>(["run"]);
const PATIENCE_MS = 10;
const WRITE_TIMEOUT_MS = 1000;
const POLL_MS = 5000;
/**
 * A larger row is dropped when it changes and stored when it is read: a run must not send its whole
 * context with each of its jobs.
 */
const MAX_COMMIT_BYTES = 64 * 1024;
const MAX_WARM_BYTES = 4 * 1024 * 1024;
const BOUNDS: MergeBounds = { kinds: KINDS, rowBytes: MAX_COMMIT_BYTES, totalBytes: 8 * 1024 * 1024, keys: 5000 };

/** Separates rows stored by server versions with other columns. */
const SHAPE = createHash("sha256")
  .update(JSON.stringify([...KINDS].map((kind) => ROWS[kind].stored)))
  .digest("hex")
  .slice(0, 8);

/** A tenant's place in Redis. */
interface Space {
  key: string;
  /** Ranges that arrived while one is being sent. */
  waiting: MergedRange | undefined;
  sending: boolean;
}

/**
 * The hot tier shared by servers. Ranges are sent after their commits have been answered, one at a
 * time per tenant; those that arrive meanwhile are merged. A range that cannot be sent is dropped:
 * the next one then leaves a gap, and the tier drops its rows.
 */
export class RedisTier implements HotTier {
  readonly name = "redis";
  readonly #o: RedisTierOptions;
  readonly #link: RedisLink;
  readonly #spaces = new Map<string, Promise<Space>>();
  readonly #polling: NodeJS.Timeout;
  #seen = { rows: 0, bytes: 0 };

  constructor(options: RedisTierOptions) {
    this.#o = options;
    this.#link = new RedisLink(options.url, options.log);
    this.#polling = setInterval(() => void this.#poll(), POLL_MS);
    this.#polling.unref();
  }

  async get<K extends Kind>(tenantId: string, kind: K, id: string): Promise<Held<K> | undefined> {
    if (!KINDS.has(kind) || !this.#link.isUp) return undefined;
    try {
      const { key } = await this.#space(tenantId);
      const answer = await this.#link.run(GET, [key], [keyOf(kind, id)], this.#o.patienceMs ?? PATIENCE_MS);
      const [at, row] = answer as (string | null)[];
      return at && row ? { row: JSON.parse(row) as Rows[K], at: Number(at) } : undefined;
    } catch {
      return undefined;
    }
  }

  commit(tenantId: string, range: TierCommit): void {
    if (!this.#link.isUp) {
      this.#o.onWrite("dropped");
      return;
    }
    // After the answers of this turn are sent.
    setImmediate(() => {
      this.#space(tenantId)
        .then((space) => this.#enqueue(space, range))
        .catch(this.#failed);
    });
  }

  warm<K extends Kind>(tenantId: string, kind: K, { row, at }: Held<K>): void {
    if (!KINDS.has(kind) || sizeOf(kind, row) > MAX_WARM_BYTES) return;
    if (!this.#link.isUp) {
      this.#o.onWrite("dropped");
      return;
    }
    setImmediate(async () => {
      try {
        const { key } = await this.#space(tenantId);
        const values = [String(at), ...this.#envelope(), keyOf(kind, row.id), String(row.seq), JSON.stringify(row)];
        const taken = await this.#link.run(WARM, [key], values, WRITE_TIMEOUT_MS);
        this.#o.onWrite(taken === 1 ? "warmed" : "stale");
      } catch {
        this.#failed();
      }
    });
  }

  /** The tenant's log was replaced: from now on its rows are stored under the new log's id. */
  forget(tenantId: string): void {
    this.#spaces.delete(tenantId);
  }

  /** Size of the whole Redis, as of a moment ago: `rows` counts its keys. */
  stats(): TierSize {
    return { ...this.#seen, up: this.#link.isUp };
  }

  close(): void {
    clearInterval(this.#polling);
    this.#link.close();
  }

  #enqueue(space: Space, range: TierCommit): void {
    if (space.waiting) space.waiting.add(range);
    else space.waiting = new MergedRange(BOUNDS, range);
    if (!space.sending) void this.#send(space);
  }

  async #send(space: Space): Promise<void> {
    space.sending = true;
    for (let range = space.waiting; range; range = space.waiting) {
      space.waiting = undefined;
      try {
        const rows = [...range.rows].flatMap(([key, row]) => [key, String(row.seq), JSON.stringify(row)]);
        const position = [String(range.from), String(range.to)];
        const values = [...position, ...this.#envelope(), String(range.rows.size), ...rows, ...range.forgotten];
        this.#o.onWrite((await this.#link.run(APPLY, [space.key], values, WRITE_TIMEOUT_MS)) as WriteOutcome);
      } catch {
        this.#failed();
      }
    }
    space.sending = false;
  }

  readonly #failed = (): void => this.#o.onWrite("failed");

  /**
   * Arguments of every write: time to live, the name of a generation in case one begins, the time.
   */
  #envelope(): string[] {
    return [String(this.#o.ttlMs), randomUUID(), String(Date.now())];
  }

  #space(tenantId: string): Promise<Space> {
    let space = this.#spaces.get(tenantId);
    if (!space) {
      space = this.#open(tenantId);
      this.#spaces.set(tenantId, space);
      space.catch(() => this.#spaces.delete(tenantId));
    }
    return space;
  }

  async #open(tenantId: string): Promise<Space> {
    const { logId, head } = await this.#o.identify(tenantId);
    const key = `switchyard:${SHAPE}:{${logId}:${tenantId}}`;
    const at = Number(await this.#link.call(["HGET", key, "at"], WRITE_TIMEOUT_MS));
    // Beyond the end of the log: the log was cut short meanwhile.
    if (at > head && at > (await this.#o.identify(tenantId)).head)
      await this.#link.call(["DEL", key], WRITE_TIMEOUT_MS);
    return { key, waiting: undefined, sending: false };
  }

  async #poll(): Promise<void> {
    try {
      const memory = String(await this.#link.call(["INFO", "memory"], WRITE_TIMEOUT_MS));
      const rows = Number(await this.#link.call(["DBSIZE"], WRITE_TIMEOUT_MS));
      this.#seen = { rows, bytes: Number(/used_memory:(\d+)/.exec(memory)?.[1] ?? 0) };
    } catch {
      // Away: the link reports it.
    }
  }
}
