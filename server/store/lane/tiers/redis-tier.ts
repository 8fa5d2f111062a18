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
  /** Which log a tenant's rows are of, and where it is: a log that was restored from a backup has another name. */
  identify: (tenantId: string) => Promise<{ logId: string; head: number }>;
  /** How long a read waits for Redis, ms; 10 by default. */
  patienceMs?: number | undefined;
  /** Told what became of each write. */
  onWrite: (outcome: WriteOutcome) => void;
}

/**
 * Of a range: `applied`; `covered`, Redis was there already; `reset`, it had missed something and has forgotten the tenant's rows; Of a row
 * that was read elsewhere: `warmed`, or `stale`, Redis stands further on than the row. Of either: `dropped`, Redis is away; `failed`.
 */
export type WriteOutcome = "applied" | "covered" | "reset" | "dropped" | "warmed" | "stale" | "failed";

/** What is read through the tiers. Nothing else is sent there. */
const KINDS: ReadonlySet<Kind> = new Set<Kind>(["run"]);
const PATIENCE_MS = 10;
const WRITE_TIMEOUT_MS = 1000;
const LOOK_MS = 5000;
/** A larger row is forgotten when it changes and stored when it is read: a run must not send its whole context with each of its jobs. */
const MAX_COMMIT_BYTES = 64 * 1024;
const MAX_WARM_BYTES = 4 * 1024 * 1024;
const BOUNDS: MergeBounds = { kinds: KINDS, rowBytes: MAX_COMMIT_BYTES, totalBytes: 8 * 1024 * 1024, keys: 5000 };

/** Rows stored by a version of this server that knows other columns are not for this one. */
const SHAPE = createHash("sha256")
  .update(JSON.stringify([...KINDS].map((kind) => ROWS[kind].stored)))
  .digest("hex")
  .slice(0, 8);

/** A tenant's place in Redis. */
interface Space {
  key: string;
  /** What came in while something is on its way. */
  waiting: MergedRange | undefined;
  sending: boolean;
}

/**
 * The hot tier that servers share. Ranges leave after their commits have been answered, one at a time per tenant; those that come in
 * meanwhile are merged. What cannot be sent is dropped: the next range then leaves a gap, and the tier forgets what it had.
 */
export class RedisTier implements HotTier {
  readonly name = "redis";
  readonly #o: RedisTierOptions;
  readonly #link: RedisLink;
  readonly #spaces = new Map<string, Promise<Space>>();
  readonly #looking: NodeJS.Timeout;
  #seen = { rows: 0, bytes: 0 };

  constructor(options: RedisTierOptions) {
    this.#o = options;
    this.#link = new RedisLink(options.url, options.log);
    this.#looking = setInterval(() => void this.#look(), LOOK_MS);
    this.#looking.unref();
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
    // When the answers of this turn have left.
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

  /** The tenant's log was replaced: its rows from now on are kept under the new log's name. */
  forget(tenantId: string): void {
    this.#spaces.delete(tenantId);
  }

  /** Of the whole Redis, as it was a moment ago: `rows` are its keys. */
  stats(): TierSize {
    return { ...this.#seen, up: this.#link.isUp };
  }

  close(): void {
    clearInterval(this.#looking);
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

  /** What every write carries: time to live, the name of a generation in case one begins, the time. */
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
    // Beyond the end of the log: of a log that was cut short behind our back.
    if (at > head && at > (await this.#o.identify(tenantId)).head)
      await this.#link.call(["DEL", key], WRITE_TIMEOUT_MS);
    return { key, waiting: undefined, sending: false };
  }

  async #look(): Promise<void> {
    try {
      const memory = String(await this.#link.call(["INFO", "memory"], WRITE_TIMEOUT_MS));
      const rows = Number(await this.#link.call(["DBSIZE"], WRITE_TIMEOUT_MS));
      this.#seen = { rows, bytes: Number(/used_memory:(\d+)/.exec(memory)?.[1] ?? 0) };
    } catch {
      // Away: it says so itself.
    }
  }
}
