import { randomUUID } from "node:crypto";
import { SwitchyardError } from "../core/problem.ts";
import { backoffMs, DEFAULT_RETRY, sleep } from "../core/retry.ts";
import type { ClaimedJob, ClaimRequest, Client } from "../types.ts";
import type { Adapter } from "./adapter.ts";
import { ADAPTERS, DEFAULT_ADAPTER } from "./adapters/index.ts";
import { followCancellations } from "./cancellations.ts";
import { Guard } from "./guard.ts";
import { runClaimedJob } from "./job-runner.ts";
import type { Log } from "./log.ts";

export interface WorkerOptions {
  client: Client;
  agentKey: string;
  capabilities: string[];
  queues?: string[] | undefined;
  slots: number;
  leaseMs: number;
  log: Log;
  adapters?: readonly Adapter[];
}

export interface Worker {
  /**
   * Resolves when it has stopped and nothing runs any more; rejects when the server does not take
   * its key.
   */
  done: Promise<void>;
  /** Stops claiming and lets running jobs finish, for `graceMs` at most. */
  stop(graceMs: number): void;
  /** Kills what runs and reports it as failed, to be tried again. */
  kill(): void;
}

/** How long the server may hold a claim open. */
const CLAIM_WAIT_MS = 20_000;
/** A server that stops answers waiting claims at once: not to be asked again at once. */
const TOO_SOON_MS = 250;
const AGENT_BEAT_MS = 10_000;
/** How long reporting the failures may take once everything was killed. */
const LAST_WORDS_MS = 3_000;

/**
 * Claims jobs up to its free slots and runs them side by side.
 *
 * working -> stopping (`stop`: no more claims, running jobs finish) -> killing (`kill`, or the
 * grace is over: children die, their jobs are reported as failed) -> stopped. A server that is away
 * is asked again with backoff in every state; what finished meanwhile is reported when it is back.
 */
