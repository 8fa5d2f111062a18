import { randomUUID } from "node:crypto";
import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import type { CommitRequest } from "../../../domain/commit/commit.ts";
import type { Mutation } from "../../../domain/commit/mutations.ts";
import { iso } from "../../../domain/kernel/primitives.ts";
import { keyOf } from "../../../domain/kernel/row-key.ts";
import { toWire, type Wire } from "../../../domain/kernel/wire.ts";
import type { Kind, Rows } from "../../../domain/rows.ts";
import type { DatabaseClock } from "../../database/clock.ts";
import type { Reason } from "../../database/faults.ts";
import { databaseAway, StoreError } from "../errors.ts";
import type { CommitOptions, CommitOutcome, Committed, Committer } from "../types.ts";
import { applyLoaded } from "./apply-loaded.ts";
import { type AppliedBatch, keyName, type Pending } from "./batch.ts";
import { IdSeeds } from "./id-seeds.ts";
import { KeyMemory } from "./key-memory.ts";
import { answer, outcomeOf } from "./lane-answers.ts";
import { DatabaseFailure, type LaneDatabase, type LaneQueries } from "./lane-database.ts";
import type { LaneMetrics } from "./lane-metrics.ts";
import { LanePosition } from "./lane-position.ts";
import { isSameHead, readHead, UnknownTenant } from "./load-rows.ts";
import { FIND_RECEIPTS, LOCK_HEAD } from "./statements.ts";
import type { RowCache } from "./tiers/row-cache.ts";
import type { LaneTiers } from "./tiers/tiers.ts";
import { notStorable, TooWide, tooMuchAtOnce } from "./too-wide.ts";
import { writeOf } from "./write-batch.ts";

/**
 * The lane: the one way state changes. One per tenant and node.
 *
 * Commits that arrive while a batch is being written wait and form the next batch; an idle lane
 * starts at once. A batch is *applied* in memory over the hot tier, *written* with one statement
 * that moves the log's head from where the lane believes it is, and then *settled*: every waiting
 * caller is answered and the range is passed to the followers. No answer leaves before that: no
 * receipt, no refusal, no replay.
 *
 * A round ends in one of six ways.
 * - moved: the head was where the lane expected it; the batch is durable.
 * - lost: another node has written. The next round takes the head's row lock, catches up and
 *   applies the same commits again.
 * - unknown: the connection died after sending. Under the row lock, the batch's receipts show
 *   whether it was written; if not, apply again.
 * - clash: a row assumed absent exists. Apply again with every new id looked up.
 * - transient: Postgres was unreachable before anything was sent, or refused for a reason other
 *   than the data. Retry for a moment, then report it as away, with the reason.
 * - refused: Postgres rejects a row, or the batch reaches too many. Halve it until only the culprit
 *   is left, and refuse that one.
 *
 * The lane's position and catching up: `lane-position.ts`. Loading the rows a batch needs:
 * `apply-loaded.ts`.
 */
export interface LaneOptions {
  tenantId: string;
  database: LaneDatabase;
  metrics: LaneMetrics;
  /** The database's clock. */
  clock: DatabaseClock;
  /** Called for every range that has become durable, in order. */
  onCommitted: (committed: Committed) => void;
  /** Called with the reason when the database's state begins to make commits fail. */
  onAway?: ((reason: Reason) => void) | undefined;
  /**
   * Called when the log was replaced by a restored backup or by a standby that lacked its end.
   * Followers start over.
   */
  onReplaced: () => void;
  /** Called after each batch that this lane has written, to notify other nodes. */
  onWritten: (tenantId: string) => void;
  keyTtlMs: number;
  /** The tenant's rows in this process. */
  tiers: LaneTiers;
  /** Beyond this many waiting commits, further ones are refused with `lane_full`. */
  maxQueue?: number;
}

