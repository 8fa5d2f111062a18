import { jobEndpoints } from "../domain/execution/job/endpoints.ts";
import { type AnswerOf, pathTo } from "../domain/kernel/endpoint.ts";
import type { Http } from "./core/http.ts";
import { newIdempotencyKey } from "./core/idempotency-key.ts";
import { SwitchyardError } from "./core/problem.ts";
import { DEFAULT_RETRY, REAL_TIMING, withRetry } from "./core/retry.ts";
import type { Client, ClientOptions } from "./types.ts";

/**
 * A claim waits for no longer than this at a time: less than any usual proxy allows an answer to
 * take.
 */
const LONGEST_WAIT_MS = 10_000;
const SHORTEST_WAIT_MS = 1_000;
/** How much longer than it waits a claim may take before its connection counts as dead. */
const SLACK_MS = 10_000;
/** An empty answer that comes so much early is from a server that stops. */
const EARLY_MS = 250;

/**
 * `Client.claim`. A long wait is several short ones under one Idempotency-Key, which makes a
 * repeated claim give the same jobs: an answer that was lost must not leave them leased to nobody.
 * Where something on the way cuts even short ones off, they are made shorter yet.
 */
export function createClaim(http: Http, options: ClientOptions): Client["claim"] {
  const { timing = REAL_TIMING } = options;
  let longest = LONGEST_WAIT_MS;

  return async ({ signal, retry, idempotencyKey = newIdempotencyKey(), ...request }) => {
    const policy = { ...DEFAULT_RETRY, ...options.retry, ...retry };
    const until = timing.now() + (request.waitMs ?? 0);
    let waitMs = 0;
    const ask = async () => {
      const asked = timing.now();
      waitMs = Math.min(longest, Math.max(0, Math.ceil(until - asked)));
      const body = request.waitMs === undefined ? request : { ...request, waitMs };
      const call = { body, idempotencyKey, signal, timeoutMs: waitMs + SLACK_MS, retry: { totalMs: 0 } };
      try {
        return await http.call<AnswerOf<typeof jobEndpoints.claim>>("POST", pathTo(jobEndpoints.claim), call);
      } catch (error) {
        longest = wasCutOff(error, timing.now() - asked)
          ? Math.max(SHORTEST_WAIT_MS, Math.floor((timing.now() - asked) / 2))
          : LONGEST_WAIT_MS;
        throw error;
      }
    };
    for (;;) {
      const asked = timing.now();
      const { jobs } = await withRetry(ask, policy, timing, signal);
      const now = timing.now();
      if (jobs.length > 0 || now >= until || now - asked < waitMs - EARLY_MS) return jobs;
    }
  };
}

/**
 * Whether a claim was waiting when it broke: a proxy's time was over. A server that is away breaks
 * at once.
 */
function wasCutOff(error: unknown, tookMs: number): boolean {
  return error instanceof SwitchyardError && error.retryable && error.code !== "timeout" && tookMs >= SHORTEST_WAIT_MS;
}
