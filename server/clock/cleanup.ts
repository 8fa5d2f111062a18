import { randomBytes } from "node:crypto";
import { CleanupUnderWay, cleanUpTenant, timeAgo } from "../store/cleanup.ts";
import { dropLease, takeLease } from "../store/due.ts";
import type { LaneQueries } from "../store/lane-database.ts";
import { readTenants } from "../store/tenants.ts";
import type { Committer, Store } from "../store/types.ts";

/**
 * What age makes happen to routing decisions: once a day one of the nodes, which holds a lease, removes every tenant's decisions that are older than
 * they are kept for, with the outcomes that they counted as. It is beside the clock, as it may take its time. Everything else that is old
 * leaves when somebody asks for it (`POST /maintenance/cleanup`).
 */
export interface CleanupLoopDeps {
  store: Pick<Store, "commit">;
  queries: LaneQueries;
  log: { info(facts: object, message: string): void; warn(facts: object, message: string): void };
  /** How long decisions are kept, ms. */
  keepMs: number;
  /** How often to look, ms; a day by default, oftener when decisions are kept for less. */
  everyMs?: number;
  /** The first look after the start, ms: a server that is restarted every day looks too. */
  firstMs?: number;
}

export interface CleanupLoop {
  start(): void;
  /** Stops between two batches and gives the lease back. */
  close(): Promise<void>;
}

const LEASE = "cleanup";
const LEASE_MS = 60_000;
const DAY_MS = 86_400_000;
const FIRST_MS = 30_000;
const CLOCK: Committer = { id: "system:clock", actor: "system:clock" };

export function createCleanupLoop(deps: CleanupLoopDeps): CleanupLoop {
  const { queries, log, keepMs } = deps;
  const everyMs = deps.everyMs ?? Math.min(DAY_MS, Math.max(1_000, keepMs / 10));
  const firstMs = Math.min(deps.firstMs ?? FIRST_MS, everyMs);
  const holder = randomBytes(8).toString("hex");
  const closing = new AbortController();
  const { signal } = closing;
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();
  let leads = false;

  const look = async (): Promise<void> => {
    for (const tenantId of await readTenants(queries)) {
      // A tenant may take long; whoever leads meanwhile finds this one's clean-up under way.
      leads = await takeLease(queries, LEASE, holder, LEASE_MS);
      if (!leads || signal.aborted) return;
      try {
        const olderThan = await timeAgo(queries, tenantId, keepMs);
        const { decisions, outcomes } = await cleanUpTenant(deps, tenantId, CLOCK, {
          olderThan,
          decisionsOnly: true,
          signal,
        });
        if (decisions > 0) log.info({ tenantId, decisions, outcomes, olderThan }, "old decisions have left");
      } catch (error) {
        if (signal.aborted) return;
        // What is old stays old; one tenant's trouble must not stop the others.
        if (!(error instanceof CleanupUnderWay))
          log.warn({ err: error, tenantId }, "old decisions could not be removed");
      }
    }
  };

  const tick = () => {
    round = look()
      .catch((error: unknown) => {
        if (!signal.aborted) log.warn({ err: error }, "a look for old decisions failed");
      })
      .finally(() => {
        if (!signal.aborted) timer = setTimeout(tick, everyMs);
      });
  };

  return {
    start() {
      if (!timer && !signal.aborted) timer = setTimeout(tick, firstMs);
    },
    async close() {
      closing.abort();
      clearTimeout(timer);
      await round;
      if (leads) await dropLease(queries, LEASE, holder).catch(() => {});
    },
  };
}
