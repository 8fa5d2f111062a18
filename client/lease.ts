import type { Json } from "../domain/kernel/primitives.ts";
import type { Receipt } from "../domain/kernel/receipt.ts";
import { SwitchyardError } from "./core/problem.ts";
import type { Client } from "./types.ts";

/**
 * Beats are at least this often, so that a job cancelled by an operator stops soon; the server
 * writes few of them down.
 */
const LONGEST_BEAT_MS = 3_000;
/** Progress is sent, and a failed heartbeat repeated, at most this often. */
const SOON_MS = 1_000;
/**
 * What our reckoning of a lease may be behind the server's: it counts from the request, not from
 * the answer.
 */
const BEHIND_MS = 20;
/**
 * The work ends this much before the lease, or a tenth of it if that is less: killing takes a
 * moment too.
 */
const LONGEST_MARGIN_MS = 1_000;

export interface Lease {
  /** When the work must have ended unless a beat is answered before (ms of `performance.now()`). */
  readonly until: number;
  /** Whether it is held for sure. */
  readonly isHeld: boolean;
  /** Tells progress with the next beat, which comes sooner for it. */
  progress(value: Json): void;
  /**
   * Asks the server now whether the lease is still held; resolves when it has answered or could not
   * be reached.
   */
  check(): Promise<void>;
  /** Ends the beats; resolves when none is under way. */
  release(): Promise<void>;
}

/**
 * Whether the caller no longer holds the job: its lease ran out, someone else ended it, or it is
 * not there at all.
 */
export function isLeaseLost(error: unknown): boolean {
  return error instanceof SwitchyardError && (error.has("lease_lost") || error.has("not_found"));
}

export interface LeaseOptions {
  client: Pick<Client, "heartbeat">;
  jobId: string;
  leaseToken: string;
  leaseMs: number;
  /**
   * When the lease was asked for (ms of `performance.now()`), so that it cannot have begun before.
   */
  askedAt: number;
  /**
   * Called once, when the lease is not held any more: the server says so, or its time is up without
   * an answer.
   */
  onLost: (error: SwitchyardError) => void;
  /** Called when `until` has moved. */
  onKept?: (until: number) => void;
  /** Called for a beat that failed otherwise; the next one tries again. */
  onTrouble?: (error: unknown) => void;
}

/**
 * Keeps a lease: a beat at every third of it, and whenever half of it is left.
 *
 * unknown (it was asked for so long ago that it may have run out: nothing may be started) -> held
 * (a beat was answered) -> held (another was) | lost (a beat was refused; or `until` has passed by
 * our own steady clock, as the server may then give the job to someone else) | released. It begins
 * as held when `askedAt` says so. `until` is counted from when the request was sent that the server
 * answered, never from the answer: so it passes here before the lease runs out there, however long
 * messages take.
 */
export function keepLease(options: LeaseOptions): Lease {
  const { client, jobId, leaseToken, leaseMs } = options;
  const every = Math.min(leaseMs / 3, LONGEST_BEAT_MS);
  const margin = Math.min(leaseMs / 10, LONGEST_MARGIN_MS);
  const stopped = new AbortController();
  let pending: { value: Json } | undefined;
  let timer: NodeJS.Timeout | undefined;
  let expiry: NodeJS.Timeout | undefined;
  let due = Number.POSITIVE_INFINITY;
  let lastBeat = performance.now();
  let failed = false;
  let until = options.askedAt + leaseMs - margin;
  let current: Promise<void> | undefined;

  const schedule = (wait: number) => {
    clearTimeout(timer);
    due = performance.now() + wait;
    timer = setTimeout(() => void beat(), wait);
  };
  const lose = (error: SwitchyardError) => {
    if (stopped.signal.aborted) return;
    stop();
    options.onLost(error);
  };
  const stop = () => {
    stopped.abort();
    clearTimeout(timer);
    clearTimeout(expiry);
  };
  const awaitExpiry = () => {
    clearTimeout(expiry);
    const left = until - performance.now();
    if (left > 0) expiry = setTimeout(() => lose(ranOut(leaseMs)), left);
  };

  /** One beat at a time; it reschedules the next. */
  function beat(): Promise<void> {
    clearTimeout(timer);
    due = Number.POSITIVE_INFINITY;
    current ??= send().finally(() => {
      current = undefined;
      if (!stopped.signal.aborted) schedule(nextWait());
    });
    return current;
  }

  /**
   * The server extends a lease of which less than half is left: the beat right then gives the
   * others the most time.
   */
  function nextWait(): number {
    if (pending || failed) return Math.min(SOON_MS, every);
    const toHalf = until + margin - leaseMs / 2 - performance.now();
    return Math.min(every, Math.max(toHalf + BEHIND_MS, leaseMs / 20));
  }

  async function send(): Promise<void> {
    const sent = performance.now();
    lastBeat = sent;
    failed = false;
    const latest = pending;
    pending = undefined;
    // A beat that hangs must not keep the next one from being tried.
    const control = {
      signal: stopped.signal,
      timeoutMs: Math.max(every, Math.min(SOON_MS, leaseMs / 2)),
      retry: { totalMs: every },
    };
    try {
      const receipt = await client.heartbeat({ jobId, leaseToken, ...(latest && { progress: latest.value }) }, control);
      const kept = sent + leftOf(receipt, leaseMs) - margin;
      if (kept <= until || stopped.signal.aborted) return;
      until = kept;
      awaitExpiry();
      options.onKept?.(until);
    } catch (error) {
      if (stopped.signal.aborted) return;
      if (isLeaseLost(error)) return lose(error as SwitchyardError);
      pending ??= latest;
      failed = true;
      options.onTrouble?.(error);
    }
  }

  schedule(every);
  awaitExpiry();
  return {
    get isHeld() {
      return !stopped.signal.aborted && until > performance.now();
    },
    get until() {
      return until;
    },
    progress(value) {
      pending = { value };
      const soon = Math.max(0, lastBeat + SOON_MS - performance.now());
      if (!current && !stopped.signal.aborted && performance.now() + soon < due) schedule(soon);
    },
    async check() {
      // One that is under way may have been answered before what gave reason to ask.
      await current;
      if (!stopped.signal.aborted) await beat();
    },
    async release() {
      stop();
      await current;
    },
  };
}

/**
 * How long the lease lasts (ms) from the moment the server took the heartbeat. A server that does
 * not say so extends it when under half is left.
 */
function leftOf(receipt: Receipt, leaseMs: number): number {
  const result = receipt.results[0];
  const at = typeof result === "object" && result !== null && "leaseExpiresAt" in result ? result.leaseExpiresAt : null;
  return typeof at === "string" ? Date.parse(at) - Date.parse(receipt.committedAt) : leaseMs / 2;
}

const ranOut = (leaseMs: number) =>
  new SwitchyardError(0, "lease_lost", `its lease of ${leaseMs} ms has run out while the server could not be reached`);
