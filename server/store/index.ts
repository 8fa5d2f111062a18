import type pg from "pg";
import type { Registry } from "prom-client";
import { MINUTE_MS } from "../../domain/kernel/time.ts";
import { currentCaller, runAs } from "../database/caller.ts";
import { DatabaseClock } from "../database/clock.ts";
import type { Reason } from "../database/faults.ts";
import { asManyAsFit } from "../database/result-size.ts";
import { StoreError } from "./errors.ts";
import { verifyChain } from "./lane/chain.ts";
import { watchAhead } from "./lane/head-ahead.ts";
import { createHints } from "./lane/hints.ts";
import { Lane } from "./lane/lane.ts";
import { type LaneQueries, laneDatabase } from "./lane/lane-database.ts";
import { createLaneMetrics, observeLanes } from "./lane/lane-metrics.ts";
import { readEvents, readPosition } from "./lane/log.ts";
import { readSnapshot } from "./lane/snapshots.ts";
import type { TierLog } from "./lane/tiers/redis-link.ts";
import { Tiers } from "./lane/tiers/tiers.ts";
import type { Committed, Store } from "./types.ts";

export interface StoreDeps {
  /** The lanes' connections; the notifications between nodes take one of them. */
  pool: pg.Pool;
  /** Connections for callers' reads; default: the lanes'. */
  reads?: LaneQueries;
  registry: Registry;
  /** The database's clock, if the process has one already. */
  clock?: DatabaseClock;
  idempotencyTtlSeconds: number;
  /**
   * How often the log is polled for other nodes' commits while someone is subscribed, ms. A
   * fallback for lost notifications.
   */
  pollMs?: number;
  /** Bound of the hot tier in this process, bytes. */
  hotTierBytes?: number;
  /** How long a row stays hot, ms. */
  hotTierTtlMs?: number;
  /** A Redis shared by servers as a further hot tier; none by default. */
  redisUrl?: string | undefined;
  log?: TierLog;
  /** Called with the reason when the database's state makes commits fail. */
  onAway?: (reason: Reason) => void;
  /** Most commits waiting in one lane. */
  maxQueue?: number;
}

/** The state store of this process: one lane per tenant, created on first use. */
export function createStore(deps: StoreDeps): Store {
  const database = laneDatabase(deps.pool);
  const clock = deps.clock ?? new DatabaseClock();
  const reads = deps.reads ?? database;
  const log = deps.log ?? SILENT;
  const metrics = createLaneMetrics(deps.registry);
  const noteAhead = watchAhead(clock, deps.registry, log);
  const lanes = new Map<string, Lane>();
  const watchers = new Map<string, number>();
  const listeners = new Set<(committed: Committed) => void>();
  const replacedListeners = new Set<(tenantId: string) => void>();
  const maxQueue = deps.maxQueue ?? 10_000;
  const tiers = new Tiers({
    queries: reads,
    registry: deps.registry,
    log,
    maxBytes: deps.hotTierBytes ?? 64 * 1024 * 1024,
    ttlMs: deps.hotTierTtlMs ?? 15 * MINUTE_MS,
    redisUrl: deps.redisUrl,
    onBehind: (tenantId) => void laneOf(tenantId).catchUp(),
  });
  const hints = createHints(deps.pool, (tenantId) => void lanes.get(tenantId)?.catchUp());

  const laneOf = (tenantId: string): Lane => {
    let lane = lanes.get(tenantId);
    if (!lane) {
      lane = new Lane({
        tenantId,
        database,
        metrics,
        clock,
        maxQueue,
        keyTtlMs: deps.idempotencyTtlSeconds * 1000,
        tiers: tiers.lane(tenantId),
        onAway: deps.onAway,
        onWritten: hints.ring,
        onReplaced: () => {
          log.warn({ tenantId }, "the log is another one than before, from a backup or a standby: clients start over");
          for (const listener of replacedListeners) listener(tenantId);
        },
        onCommitted: (committed) => {
          noteAhead(tenantId, Date.parse(committed.at));
          for (const listener of listeners) listener(committed);
        },
      });
      lanes.set(tenantId, lane);
    }
    return lane;
  };

  observeLanes(deps.registry, () => {
    const all = [...lanes.values()];
    const sum = (of: (lane: Lane) => number) => all.reduce((total, lane) => total + of(lane), 0);
    return { depth: sum((l) => l.depth), limit: maxQueue };
  });

  const poll = setInterval(() => {
    for (const tenantId of watchers.keys()) void lanes.get(tenantId)?.catchUp();
    // Detects a clock that was set back, also without commits.
    for (const [tenantId, { newest }] of lanes) if (newest !== undefined) noteAhead(tenantId, newest);
  }, deps.pollMs ?? 500);
  poll.unref();

  return {
    now: () => clock.now(),
    commit: (tenantId, by, commit, options) => laneOf(tenantId).commit(by, commit, options),
    onCommitted(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onReplaced(listener) {
      replacedListeners.add(listener);
      return () => replacedListeners.delete(listener);
    },
    poll() {
      for (const lane of lanes.values()) void lane.catchUp();
    },
    watch(tenantId) {
      watchers.set(tenantId, (watchers.get(tenantId) ?? 0) + 1);
      hints.listen();
      void laneOf(tenantId).catchUp();
      let stopped = false;
      return () => {
        if (stopped) return;
        stopped = true;
        const left = (watchers.get(tenantId) ?? 1) - 1;
        if (left > 0) watchers.set(tenantId, left);
        else watchers.delete(tenantId);
      };
    },
    async head(tenantId) {
      if (laneOf(tenantId).position === undefined) await laneOf(tenantId).catchUp();
      const position = await asReader(tenantId, () => readPosition(reads, tenantId));
      if (!position) throw new StoreError("unknown_entity", "the tenant has no log");
      const { newest, ...where } = position;
      return { ...where, aheadMs: noteAhead(tenantId, newest) };
    },
    position: (tenantId) => lanes.get(tenantId)?.position,
    read: (tenantId, kind, id, minSeq) => together(tenantId, () => tiers.read(tenantId, kind, id, minSeq)),
    tiers: { figures: () => tiers.figures(), shrinkTo: (bytes) => tiers.shrinkTo(bytes) },
    readEvents: (tenantId, range) => asReader(tenantId, () => readEvents(reads, tenantId, range)),
    snapshot: (tenantId, topic, limit) =>
      asReader(tenantId, () => asManyAsFit(limit, (most) => readSnapshot(reads, tenantId, topic, most))),
    verify: (tenantId, signal) => verifyChain(reads, tenantId, signal),
    async close() {
      clearInterval(poll);
      await Promise.all([...lanes.values()].map((lane) => lane.close()));
      await hints.close();
      tiers.close();
    },
  };
}

/** Reads on behalf of the current caller or, when there is none, of the tenant's open sockets. */
function asReader<T>(tenantId: string, read: () => T): T {
  return currentCaller().tenantId === tenantId ? read() : runAs({ tenantId, principal: "live" }, read);
}

/** A read shared by several callers: it continues when the first one has gone. */
function together<T>(tenantId: string, read: () => T): T {
  return runAs({ tenantId, principal: currentCaller().principal || "live" }, read);
}

const SILENT: TierLog = { debug() {}, info() {}, warn() {} };

export type { CommitOutcome, Committed, Committer, Store } from "./types.ts";