const MAX_BATCH_COMMITS = 512;
const MAX_BATCH_MUTATIONS = 4000;
const MAX_QUEUE_BYTES = 64 * 1024 * 1024;
/**
 * How long a batch is retried after its first failure, at least once, before its callers get
 * "database away", ms. A batch of unknown outcome may have been written after all: the lane finds
 * it when it catches up, as if another node had written it, and a retry under the same idempotency
 * key gets its receipt.
 */
const PATIENCE_MS = 80;

type Round = "moved" | "lost" | "unknown" | "clash" | "refused" | "transient";

export class Lane {
  readonly #o: LaneOptions;
  readonly #queue: Pending[] = [];
  readonly #cache: RowCache;
  readonly #keys = new KeyMemory();
  readonly #idSeeds = new IdSeeds();
  readonly #position: LanePosition;
  #running: Promise<void> | undefined;
  /** Callers waiting for a read of the head. */
  #pollers: (() => void)[] = [];
  #closed = false;
  /** Why commits are refused at once; null: they are accepted. */
  #away: Reason | null = null;
  /** The reason of the last database failure. */
  #failed: Reason = "unreachable";
  #queuedBytes = 0;
  /** Tries of the present batch with unknown outcome. */
  #sent: AppliedBatch[] = [];

  constructor(options: LaneOptions) {
    this.#o = options;
    this.#cache = options.tiers.rows;
    this.#position = new LanePosition({ ...options, keys: this.#keys });
  }

  /** Position up to which followers have been notified; undefined before the first read. */
  get position(): number | undefined {
    return this.#position.head?.seq;
  }

  /** Time of the newest known event, epoch ms; undefined before the first read. */
  get newest(): number | undefined {
    return this.#position.head?.at;
  }

  get depth(): number {
    return this.#queue.length;
  }

  commit(by: Committer, commit: CommitRequest<Mutation>, options: CommitOptions = {}): Promise<CommitOutcome> {
    if (this.#closed || this.#away) return Promise.reject(databaseAway(this.#away ?? "unreachable"));
    const bytes = options.bytes ?? 500 * commit.mutations.length;
    if (this.#queue.length >= (this.#o.maxQueue ?? 10_000) || this.#queuedBytes > MAX_QUEUE_BYTES) {
      return Promise.reject(
        new StoreError("lane_full", "too many commits are waiting", { extra: { retryAfterSeconds: 1 } }),
      );
    }
    const { idempotencyKey, fingerprint } = options;
    const applied = new Promise<Parameters<Pending["resolve"]>[0]>((resolve, reject) => {
      this.#queue.push({
        by,
        commit,
        key: idempotencyKey ? { name: keyName(by.id, idempotencyKey), fingerprint: fingerprint ?? "" } : null,
        receiptId: `rc_${randomUUID()}`,
        idSeed: this.#idSeeds.next(this.#o.clock.now()),
        secret: randomUUID() + randomUUID(),
        bytes,
        arrived: performance.now(),
        resolve,
        reject,
      });
    });
    this.#queuedBytes += bytes;
    this.#start();
    return applied.then((one) => outcomeOf(one, this.#cache));
  }

  /**
   * Reads what other nodes have written and passes it to the followers. Resolves when the lane is
   * at the head it saw.
   */
  async catchUp(): Promise<void> {
    if (this.#closed) return;
    await new Promise<void>((resolve) => {
      this.#pollers.push(resolve);
      this.#start();
    });
  }

  /** Finishes what is waiting, then accepts no more. */
  async close(): Promise<void> {
    this.#closed = true;
    while (this.#running) await this.#running;
  }

  #start(): void {
    this.#running ??= this.#drain().finally(() => {
      this.#running = undefined;
      if (this.#queue.length > 0 || this.#pollers.length > 0) this.#start();
    });
  }

  async #drain(): Promise<void> {
    // Requests parsed in this turn of the event loop join the first batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0 || this.#pollers.length > 0) {
      const pollers = this.#pollers.splice(0);
      // A settled batch has read the head too.
      if (this.#queue.length > 0) await this.#work();
      else await this.#poll();
      for (const resolve of pollers) resolve();
    }
  }

