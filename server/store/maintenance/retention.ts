import { setTimeout as delay } from "node:timers/promises";
import type { Registry } from "prom-client";
import type { TrimReport } from "../../../domain/maintenance/endpoints.ts";
import type { LaneQueries } from "../lane/lane-database.ts";
import { AlreadyRunning, alone } from "../lease.ts";
import type { Store } from "../types.ts";
import { ArchiveFolder } from "./archive/folder.ts";
import { createRetentionMetrics } from "./retention-metrics.ts";
import { Trim } from "./trim.ts";
import {
  deleteExpiredKeys,
  isWorthTrimming,
  lastOld,
  readCutoff,
  readTrimHead,
  readTrimmable,
} from "./trim-statements.ts";

export interface RetentionDeps {
  queries: LaneQueries;
  store: Pick<Store, "commit">;
  registry: Registry;
  log: RetentionLog;
  /** Events and receipts older than this are removed, ms. */
  keepMs: number;
  /** Folder for archive files of what is removed; undefined: no archive. */
  archiveDir?: string | undefined;
  /** Pause between two pieces of work, ms. */
  pauseMs?: number;
  /** Approximate number of events per segment: one archive file, one move of the floor. */
  segmentEvents?: number;
}

export interface RetentionLog {
  info(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export interface TrimOptions {
  /** Only report what would be removed. */
  dryRun?: boolean;
  /** Start no further segment after this long, ms. */
  budgetMs?: number;
  /** Stops between two pieces of work when it aborts. */
  signal?: AbortSignal;
  /** The actor recorded in the log; default: the clock. */
  actor?: string;
}

/** The signal has aborted. */
class Interrupted extends Error {
  override name = "Interrupted";
}

/** Retention by age of the log and of idempotency keys. */
export interface Retention {
  readonly keepMs: number;
  /**
   * Removes what is old from a tenant's log, see `trim.ts`. Rejects with AlreadyRunning when
   * another trim is in progress.
   */
  trim(tenantId: string, options?: TrimOptions): Promise<TrimReport>;
  /** Tenants with something to trim. */
  trimmable(): Promise<string[]>;
  /** Deletes expired idempotency keys, of one tenant or of all; returns how many. */
  purgeKeys(tenantId?: string, signal?: AbortSignal): Promise<number>;
}

const PAUSE_MS = 20;
const LEASE_MS = 30_000;
const RENEW_MS = 5_000;
const KEYS_AT_ONCE = 5_000;
/**
 * Delay between expiry and deletion of keys, ms: a lane's clock may be behind, and for it they are
 * still valid.
 */
const KEY_GRACE_MS = 60_000;

export function createRetention(deps: RetentionDeps): Retention {
  const { queries, store, keepMs, log } = deps;
  const metrics = createRetentionMetrics(deps.registry);
  const archive = deps.archiveDir === undefined ? undefined : new ArchiveFolder(deps.archiveDir);
  const pause = () => delay(deps.pauseMs ?? PAUSE_MS);

  /**
   * Works alone on the tenant's log. `beat` pauses, renews the lease, and throws when the work must
   * stop.
   */
  async function inBeats(
    tenantId: string,
    signal: AbortSignal | undefined,
    work: (beat: () => Promise<void>) => Promise<void>,
  ): Promise<void> {
    await alone({ queries, work: "retention", tenantId, forMs: LEASE_MS }, async (renew) => {
      let renewed = performance.now();
      await work(async () => {
        await pause();
        if (signal?.aborted) throw new Interrupted();
        if (performance.now() - renewed < RENEW_MS) return;
        await renew();
        renewed = performance.now();
      });
    }).catch((error: unknown) => {
      if (!(error instanceof Interrupted)) throw error;
    });
  }

  /** The range between the floor and the last old receipt, if worth a trim. */
  async function readOld(tenantId: string) {
    const head = await readTrimHead(queries, tenantId);
    const olderThan = await readCutoff(queries, keepMs);
    const upTo = await lastOld(queries, tenantId, head, olderThan);
    const worth = upTo > head.floor && (await isWorthTrimming(queries, tenantId, head.floor, upTo));
    return { floor: head.floor, olderThan, upTo: worth ? upTo : head.floor };
  }

  async function look(tenantId: string): Promise<TrimReport> {
    const { floor: from, olderThan, upTo: floor } = await readOld(tenantId);
    const beat = async () => {};
    const counted = new Trim(tenantId, { queries, store, archive, beat, actor: "" });
    const receipts = await counted.countReceipts(from, floor);
    const files = archive ? [] : null;
    return { dryRun: true, olderThan, from, floor, events: floor - from, receipts, archive: files, more: false };
  }

  /** Records what was removed, deletes it, and adds it to the report. */
  async function clear(tenantId: string, trim: Trim, report: TrimReport): Promise<void> {
    const said = await trim.record();
    const gone = await trim.remove();
    metrics.deleted.inc({ table: "event" }, gone.events);
    metrics.deleted.inc({ table: "receipt" }, gone.receipts);
    report.events += gone.events;
    report.receipts += gone.receipts;
    if (said?.archive) report.archive?.push(...said.archive);
    if (said) {
      const { from, floor, archive: files } = said;
      log.info({ tenantId, from, floor, archive: files, ...gone }, "the log was trimmed");
    } else if (gone.events + gone.receipts > 0) {
      log.info({ tenantId, floor: report.floor, ...gone }, "rows below the floor were deleted");
    }
  }

  /** Trims segment by segment up to a position; false when the time was up before. */
  async function trimTo(
    upTo: number,
    tenantId: string,
    trim: Trim,
    report: TrimReport,
    until: number,
  ): Promise<boolean> {
    // Finishes what a crash left undone.
    await clear(tenantId, trim, report);
    while (report.floor < upTo) {
      if (report.floor > report.from && performance.now() > until) return false;
      const segment = await trim.prepare(upTo);
      if (!segment) return true;
      if (segment.archived?.written) {
        metrics.archivedFiles.inc();
        metrics.archivedBytes.inc(segment.archived.written);
      }
      if (!(await trim.raise(segment))) throw new AlreadyRunning("retention", tenantId);
      report.floor = segment.to.seq;
      await clear(tenantId, trim, report);
    }
    return true;
  }

  async function trimNow(tenantId: string, options: TrimOptions): Promise<TrimReport> {
    const until = performance.now() + (options.budgetMs ?? Number.POSITIVE_INFINITY);
    const actor = options.actor ?? "system:clock";
    const { floor, olderThan, upTo } = await readOld(tenantId);
    const none = { events: 0, receipts: 0, archive: archive ? [] : null };
    // `more` stays true until the end is reached.
    const report: TrimReport = { dryRun: false, olderThan, from: floor, floor, ...none, more: true };
    await inBeats(tenantId, options.signal, async (beat) => {
      const trim = new Trim(tenantId, { queries, store, archive, beat, actor, segmentEvents: deps.segmentEvents });
      if (await trimTo(upTo, tenantId, trim, report, until)) report.more = false;
      if (trim.misfit === undefined) return;
      report.misfit = trim.misfit;
      const why = "a receipt does not fit the chain: it and what follows stay, so that it can be looked into";
      log.error({ tenantId, receiptId: trim.misfit, floor: report.floor }, why);
    });
    return report;
  }

  return {
    keepMs,
    async trim(tenantId, options = {}) {
      if (options.dryRun) return await look(tenantId);
      try {
        const report = await trimNow(tenantId, options);
        metrics.passes.inc({ outcome: report.misfit === undefined ? "done" : "stopped" });
        return report;
      } catch (error) {
        if (!(error instanceof AlreadyRunning)) metrics.passes.inc({ outcome: "failed" });
        throw error;
      }
    },
    trimmable: async () => await readTrimmable(queries, await readCutoff(queries, keepMs)),
    async purgeKeys(tenantId, signal) {
      let gone = 0;
      for (;;) {
        const batch = await deleteExpiredKeys(queries, tenantId ?? null, KEY_GRACE_MS, KEYS_AT_ONCE);
        gone += batch;
        metrics.deleted.inc({ table: "idempotency_key" }, batch);
        if (batch < KEYS_AT_ONCE || signal?.aborted) return gone;
        await pause();
      }
    },
  };
}
