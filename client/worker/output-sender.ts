import type { ClientMutationInput } from "../../domain/commit/mutations.ts";
import type { ClaimedJob, Client } from "../types.ts";
import { OutputQueue, type StreamName } from "./output-queue.ts";
import { persist } from "./persist.ts";

/** At most four commits of output per second and job. */
const FLUSH_EVERY_MS = 250;

export interface OutputSender {
  push(stream: StreamName, text: string): void;
  /**
   * Stops sending; resolves, once nothing is under way, with what is left, to go into the commit
   * that ends the job.
   */
  finish(): Promise<ClientMutationInput[]>;
  /** Stops sending and forgets the rest: the lease is lost. */
  abandon(): void;
}

/**
 * Sends a job's output as `x.job.output` events, batched, one commit at a time so that the order
 * holds.
 */
export function createOutputSender(
  client: Pick<Client, "commit">,
  job: ClaimedJob,
  onTrouble: (error: unknown) => void,
): OutputSender {
  const queue = new OutputQueue();
  const ended = new AbortController();
  let state: "open" | "finished" = "open";
  let timer: NodeJS.Timeout | undefined;
  let lastFlush = Number.NEGATIVE_INFINITY;
  let current: Promise<void> | undefined;

  const toMutations = (pieces: ReturnType<OutputQueue["take"]>): ClientMutationInput[] =>
    pieces.map((piece) => ({
      type: "event.append",
      eventType: "x.job.output",
      subject: { kind: "job", id: job.jobId },
      runId: job.runId,
      payload: { attempt: job.attempt, ...piece },
    }));
  const at = () => new Date().toISOString();

  function schedule(): void {
    if (state !== "open" || timer || current || queue.isEmpty) return;
    const wait = Math.max(0, lastFlush + FLUSH_EVERY_MS - performance.now());
    timer = setTimeout(() => {
      timer = undefined;
      current = flush().finally(() => {
        current = undefined;
        schedule();
      });
    }, wait);
  }

  async function flush(): Promise<void> {
    lastFlush = performance.now();
    const mutations = toMutations(queue.take(lastFlush, at()));
    if (mutations.length === 0) return;
    try {
      await persist(client, mutations, ended.signal);
    } catch (error) {
      if (!ended.signal.aborted) onTrouble(error);
    }
  }

  return {
    push(stream, text) {
      if (state !== "open") return;
      queue.push(stream, text, at());
      schedule();
    },
    async finish() {
      state = "finished";
      clearTimeout(timer);
      await current;
      return toMutations(queue.takeLast(performance.now(), at()));
    },
    abandon() {
      state = "finished";
      clearTimeout(timer);
      ended.abort();
    },
  };
}
