import { setTimeout as delay } from "node:timers/promises";
import { iso } from "../../../domain/kernel/primitives.ts";
import type { Cleaned, MaintenanceClean } from "../../../domain/maintenance/cleanup.ts";
import { CLEANED, type CleanupCounts, noneCleaned } from "../../../domain/maintenance/contract.ts";
import type { CleanupReport } from "../../../domain/maintenance/endpoints.ts";
import type { LaneQueries } from "../lane/lane-database.ts";
import { readHead } from "../lane/load-rows.ts";
import { alone } from "../lease.ts";
import type { Committer, Store } from "../types.ts";
import {
  type After,
  BEGINNING,
  countOld,
  expiredTaskKeys,
  heldRuns,
  type OldRun,
  oldDecisions,
  oldOutcomes,
  oldRuns,
  vanishedAgents,
} from "./cleanup-statements.ts";

/**
 * Clean-up by age: old rows are removed through the lane, like every change, in bounded batches.
 * Each batch is one commit and complete in itself, so the next clean-up can continue after any
 * interruption.
 *
 * Order: decisions; outcomes, which are added to their agents' baselines; runs with everything that
 * belongs to them; agents not seen for long, which nothing refers to by then; expired keys of
 * tasks. A dry run reads the same pages and counts. A lease prevents two clean-ups of a tenant at
 * once.
 */
export interface CleanupOptions {
  /** Only what is older than this time is removed, RFC 3339. */
  olderThan: string;
  dryRun?: boolean;
  /** Only decisions, with the outcomes counted from them. */
  decisionsOnly?: boolean;
  /** Stops between two batches when it aborts. */
  signal: AbortSignal;
}

interface CleanupDeps {
  queries: LaneQueries;
  store: Pick<Store, "commit">;
}

/** Renewed with each batch; short, so that the next clean-up soon follows a killed one. */
const LEASE_MS = 10_000;
/** Rows that one commit removes, unless a single run has more. */
const BATCH_ROWS = 300;
/**
 * A run is removed in one commit, which must not block the lane for long: this many rows take some
 * seconds.
 */
const MOST_RUN_ROWS = 150_000;
const PAGE = 100;
/** Pause between two batches, to leave the lane to others, ms. */
const PAUSE_MS = 5;

/** The time `ms` ago by the database's clock, as used for rows. */
export async function timeAgo(queries: LaneQueries, tenantId: string, ms: number): Promise<string> {
  return iso(Math.max(0, (await readHead(queries, tenantId)).now - ms));
}

/** Rejects with AlreadyRunning. Returns what was removed; `more` when stopped before the end. */
export async function cleanUpTenant(
  { queries, store }: CleanupDeps,
  tenantId: string,
  by: Committer,
  options: CleanupOptions,
): Promise<CleanupReport> {
  const { olderThan, dryRun = false, decisionsOnly = false, signal } = options;
  const counts = noneCleaned();
  const work = new Work(queries, tenantId, olderThan, signal);
  await alone({ queries, work: "cleanup", tenantId, forMs: LEASE_MS }, async (renew) => {
    const clean = async (what: Partial<MaintenanceClean>): Promise<void> => {
      await renew();
      const mutation: MaintenanceClean = { type: "maintenance.clean", olderThan, ...NOTHING, ...what };
      const { receipt } = await store.commit(tenantId, by, { mutations: [mutation] });
      add(counts, (receipt.results[0] as Cleaned).counts);
      await delay(PAUSE_MS);
    };
    if (dryRun) add(counts, await work.count());
    else if (decisionsOnly) await work.decisions(clean);
    else await work.all(clean);
  });
  return { ...counts, dryRun, olderThan, more: signal.aborted, tooLarge: work.tooLarge };
}

const NOTHING = { decisionIds: [], outcomeIds: [], runIds: [], queues: [], agentKeys: [], taskKeys: [] };

type Clean = (what: Partial<MaintenanceClean>) => Promise<void>;

function add(counts: CleanupCounts, more: Partial<CleanupCounts>): void {
  for (const table of CLEANED) counts[table] += more[table] ?? 0;
}

/** The steps of one clean-up. */
class Work {
  readonly tooLarge: string[] = [];

