import { DAY_MS } from "../../domain/kernel/time.ts";
import type { LaneQueries } from "../store/lane/lane-database.ts";
import { createLeaderLoop, type LeaderLoop } from "../store/leader-loop.ts";
import { AlreadyRunning } from "../store/lease.ts";
import { cleanUpTenant, timeAgo } from "../store/maintenance/cleanup.ts";
import { readTenants } from "../store/tenants.ts";
import type { Committer, Store } from "../store/types.ts";

/**
 * Retention of routing decisions: once a day one of the nodes removes every tenant's expired
 * decisions, with the outcomes counted from them. Everything else is removed only on request (`POST
 * /maintenance/cleanup`).
 */
export interface CleanupLoopDeps {
  store: Pick<Store, "commit">;
  queries: LaneQueries;
  log: { info(facts: object, message: string): void; warn(facts: object, message: string): void };
  /** Retention of decisions, ms. */
  keepMs: number;
  /** Interval, ms; a day by default, less when decisions are kept for less than ten days. */
  everyMs?: number;
}

/**
 * Delay of the first round, ms: soon, as a server may be restarted every day, but not while
 * everybody reconnects.
 */
const FIRST_MS = 30_000;
const CLOCK: Committer = { id: "system:clock", actor: "system:clock" };

export function createCleanupLoop(deps: CleanupLoopDeps): LeaderLoop {
  const { queries, log, keepMs } = deps;
  const everyMs = deps.everyMs ?? Math.min(DAY_MS, Math.max(1_000, keepMs / 10));
  const round = async (lead: () => Promise<boolean>, signal: AbortSignal): Promise<void> => {
    for (const tenantId of await readTenants(queries)) {
      // A tenant may take long; another leader meanwhile gets AlreadyRunning.
      if (!(await lead())) return;
      try {
        const olderThan = await timeAgo(queries, tenantId, keepMs);
        const options = { olderThan, decisionsOnly: true, signal };
        const { decisions, outcomes } = await cleanUpTenant(deps, tenantId, CLOCK, options);
        if (decisions > 0) log.info({ tenantId, decisions, outcomes, olderThan }, "old decisions have left");
      } catch (error) {
        if (signal.aborted) return;
        // The next round retries; one tenant's failure must not stop the others.
        if (!(error instanceof AlreadyRunning))
          log.warn({ err: error, tenantId }, "old decisions could not be removed");
      }
    }
  };
  return createLeaderLoop({
    name: "cleanup",
    queries,
    everyMs,
    firstMs: Math.min(FIRST_MS, everyMs),
    round,
    failed: (error) => log.warn({ err: error }, "a look for old decisions failed"),
  });
}
