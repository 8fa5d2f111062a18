import { DAY_MS } from "../../domain/kernel/time.ts";
import type { LaneQueries } from "../store/lane/lane-database.ts";
import { createLeaderLoop, type LeaderLoop } from "../store/leader-loop.ts";
import { AlreadyRunning } from "../store/lease.ts";
import { cleanUpTenant, timeAgo } from "../store/maintenance/cleanup.ts";
import { readTenants } from "../store/tenants.ts";
import type { Committer, Store } from "../store/types.ts";

/**
 * What age makes happen to routing decisions: once a day one of the nodes removes every tenant's decisions that are older than they are kept for,
 * with the outcomes that they counted as. Everything else that is old leaves when somebody asks for it (`POST /maintenance/cleanup`).
 */
export interface CleanupLoopDeps {
  store: Pick<Store, "commit">;
  queries: LaneQueries;
  log: { info(facts: object, message: string): void; warn(facts: object, message: string): void };
  /** How long decisions are kept, ms. */
  keepMs: number;
  /** How often to look, ms; once a day by default, oftener when decisions are kept for less than ten days. */
  everyMs?: number;
}

/** The first look: soon, as a server may be restarted every day, but not while everybody comes back. */
const FIRST_MS = 30_000;
const CLOCK: Committer = { id: "system:clock", actor: "system:clock" };

export function createCleanupLoop(deps: CleanupLoopDeps): LeaderLoop {
  const { queries, log, keepMs } = deps;
  const everyMs = deps.everyMs ?? Math.min(DAY_MS, Math.max(1_000, keepMs / 10));
  const round = async (lead: () => Promise<boolean>, signal: AbortSignal): Promise<void> => {
    for (const tenantId of await readTenants(queries)) {
      // A tenant may take long; whoever leads meanwhile finds this one's clean-up under way.
      if (!(await lead())) return;
      try {
        const olderThan = await timeAgo(queries, tenantId, keepMs);
        const options = { olderThan, decisionsOnly: true, signal };
        const { decisions, outcomes } = await cleanUpTenant(deps, tenantId, CLOCK, options);
        if (decisions > 0) log.info({ tenantId, decisions, outcomes, olderThan }, "old decisions have left");
      } catch (error) {
        if (signal.aborted) return;
        // What is old stays old; one tenant's trouble must not stop the others.
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
