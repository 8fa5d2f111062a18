import type { Json } from "../../domain/primitives.ts";
import type { ClaimedJob } from "../types.ts";
import type { StreamName } from "./output-queue.ts";

/** Why a job is stopped from outside, as the reason of its context's signal. */
export type StopReason = "timeout" | "lease_lost" | "worker_stopped";

/** What an adapter gets besides the job. */
export interface AdapterContext {
  /** Aborted when the work must end now; the adapter then kills what it started and answers as soon as that is gone. */
  signal: AbortSignal;
  /** Output as it comes: streamed to the log, its end kept in the attempt. */
  output(stream: StreamName, chunk: Uint8Array): void;
  /** How far the work is, shown to operators. */
  progress(value: Json): void;
}

/** How the work ended. Without `error` the job has completed. */
export interface AdapterOutcome {
  exitCode: number | null;
  /** Kept in the attempt beside `output` and `truncated`. */
  result?: { [key: string]: Json };
  error?: { message: string; code: string };
  /** Whether another try could help; true when left out. */
  retryable?: boolean;
}

/** Knows how to run one kind of tool. `name` is what a job's `tool` says. */
export interface Adapter {
  readonly name: string;
  run(job: ClaimedJob, context: AdapterContext): Promise<AdapterOutcome>;
}
