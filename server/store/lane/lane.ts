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
 * Commits that arrive while a batch is being written wait and form the next batch; an idle lane starts at once. A batch is *applied* in
 * memory over the hot tier, *written* with one statement that moves the log's head from where the lane believes it is, and then
 * *settled*: everybody waiting is answered and the range is told to the followers. No answer leaves before that: not a receipt, not a
 * refusal, not a replay.
 *
 * A round ends in one of six ways.
 * - moved: the head was where the lane thought; the batch is durable.
 * - lost: another node has written. The next round takes the head's row lock, catches up and applies the same commits again.
 * - unknown: the connection died after sending. Under the row lock, the batch's receipts say whether it landed; if not, apply again.
 * - clash: a row assumed absent is there. Apply again with every new id looked up.
 * - transient: Postgres was not to be reached before anything was sent, or refused for any reason but the data. Try again for a moment, then say
 *   that it is away, and why.
 * - refused: Postgres will not have some row, or the batch reaches too many. Halve it until only the culprit is left, and refuse that one.
 *
 * Where the lane stands, and how it catches up, is `lane-position.ts`; how a batch gets the rows it needs, `apply-loaded.ts`.
 */
export interface LaneOptions {
  tenantId: string;
  database: LaneDatabase;
  metrics: LaneMetrics;
  /** What time it is: the database's. */
  clock: DatabaseClock;
  /** Told of every range that has become durable, in order. */
  onCommitted: (committed: Committed) => void;
  /** Told why commits are refused because of the database. */
  onAway?: ((reason: Reason) => void) | undefined;
  /** The log was replaced by another one: a backup, or a standby that lacked its end. Followers start over. */
  onReplaced: () => void;
  /** Told after each batch this lane has written: other nodes may want to know. */
  onWritten: (tenantId: string) => void;
  keyTtlMs: number;
  /** The tenant's rows in this process, and who is told what became of them. */
  tiers: LaneTiers;
  /** Commits waiting beyond this are refused with `lane_full`. */
  maxQueue?: number;
}

const MAX_BATCH_COMMITS = 512;
const MAX_BATCH_MUTATIONS = 4000;
const MAX_QUEUE_BYTES = 64 * 1024 * 1024;
/**
 * How long a batch is tried again after its first failure, at least once, before its callers are told that the database is away. One of unknown
 * outcome may have landed all the same: the lane finds it when it catches up, as if another node had written it, and who asks again under its
 * idempotency key gets its receipt.
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
  /** Those who wait for a look at the head. */
  #lookers: (() => void)[] = [];
  #closed = false;
  /** Why commits are refused at once; null: they are not. */
  #away: Reason | null = null;
  /** Why the database has failed last. */
  #failed: Reason = "unreachable";
  #queuedBytes = 0;
  /** Tries of the present batch whose outcome nobody knows. */
  #sent: AppliedBatch[] = [];

  constructor(options: LaneOptions) {
    this.#o = options;
    this.#cache = options.tiers.rows;
    this.#position = new LanePosition({ ...options, keys: this.#keys });
  }

  /** Up to where followers have been told; undefined before the lane has looked. */
  get position(): number | undefined {
    return this.#position.head?.seq;
  }

  /** Time of the newest event that it knows of, epoch ms; undefined before it has looked. */
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

  /** Looks whether other nodes have written, and tells the followers what. Resolves when the lane is at the head it saw. */
  async catchUp(): Promise<void> {
    if (this.#closed) return;
    await new Promise<void>((resolve) => {
      this.#lookers.push(resolve);
      this.#start();
    });
  }

  /** Finishes what is waiting, then takes no more. */
  async close(): Promise<void> {
    this.#closed = true;
    while (this.#running) await this.#running;
  }

  #start(): void {
    this.#running ??= this.#drain().finally(() => {
      this.#running = undefined;
      if (this.#queue.length > 0 || this.#lookers.length > 0) this.#start();
    });
  }

  async #drain(): Promise<void> {
    // Requests that are being parsed in this turn of the event loop join the first batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0 || this.#lookers.length > 0) {
      const lookers = this.#lookers.splice(0);
      // A batch that settles has seen the head too.
      if (this.#queue.length > 0) await this.#work();
      else await this.#look();
      for (const resolve of lookers) resolve();
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

  /** The idle lane's catch-up. Failing is no harm: whoever needs it asks again. */
  async #look(): Promise<void> {
    try {
      await this.#position.catchUp(this.#o.database);
    } catch (error) {
      if (!(error instanceof UnknownTenant) && !(error instanceof DatabaseFailure)) throw error;
    }
  }

  /** Brings a batch to its end: every commit in it is answered when this resolves. */
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

  /** While the database is away, whoever waits is told at once, and so is whoever comes. */
  async #awaitReturn(batch: readonly Pending[], reason: Reason): Promise<void> {
    this.#o.onAway?.(reason);
    refuseAll([...batch, ...this.#queue.splice(0)], databaseAway(reason));
    this.#queuedBytes = 0;
    for (this.#away = reason; this.#away && !this.#closed; ) {
      try {
        await this.#position.catchUp(this.#o.database);
        this.#away = null;
      } catch {
        // Nor does who only wants to know where the log is wait for its return.
        for (const resolve of this.#lookers.splice(0)) resolve();
        await delay(100);
      }
    }
  }

  /** Settles a batch by halves: `refusal` is for the commit that it is about, which is alone in the end. */
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
    // Only the end of the transaction makes it true.
    if (round === "moved") settle();
    return round;
  }

  /** Of a batch in doubt: which of the tries sent has landed. A batch is one statement, so one receipt stands for all. */
  async #landed(queries: LaneQueries, batch: Pending[]): Promise<AppliedBatch | undefined> {
    const ids = batch.map((pending) => pending.receiptId);
    const found = await queries.query<{ hash: string }>(FIND_RECEIPTS, [this.#o.tenantId, ids]);
    const hashes = new Set(found.map((receipt) => receipt.hash));
    return this.#sent.find((result) => hashes.has(result.head.hash));
  }

  /** One try: apply, write. `defer` puts off the settling to when the surrounding transaction has ended. */
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
      // Nothing to write: the answers are true only if the head is still where they were found.
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
      if (row) clock.hear(row.now, sentAt);
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

  /** The batch is durable: the hot tier takes its rows, the waiting are answered, the followers told. */
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
