import type { Json } from "../../domain/kernel/primitives.ts";
import type { ClaimedJob } from "../types.ts";
import type { StreamName } from "./output-queue.ts";

/** Why a job is stopped from outside, as the reason of its context's signal. */
export type StopReason = "timeout" | "lease_lost" | "worker_stopped";

/** A command to run. */
export interface Command {
  argv: readonly [string, ...string[]];
  cwd?: string;
  /** Added to the worker's own environment. */
  env?: { [name: string]: string };
  stdin?: string;
  /** It is killed after this time (ms), and its outcome says so. */
  timeoutMs?: number;
  /** Takes the output instead of the job's log. */
  onOutput?: (stream: StreamName, chunk: Uint8Array) => void;
}

/** What an adapter gets besides the job. */
export interface AdapterContext {
  /**
   * Aborted when the work must end now; the adapter then ends what it does and answers as soon as
   * it has.
   */
  signal: AbortSignal;
  /**
   * Runs a command in a process group of its own and answers how it ended; a failing one is an
   * answer, too. The group is killed when the signal is aborted, when the command exits and leaves
   * something running, and when the worker dies or hangs past its lease.
   */
  run(command: Command): Promise<AdapterOutcome>;
  /** Output as it comes: streamed to the log, its end kept in the attempt. */
  output(stream: StreamName, chunk: Uint8Array): void;
  /** How far the work is, shown to operators. */
  progress(value: Json): void;
  /** Files and folders to be removed if the worker dies before the answered function was called. */
  removeIfLost(paths: readonly string[]): () => void;
}

/** A file that the work has touched, as the path in its repository. */
export type TouchedFile = { path: string; status: "added" | "modified" | "deleted" | "renamed" };

/** How the work ended. Without `error` the job has completed. */
export interface AdapterOutcome {
  exitCode: number | null;
  /**
   * Kept in the attempt beside `output` and `truncated`. `files` ({path, status?} each) are shown
   * as what the work has touched.
   */
  result?: { [key: string]: Json };
  error?: { message: string; code: string };
  /** Whether another try could help; true when left out. */
  retryable?: boolean;
  /** The work was ended because its time was up: the attempt is reported as timed out. */
  timedOut?: true;
}

/**
 * Knows how to run one kind of tool. `name` is what a job's `tool` says. Input that cannot be meant
 * is thrown as `BadInput`, or any error with the code `bad_input`: the job fails and is not tried
 * again.
 */
export interface Adapter {
  readonly name: string;
  /** One line for people. */
  readonly about?: string;
  run(job: ClaimedJob, context: AdapterContext): Promise<AdapterOutcome>;
}
