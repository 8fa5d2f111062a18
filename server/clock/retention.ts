import { HOUR_MS } from "../../domain/kernel/time.ts";
import type { LaneQueries } from "../store/lane/lane-database.ts";
import { createLeaderLoop, type LeaderLoop } from "../store/leader-loop.ts";
import { AlreadyRunning } from "../store/lease.ts";
import { purgeFigures } from "../store/maintenance/figure-retention.ts";
import type { Retention } from "../store/maintenance/retention.ts";

/**
 * Retention of the log: from time to time one of the nodes, which holds a lease, trims every
 * tenant's log that has something old, one after the other, and purges expired idempotency keys and
 * old figures. Separate from the clock, because it may take long.
 */
export interface RetentionLoopDeps {
  retention: Retention;
  queries: LaneQueries;
  log: { warn(facts: object, message: string): void };
  /** Interval, ms; by default a tenth of the retention, between a second and an hour. */
  everyMs?: number;
  /** Delay of the first round, ms. */
  firstMs?: number;
}

/** First delay, ms: soon, to finish what a crash left, but not while everybody reconnects. */
const FIRST_MS = 5_000;

export function createRetentionLoop({ retention, queries, log, ...times }: RetentionLoopDeps): LeaderLoop {
  const everyMs = times.everyMs ?? Math.min(HOUR_MS, Math.max(1_000, retention.keepMs / 10));
  const round = async (lead: () => Promise<boolean>, signal: AbortSignal): Promise<void> => {
    if (!(await lead())) return;
    await retention.purgeKeys(undefined, signal);
    await purgeFigures(queries, signal);
    for (const tenantId of await retention.trimmable()) {
      // A log may take long; another leader meanwhile gets AlreadyRunning.
      if (!(await lead())) return;
      try {
        await retention.trim(tenantId, { signal });
      } catch (error) {
        if (signal.aborted) return;
        // The next round retries; one tenant's failure must not stop the others.
        if (!(error instanceof AlreadyRunning)) log.warn({ err: error, tenantId }, "a log could not be trimmed");
      }
    }
  };
  return createLeaderLoop({
    name: "retention",
    queries,
    everyMs,
    firstMs: Math.min(times.firstMs ?? FIRST_MS, everyMs),
    round,
    failed: (error) => log.warn({ err: error }, "a look for what is old failed"),
  });
}