  async #work(): Promise<void> {
    const batch = this.#take();
    this.#o.metrics.batchSize.observe(batch.length);
    const now = performance.now();
    for (const pending of batch) this.#o.metrics.waitSeconds.observe((now - pending.arrived) / 1000);
    await this.#settle(batch);
  }

  #take(): Pending[] {
    let mutations = 0;
    let count = 0;
    for (const pending of this.#queue) {
      mutations += pending.commit.mutations.length;
      if (count > 0 && (mutations > MAX_BATCH_MUTATIONS || count >= MAX_BATCH_COMMITS)) break;
      count += 1;
    }
    const batch = this.#queue.splice(0, count);
    for (const pending of batch) this.#queuedBytes -= pending.bytes;
    return batch;
  }

  /** Catches up while idle. A failure is ignored: callers ask again. */
  async #poll(): Promise<void> {
    try {
      await this.#position.catchUp(this.#o.database);
    } catch (error) {
      if (!(error instanceof UnknownTenant) && !(error instanceof DatabaseFailure)) throw error;
    }
  }

  /** Settles a batch: every commit in it is answered when this resolves. */
  async #settle(batch: Pending[]): Promise<void> {
    let failedAt: number | undefined;
    this.#sent = [];
    let round: Round = "moved";
    for (let strict = false; ; ) {
      try {
        round = await this.#round(batch, { strict, after: round });
      } catch (error) {
        if (error instanceof UnknownTenant)
          return refuseAll(batch, new StoreError("unknown_entity", "the tenant has no log"));
        if (error instanceof TooWide) return await this.#bisect(batch, tooMuchAtOnce());
        if (!(error instanceof DatabaseFailure)) return refuseAll(batch, asError(error));
        this.#failed = error.reason;
        round = this.#sent.length > 0 ? "unknown" : error.failure === "refused" ? "refused" : "transient";
      }
      if (round === "moved") return;
      if (round === "clash") strict = true;
      if (round === "lost") this.#o.metrics.lostRounds.inc();
      if (round === "refused") return await this.#bisect(batch, notStorable());
      if (round !== "unknown" && round !== "transient") continue;
      const now = performance.now();
      if (failedAt !== undefined && now - failedAt > PATIENCE_MS) {
        return await this.#awaitReturn(batch, this.#failed);
      }
      failedAt ??= now;
      await delay(10);
    }
  }

  /** While the database is away, waiting and new commits are refused at once. */
  async #awaitReturn(batch: readonly Pending[], reason: Reason): Promise<void> {
    this.#o.onAway?.(reason);
    refuseAll([...batch, ...this.#queue.splice(0)], databaseAway(reason));
    this.#queuedBytes = 0;
    for (this.#away = reason; this.#away && !this.#closed; ) {
      try {
        await this.#position.catchUp(this.#o.database);
        this.#away = null;
      } catch {
        // Callers that only ask for the position do not wait for the database either.
        for (const resolve of this.#pollers.splice(0)) resolve();
        await delay(100);
      }
    }
  }

  /** Settles a batch in halves until `refusal` applies to a single commit. */
  async #bisect(batch: Pending[], refusal: StoreError): Promise<void> {
    if (batch.length === 1) return refuseAll(batch, refusal);
    const middle = Math.ceil(batch.length / 2);
    await this.#settle(batch.slice(0, middle));
    await this.#settle(batch.slice(middle));
  }

  async #round(batch: Pending[], { strict, after }: { strict: boolean; after: Round }): Promise<Round> {
    if (after !== "lost" && after !== "unknown") return await this.#attempt(this.#o.database, batch, strict);
    let settle = () => {};
    const round = await this.#o.database.transaction(async (queries) => {
      await queries.query(LOCK_HEAD, [this.#o.tenantId]);
      const landed = after === "unknown" ? await this.#landed(queries, batch) : undefined;
      if (landed) {
        settle = () => this.#moved(batch, landed);
        return "moved";
      }
      await this.#position.catchUp(queries);
      return await this.#attempt(queries, batch, strict, (later) => {
        settle = later;
      });
    });
    // It counts only once the transaction has ended.
    if (round === "moved") settle();
    return round;
  }

  /**
   * For a batch of unknown outcome: which of its tries was written. A batch is one statement, so
   * one receipt is enough to know.
   */
  async #landed(queries: LaneQueries, batch: Pending[]): Promise<AppliedBatch | undefined> {
    const ids = batch.map((pending) => pending.receiptId);
    const found = await queries.query<{ hash: string }>(FIND_RECEIPTS, [this.#o.tenantId, ids]);
    const hashes = new Set(found.map((receipt) => receipt.hash));
    return this.#sent.find((result) => hashes.has(result.head.hash));
  }

  /**
   * One try: apply and write. `defer` postpones settling until the surrounding transaction has
   * ended.
   */
  async #attempt(
    queries: LaneQueries,
    batch: Pending[],
    strict: boolean,
    defer: (settle: () => void) => void = (settle) => settle(),
  ): Promise<Round> {
    const { tenantId, keyTtlMs, clock } = this.#o;
    const memory = { cache: this.#cache, keys: this.#keys, position: this.#position };
    const { start, result, source } = await applyLoaded(queries, batch, {
      tenantId,
      keyTtlMs,
      strict,
      clock,
      ...memory,
    });
    const write = writeOf(tenantId, start, batch, result, (name) => source.keyIsStored(name));
    if (!write) {
      // Nothing to write: the answers are right only if the head is still where it was.
      const head = await readHead(queries, tenantId);
      if (!isSameHead(head, start)) {
        await this.#position.catchUp(queries);
        return "lost";
      }
      defer(() => answer(batch, result.applied));
      return "moved";
    }
    this.#sent.push(result);
    const sentAt = performance.now();
    try {
      const [row] = await queries.query<{ moved: number; now: number }>(write.text, write.values);
      if (row) clock.observe(row.now, sentAt);
      if (row?.moved !== 1) {
        this.#sent.pop();
        return "lost";
      }
    } catch (error) {
      if (!(error instanceof DatabaseFailure)) throw error;
      this.#failed = error.reason;
      if (error.failure === "connection") return "unknown";
      this.#sent.pop();
      if (error.failure === "unique") return strict ? "refused" : "clash";
      return error.failure;
    }
    defer(() => this.#moved(batch, result));
    return "moved";
  }

  /** The batch is durable: update the hot tier, answer the callers, notify the followers. */
  #moved(batch: Pending[], result: AppliedBatch): void {
    const from = (this.#position.head?.seq ?? 0) + 1;
    this.#position.moveTo(result.head);
    const changes = result.draft.changes.values();
    const to = result.head.seq;
    const kept: { kind: Kind; row: Rows[Kind] }[] = [];
    const removed: { kind: Kind; id: string }[] = [];
    const rows: Wire[] = [];
    for (const { kind, id, row } of changes) {
      if (row === null) removed.push({ kind, id });
      else {
        kept.push({ kind, row });
        rows.push(toWire(kind, row));
      }
    }
    const forgotten = removed.map(({ kind, id }) => keyOf(kind, id));
    if (to >= from) this.#o.tiers.commit({ from, to, rows: kept, forgotten });
    for (const [name, stored] of result.keys) this.#keys.set(name, stored);
    answer(batch, result.applied);
    if (to < from) return;
    const events = result.applied.flatMap((applied) => (applied.state === "done" ? applied.events : []));
    this.#o.onCommitted({
      tenantId: this.#o.tenantId,
      from,
      to,
      at: iso(result.head.at),
      events,
      rows,
      removed,
    });
    this.#o.onWritten(this.#o.tenantId);
  }
}

const asError = (error: unknown) => (error instanceof Error ? error : new Error(String(error)));

function refuseAll(batch: readonly Pending[], error: Error): void {
  for (const pending of batch) pending.reject(error);
}
