import { randomBytes } from "node:crypto";
import { dropLease, takeLease } from "../store/due/due.ts";
import type { LaneQueries } from "../store/lane/lane-database.ts";

/** Work that one of the nodes does from time to time, beside the clock, as it may take its time and the clock may not. */
export interface LedLoop {
  start(): void;
  /** Stops between two pieces of work and gives the lease back. */
  close(): Promise<void>;
}

export interface LedLoopDeps {
  /** Of the lease: who holds it leads. */
  name: string;
  queries: LaneQueries;
  /** The first look after the start, and how long after each look the next begins, ms. */
  firstMs: number;
  everyMs: number;
  /** One look. `lead` takes the lease, anew if it takes long; false when another node is at it, or when it is time to stop. */
  look(lead: () => Promise<boolean>, signal: AbortSignal): Promise<void>;
  failed(error: unknown): void;
}

const LEASE_MS = 60_000;

export function createLedLoop({ name, queries, firstMs, everyMs, look, failed }: LedLoopDeps): LedLoop {
  const holder = randomBytes(8).toString("hex");
  const closing = new AbortController();
  const { signal } = closing;
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();
  let leads = false;

  const lead = async (): Promise<boolean> => {
    leads = await takeLease(queries, name, holder, LEASE_MS);
    return leads && !signal.aborted;
  };
  const tick = () => {
    round = look(lead, signal)
      .catch((error: unknown) => {
        if (!signal.aborted) failed(error);
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
      if (leads) await dropLease(queries, name, holder).catch(() => {});
    },
  };
}
