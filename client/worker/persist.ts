import { randomUUID } from "node:crypto";
import type { ClientMutationInput } from "../../domain/commit/mutations.ts";
import { DAY_MS } from "../../domain/kernel/time.ts";
import { SwitchyardError } from "../core/problem.ts";
import { backoffMs, DEFAULT_RETRY, sleep } from "../core/retry.ts";
import type { Client } from "../types.ts";

const ONE_DAY = { totalMs: DAY_MS };

/**
 * Commits until the server has taken or refused it, or the signal ends it: what a job has yielded
 * must survive a server that is away, and one that fails for a moment (500), which says nothing
 * about what was sent. One Idempotency-Key for all tries.
 */
export async function persist(
  client: Pick<Client, "commit">,
  mutations: ClientMutationInput[],
  signal: AbortSignal,
): Promise<void> {
  const idempotencyKey = randomUUID();
  for (let failures = 1; ; failures += 1) {
    try {
      await client.commit(mutations, { idempotencyKey, signal, retry: ONE_DAY });
      return;
    } catch (error) {
      if (!(error instanceof SwitchyardError) || error.status < 500) throw error;
      await sleep(backoffMs(DEFAULT_RETRY, failures, Math.random, error.retryAfterMs), signal);
    }
  }
}
