import type { Json } from "../domain/primitives.ts";
import { isLeaseLost, type SwitchyardError } from "./errors.ts";
import type { Client } from "./types.ts";

/** Beats are at least this often, so that a job cancelled by an operator stops soon; the server writes few of them down. */
const LONGEST_BEAT_MS = 3_000;
/** Progress is told at most this often. */
const PROGRESS_EVERY_MS = 1_000;

export interface Lease {
  /** Tells progress with the next beat, which comes sooner for it. */
  progress(value: Json): void;
  /** Ends the beats; resolves when none is under way. */
  release(): Promise<void>;
}

export interface LeaseOptions {
  client: Pick<Client, "heartbeat">;
  jobId: string;
  leaseToken: string;
  leaseMs: number;
  /** Called once, when the server says that the lease is not held any more. */
  onLost: (error: SwitchyardError) => void;
  /** Called for a beat that failed otherwise; the next one tries again. */
  onTrouble?: (error: unknown) => void;
}

/**
 * Keeps a lease: a beat at every third of it. A server that is away does not end it here, as only the server's clock decides; the
 * token fences whatever is told too late.
 */
export function keepLease(options: LeaseOptions): Lease {
  const { client, jobId, leaseToken } = options;
  const every = Math.min(options.leaseMs / 3, LONGEST_BEAT_MS);
  const stopped = new AbortController();
  let pending: { value: Json } | undefined;
  let timer: NodeJS.Timeout;
  let due = 0;
  let lastBeat = performance.now();
  let current: Promise<void> = Promise.resolve();

  const schedule = (wait: number) => {
    clearTimeout(timer);
    due = performance.now() + wait;
    timer = setTimeout(() => {
      current = beat();
    }, wait);
  };

  async function beat(): Promise<void> {
    due = 0;
    lastBeat = performance.now();
    const told = pending;
    pending = undefined;
    try {
      await client.heartbeat(
        { jobId, leaseToken, ...(told && { progress: told.value }) },
        { signal: stopped.signal, retry: { totalMs: every } },
      );
    } catch (error) {
      if (stopped.signal.aborted) return;
      if (isLeaseLost(error)) {
        stopped.abort();
        return options.onLost(error as SwitchyardError);
      }
      pending ??= told;
      options.onTrouble?.(error);
    }
    if (!stopped.signal.aborted) schedule(pending ? Math.min(PROGRESS_EVERY_MS, every) : every);
  }

  schedule(every);
  return {
    progress(value) {
      pending = { value };
      const soon = Math.max(0, lastBeat + PROGRESS_EVERY_MS - performance.now());
      if (due !== 0 && !stopped.signal.aborted && performance.now() + soon < due) schedule(soon);
    },
    async release() {
      stopped.abort();
      clearTimeout(timer);
      await current;
    },
  };
}
