import { HOUR_MS } from "../../domain/kernel/time.ts";
import type { LaneQueries } from "../store/lane/lane-database.ts";
import { createLeaderLoop, type LeaderLoop } from "../store/leader-loop.ts";
import { AlreadyRunning } from "../store/lease.ts";
import { purgeFigures } from "../store/maintenance/figure-retention.ts";
import type { Retention } from "../store/maintenance/retention.ts";

/**
 * What age makes happen to the log: from time to time one of the nodes, which holds a lease, trims every tenant's log that has something old,
 * one after the other, and purges expired idempotency keys and old figures. It is beside the clock, not in it, as it may take its time and the clock may not.
 */
export interface RetentionLoopDeps {
  retention: Retention;
  queries: LaneQueries;
  log: { warn(facts: object, message: string): void };
  /** How often to look, ms; by default a tenth of what is kept, between a second and an hour. */
  everyMs?: number;
  /** The first look after the start, ms: what a crash has left is finished soon, but not while everybody comes back. */
  firstMs?: number;
}

/** The first look: what a crash has left is finished soon, but not while everybody comes back. */
const FIRST_MS = 5_000;

export function createRetentionLoop({ retention, queries, log, ...times }: RetentionLoopDeps): LeaderLoop {
  const everyMs = times.everyMs ?? Math.min(HOUR_MS, Math.max(1_000, retention.keepMs / 10));
  const round = async (lead: () => Promise<boolean>, signal: AbortSignal): Promise<void> => {
    if (!(await lead())) return;
    await retention.purgeKeys(undefined, signal);
    await purgeFigures(queries, signal);
    for (const tenantId of await retention.trimmable()) {
      // A log may take long; whoever leads meanwhile finds this one's trim under way.
      if (!(await lead())) return;
      try {
        await retention.trim(tenantId, { signal });
      } catch (error) {
        if (signal.aborted) return;
        // What is old stays old; one tenant's trouble must not stop the others.
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
