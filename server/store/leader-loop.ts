import type { LaneQueries } from "./lane/lane-database.ts";
import { Lease } from "./lease.ts";

/** Work repeated by one of the servers: the one that holds the lease leads. */
export interface LeaderLoop {
  start(): void;
  /** Stops between two pieces of work, waits for the running round and releases the lease. */
  close(): Promise<void>;
}

export interface LeaderLoopDeps {
  /** Name of the lease. */
  name: string;
  queries: LaneQueries;
  /** How long a leader that has died keeps the lease, ms. */
  leaseMs?: number;
  /** Time from the start to the first round, and from the end of a round to the next, ms. */
  firstMs?: number;
  everyMs: number;
  /**
   * One round. `lead` takes or renews the lease; false when another server leads, or when it is
   * time to stop.
   */
  round(lead: () => Promise<boolean>, signal: AbortSignal): Promise<void>;
  /**
   * A round failed; `again` when the one before had failed too. Not called for failures while
   * closing.
   */
  failed(error: unknown, again: boolean): void;
  /** Waits for what a round left running, before the lease is released. */
  settle?(): Promise<unknown>;
}

const LEASE_MS = 60_000;

export function createLeaderLoop(deps: LeaderLoopDeps): LeaderLoop {
  const { name, queries, leaseMs = LEASE_MS, firstMs = 0, everyMs } = deps;
  const lease = new Lease(queries, name, leaseMs);
  const closing = new AbortController();
  const { signal } = closing;
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();
  let failing = false;

  const lead = async (): Promise<boolean> => (await lease.take()) && !signal.aborted;
  const tick = () => {
    round = deps
      .round(lead, signal)
      .then(() => {
        failing = false;
      })
      .catch((error: unknown) => {
        if (!signal.aborted) deps.failed(error, failing);
        failing = true;
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
      await deps.settle?.();
      await lease.drop();
    },
  };
}