export function startWorker(options: WorkerOptions): Worker {
  const { client, agentKey, capabilities, queues, slots, leaseMs, log } = options;
  const adapters = new Map((options.adapters ?? ADAPTERS).map((adapter) => [adapter.name, adapter]));
  const stopping = new AbortController();
  const killed = new AbortController();
  const gone = new AbortController();
  const over = new AbortController();
  const running = new Set<Promise<void>>();
  /** By job: makes it ask whether it is still ours. */
  const checks = new Map<string, () => void>();
  const guard = new Guard(log);
  /** Wakes the claim loop: a slot has come free, or it is to stop. */
  let wake = () => {};
  const timers: NodeJS.Timeout[] = [];

  const adapterOf = (tool: string | null) =>
    tool === null
      ? (adapters.get(DEFAULT_ADAPTER.name) ?? DEFAULT_ADAPTER)
      : (adapters.get(tool) ?? `no adapter for tool "${tool}"; this worker has: ${[...adapters.keys()].join(", ")}`);

  const onRunning = ({ jobId }: ClaimedJob, check: () => void) => {
    checks.set(jobId, check);
    return () => {
      if (checks.get(jobId) === check) checks.delete(jobId);
    };
  };

  let isReady = false;
  const reach = patiently(stopping.signal, log, () => !isReady);
  const register = () =>
    reach(() =>
      client.commit([{ type: "agent.register", agentKey, capabilities, capacity: slots }], {
        signal: stopping.signal,
        retry: ONCE,
      }),
    );

  async function claimForever(): Promise<void> {
    await register();
    if (stopping.signal.aborted) return;
    isReady = true;
    log(
      `ready: agent ${agentKey}, ${slots} ${slots === 1 ? "slot" : "slots"}, ${capabilities.join(", ") || "no capabilities"}`,
    );
    const beat = setInterval(() => void beatAgent(), AGENT_BEAT_MS);
    timers.push(beat);
    void followCancellations({
      client,
      log,
      signal: over.signal,
      onCancelled: (jobId) => checks.get(jobId)?.(),
      onFollowing: () => {
        for (const check of checks.values()) check();
      },
    });
    while (!stopping.signal.aborted) {
      if (running.size >= slots) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      const request = {
        agentKey,
        capabilities,
        ...(queues && { queues }),
        max: slots - running.size,
        leaseMs,
        waitMs: CLAIM_WAIT_MS,
        // The same claim until it is answered: jobs whose answer was lost with the server are still
        // ours.
        idempotencyKey: randomUUID(),
      };
      const asked = performance.now();
      const answered = await reach(() => client.claim({ ...request, signal: stopping.signal, retry: ONCE }));
      // Asked to stop while the server may have been giving us jobs: those are ours, and nobody
      // else would run them.
      const jobs = answered ?? (await lastClaim(request));
      if (!jobs?.length && performance.now() - asked < TOO_SOON_MS)
        await sleep(TOO_SOON_MS, stopping.signal).catch(() => undefined);
      for (const job of jobs ?? []) {
        const deps = { client, adapterOf, guard, log, leaseMs, onRunning, killed: killed.signal, gone: gone.signal };
        const run = runClaimedJob({ ...deps, askedAt: asked }, job).finally(() => {
          running.delete(run);
          wake();
        });
        running.add(run);
      }
    }
  }

  /** What a claim that was given up has yielded, asked without waiting. */
  async function lastClaim(request: ClaimRequest): Promise<ClaimedJob[]> {
    const signal = AbortSignal.timeout(LAST_WORDS_MS);
    return client.claim({ ...request, waitMs: 1, signal, retry: ONCE }).catch(() => []);
  }

  async function beatAgent(): Promise<void> {
    try {
      await client.commit([{ type: "agent.heartbeat", agentKey, busy: running.size }], {
        signal: gone.signal,
        retry: ONCE,
      });
    } catch (error) {
      // Another database than before: nobody knows this agent there.
      if (error instanceof SwitchyardError && error.has("not_found")) await register().catch(() => undefined);
    }
  }

  async function work(): Promise<void> {
    try {
      await claimForever();
      while (running.size > 0) await Promise.race(running);
      await client
        .commit([{ type: "agent.heartbeat", agentKey, busy: 0 }], { signal: gone.signal, retry: { totalMs: 1_000 } })
        .catch(() => undefined);
    } catch (error) {
      kill();
      await Promise.all(running);
      throw error;
    } finally {
      for (const timer of timers) clearTimeout(timer);
      over.abort();
      guard.close();
    }
  }

  function stop(graceMs: number): void {
    if (stopping.signal.aborted) return;
    stopping.abort();
    wake();
    log(running.size > 0 ? `stopping: ${running.size} running, up to ${graceMs} ms to finish` : "stopping");
    timers.push(setTimeout(kill, graceMs));
  }

  function kill(): void {
    if (killed.signal.aborted) return;
    stopping.abort();
    wake();
    if (running.size > 0) log(`killing ${running.size} running`);
    killed.abort();
    timers.push(setTimeout(() => gone.abort(), LAST_WORDS_MS));
  }

  return { done: work(), stop, kill };
}

const ONCE = { totalMs: 0 };

/**
 * Calls until it is answered; logs once that the server is away and once that it is back. Undefined
 * when the signal ends it. Throws when the server does not take the key, and while the worker is
 * `starting` anything else it refuses; later a refusal ends no work that goes on.
 */
function patiently(signal: AbortSignal, log: Log, starting: () => boolean) {
  let failures = 0;
  return async <T>(call: () => Promise<T>): Promise<T | undefined> => {
    while (!signal.aborted) {
      try {
        const answer = await call();
        if (failures > 0) log("the server is back");
        failures = 0;
        return answer;
      } catch (error) {
        if (signal.aborted) return undefined;
        if (!(error instanceof SwitchyardError)) throw error;
        const isKeyRefused = error.status === 401 || error.status === 403;
        if (!error.retryable && (isKeyRefused || starting())) throw error;
        failures += 1;
        if (failures === 1) log(`the server is away, trying again: ${error.message}`);
        await sleep(backoffMs(DEFAULT_RETRY, failures, Math.random, error.retryAfterMs), signal).catch(() => undefined);
      }
    }
    return undefined;
  };
}