  constructor(
    readonly queries: LaneQueries,
    readonly tenantId: string,
    readonly olderThan: string,
    readonly signal: AbortSignal,
  ) {}

  async all(clean: Clean): Promise<void> {
    await this.decisions(clean);
    for await (const page of this.#paged(oldOutcomes, BATCH_ROWS)) await clean({ outcomeIds: idsOf(page) });
    for await (const runs of this.#runs()) {
      await clean({ runIds: idsOf(runs), queues: [...new Set(runs.flatMap(({ queues }) => queues))] });
    }
    for await (const agents of this.#agents()) await clean({ agentKeys: idsOf(agents) });
    for await (const keys of this.#taskKeys()) await clean({ taskKeys: idsOf(keys) });
  }

  /** Each is removed with its outcome. */
  async decisions(clean: Clean): Promise<void> {
    for await (const page of this.#paged(oldDecisions, BATCH_ROWS / 2)) await clean({ decisionIds: idsOf(page) });
  }

  async count(): Promise<CleanupCounts> {
    const counts = noneCleaned();
    const { queries, tenantId, olderThan, signal } = this;
    const old = (what: "decisions" | "outcomes") => countOld(queries, tenantId, olderThan, what, signal);
    add(counts, { decisions: await old("decisions"), outcomes: await old("outcomes") });
    for await (const runs of this.#runs()) for (const { id: _, ...of } of runs) add(counts, { runs: 1, ...of });
    for await (const agents of this.#agents()) for (const { id: _, ...of } of agents) add(counts, { agents: 1, ...of });
    for await (const keys of this.#taskKeys()) add(counts, { taskKeys: keys.length });
    return counts;
  }

  /** Runs that nothing needs, in lots of one batch each. */
  async *#runs(): AsyncGenerator<OldRun[]> {
    const held = await heldRuns(this.queries, this.tenantId, this.olderThan);
    let lot: OldRun[] = [];
    let rows = 0;
    for await (const page of this.#paged(oldRuns, PAGE)) {
      for (const run of page.filter(({ id }) => !held.has(id))) {
        if (this.signal.aborted) return;
        const size = rowsOf(run);
        if (size > MOST_RUN_ROWS) {
          this.tooLarge.push(run.id);
          continue;
        }
        if (lot.length > 0 && rows + size > BATCH_ROWS) {
          yield lot;
          [lot, rows] = [[], 0];
        }
        lot.push(run);
        rows += size;
      }
    }
    if (lot.length > 0) yield lot;
  }

  async *#paged<T extends After>(read: Read<T>, limit: number): AsyncGenerator<T[]> {
    for (let after = BEGINNING; !this.signal.aborted; ) {
      const page: T[] = await read(this.queries, this.tenantId, this.olderThan, after, limit);
      if (page.length > 0) yield page;
      after = page.at(-1) ?? after;
      if (page.length < limit) return;
    }
  }

  #agents = () =>
    this.#byId((after) => vanishedAgents(this.queries, this.tenantId, this.olderThan, after, AGENTS), AGENTS);
  #taskKeys = () => this.#byId((after) => expiredTaskKeys(this.queries, this.tenantId, after, BATCH_ROWS), BATCH_ROWS);

  async *#byId<T extends { id: string }>(read: (after: string) => Promise<T[]>, limit: number): AsyncGenerator<T[]> {
    for (let after = ""; !this.signal.aborted; ) {
      const page = await read(after);
      if (page.length > 0) yield page;
      if (page.length < limit) return;
      after = page.at(-1)?.id ?? "";
    }
  }
}

/** Removing an agent removes three rows and its alerts. */
const AGENTS = 50;

type Read<T> = (q: LaneQueries, tenantId: string, olderThan: string, after: After, limit: number) => Promise<T[]>;

const idsOf = (rows: readonly { id: string }[]): string[] => rows.map(({ id }) => id);

const rowsOf = ({ workstreams, jobs, attempts, approvals, alerts, deliveries, decisions, outcomes }: OldRun): number =>
  1 + workstreams + jobs + attempts + approvals + alerts + deliveries + decisions + outcomes;
