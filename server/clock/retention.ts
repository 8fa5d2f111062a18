import { randomBytes } from "node:crypto";
import { dropLease, takeLease } from "../store/due.ts";
import { purgeFigures } from "../store/figure-retention.ts";
import type { LaneQueries } from "../store/lane-database.ts";
import { type Retention, TrimUnderWay } from "../store/retention.ts";

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

export interface RetentionLoop {
  start(): void;
  /** Stops between two pieces of work and gives the lease back. */
  close(): Promise<void>;
}

const LEASE = "retention";
const LEASE_MS = 60_000;
const FIRST_MS = 5_000;

export function createRetentionLoop(deps: RetentionLoopDeps): RetentionLoop {
  const { retention, queries, log } = deps;
  const everyMs = deps.everyMs ?? Math.min(3_600_000, Math.max(1_000, retention.keepMs / 10));
  const firstMs = Math.min(deps.firstMs ?? FIRST_MS, everyMs);
  const holder = randomBytes(8).toString("hex");
  const closing = new AbortController();
  const { signal } = closing;
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();
  let leads = false;

  /** False when another node is at it. */
  const lead = async (): Promise<boolean> => {
    leads = await takeLease(queries, LEASE, holder, LEASE_MS);
    return leads && !signal.aborted;
  };

  const look = async (): Promise<void> => {
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
        if (!(error instanceof TrimUnderWay)) log.warn({ err: error, tenantId }, "a log could not be trimmed");
      }
    }
  };

  const tick = () => {
    round = look()
      .catch((error: unknown) => {
        if (!signal.aborted) log.warn({ err: error }, "a look for what is old failed");
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
