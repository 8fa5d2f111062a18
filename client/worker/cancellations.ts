import { SwitchyardError } from "../core/problem.ts";
import { backoffMs, DEFAULT_RETRY, sleep } from "../core/retry.ts";
import type { Client } from "../types.ts";
import type { Log } from "./log.ts";

export interface CancellationOptions {
  client: Pick<Client, "tail">;
  /** A job was cancelled, says the log. */
  onCancelled: (jobId: string) => void;
  /** The log is followed from here on: what happened before may have been missed. */
  onFollowing: () => void;
  log: Log;
  signal: AbortSignal;
}

/**
 * Follows the cancellations in the log until the signal is aborted, so that a cancelled job ends at
 * once. Only a hint: each job asks the server itself then, and does so with every heartbeat anyway,
 * so nothing is lost while this cannot connect. Never throws.
 */
export async function followCancellations(options: CancellationOptions): Promise<void> {
  const { client, signal } = options;
  let lost = false;
  let failures = 0;
  const onOpen = () => {
    if (lost) options.log("follows cancellations again");
    lost = false;
    failures = 0;
    options.onFollowing();
  };
  const onLost = (error: unknown) => {
    if (!lost) options.log(`cancellations are seen with heartbeats only for now: ${String(error)}`);
    lost = true;
  };
  while (!signal.aborted) {
    try {
      for await (const event of client.tail({ types: ["job.cancelled"], signal, onOpen, onLost })) {
        options.onCancelled(event.subject.id);
      }
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      onLost(error);
      const after = error instanceof SwitchyardError ? error.retryAfterMs : undefined;
      await sleep(backoffMs(DEFAULT_RETRY, failures, Math.random, after), signal).catch(() => undefined);
    }
  }
}
