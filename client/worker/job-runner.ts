import type { ClientMutationInput } from "../../domain/commit/mutations.ts";
import type { Json } from "../../domain/kernel/primitives.ts";
import { SwitchyardError } from "../core/problem.ts";
import { sleep } from "../core/retry.ts";
import { isLeaseLost, keepLease, type Lease } from "../lease.ts";
import { storableText } from "../storable.ts";
import type { ClaimedJob, Client } from "../types.ts";
import type { Adapter, AdapterContext, AdapterOutcome, StopReason } from "./adapter.ts";
import type { Guard } from "./guard.ts";
import { type Log, messageOf } from "./log.ts";
import type { StreamName } from "./output-queue.ts";
import { createOutputSender } from "./output-sender.ts";
import { OutputDecoder, Tail } from "./output-text.ts";
import { persist } from "./persist.ts";
import { runProcess } from "./process.ts";

/** What of a job's output its attempt keeps. */
const TAIL_BYTES = 16 * 1024;
const ASK_AGAIN_MS = 250;
const NOT_BEGUN: AdapterOutcome = { exitCode: null, error: { message: "it was never begun", code: "killed" } };

export interface RunnerDeps {
  client: Pick<Client, "commit" | "heartbeat">;
  adapterOf: (tool: string | null) => Adapter | string;
  guard: Guard;
  log: Log;
  leaseMs: number;
  /** When the claim was sent (ms of `performance.now()`). */
  askedAt: number;
  /**
   * Takes the way to make the job ask at once whether it is still ours; answers how to take it
   * back.
   */
  onRunning: (job: ClaimedJob, check: () => void) => () => void;
  /** Kills what runs, and reports it as failed. */
  killed: AbortSignal;
  /** Gives up reporting to the server. */
  gone: AbortSignal;
}

/**
 * Runs one claimed job to its end and reports to the server how it went.
 *
 * confirming (only when the claim's answer may be old: nothing starts before the server has said
 * that the lease is held) -> running -> stopped (its time is up, the lease is lost, the worker has
 * to stop now: the adapter ends what it started) or ended by itself; then delivering: the last
 * output and the result in one commit, until it is answered. A lost lease drops the result: the job
 * is someone else's by then. Never throws.
 */
export async function runClaimedJob(deps: RunnerDeps, job: ClaimedJob): Promise<void> {
  const { client, leaseMs, askedAt } = deps;
  const name = `${job.jobId}#${job.attempt}`;
  const log = (line: string) => deps.log(`job ${name} ${line}`);
  const stop = new AbortController();
  const stopFor = (reason: StopReason) => {
    if (!stop.signal.aborted) stop.abort(reason);
  };
  const { jobId, leaseToken } = job;
  let lostBy = "its time had run out";
  const watch = deps.guard.watch(askedAt + leaseMs);
  const lease = keepLease({
    client,
    jobId,
    leaseToken,
    leaseMs,
    askedAt,
    onKept: watch.keep,
    onLost(error) {
      lostBy = error.message;
      stopFor("lease_lost");
    },
  });
  watch.keep(lease.until);
  const forget = deps.onRunning(job, () => void lease.check());
  const onKill = () => stopFor("worker_stopped");
  deps.killed.addEventListener("abort", onKill, { once: true });
  if (deps.killed.aborted) onKill();
  if (performance.now() - askedAt > leaseMs / 2) await confirm(lease, stop.signal);

  const started = performance.now();
  const tail = new Tail(TAIL_BYTES);
  const sender = createOutputSender(client, job, (error) => log(`could not send output: ${messageOf(error)}`));
  const timer = job.timeoutMs === null ? undefined : setTimeout(() => stopFor("timeout"), job.timeoutMs);
  deps.gone.addEventListener("abort", sender.abandon, { once: true });

  if (!stop.signal.aborted) log(`started  ${job.tool ?? "shell"}  ${job.step ?? ""}`);
  const decoders = { stdout: new OutputDecoder(), stderr: new OutputDecoder() };
  const emit = (stream: StreamName, text: string) => {
    tail.push(text);
    sender.push(stream, text);
  };
  const output = (stream: StreamName, chunk: Uint8Array) => emit(stream, decoders[stream].write(chunk));
  const context: AdapterContext = {
    signal: stop.signal,
    progress: lease.progress,
    output,
    removeIfLost: watch.removeIfLost,
    run: (command) => runProcess(command, { signal: stop.signal, output, hold: watch.hold }),
  };
  const outcome = stop.signal.aborted ? NOT_BEGUN : await runAdapter(deps.adapterOf(job.tool), job, context);
  const durationMs = Math.round(performance.now() - started);
  // The guard is not always slower than our own clock, which may have stood still.
  if (outcome.error && !lease.isHeld) stopFor("lease_lost");
  watch.close();
  clearTimeout(timer);
  deps.killed.removeEventListener("abort", onKill);
  emit("stdout", decoders.stdout.end());
  emit("stderr", decoders.stderr.end());

  // Only a stop that ended the work counts: one that came while a finished process was being
  // collected changes nothing.
  const reason = outcome.error ? (stop.signal.reason as StopReason | undefined) : undefined;
  const result = { ...outcome.result, ...tail.read() };
  const end = { jobId, leaseToken, durationMs, ...(outcome.exitCode !== null && { exitCode: outcome.exitCode }) };
  try {
    if (stop.signal.reason === "lease_lost") {
      sender.abandon();
      return log(`dropped after ${durationMs} ms: its lease was lost (${lostBy})`);
    }
    const refusal = await deliver(deps, [...(await sender.finish()), endOf(end, outcome, reason, result)], end);
    if (refusal !== undefined) return log(`failed after ${durationMs} ms: ${refusal}`);
    log(`${reason ?? (outcome.error ? outcome.error.message : "completed")} after ${durationMs} ms`);
  } catch (error) {
    if (isLeaseLost(error)) log(`result dropped: ${messageOf(error)}`);
    else log(`result could not be reported: ${messageOf(error)}`);
  } finally {
    forget();
    deps.gone.removeEventListener("abort", sender.abandon);
    await lease.release();
  }
}

/**
 * Asks until the server has said whether the lease is held; one that is for sure is asked about
 * once.
 */
async function confirm(lease: Lease, signal: AbortSignal): Promise<void> {
  await lease.check();
  while (!lease.isHeld && !signal.aborted) {
    await sleep(ASK_AGAIN_MS, signal).catch(() => undefined);
    await lease.check();
  }
}

type End = { jobId: string; leaseToken: string; durationMs: number; exitCode?: number };

/** The mutation that says how the attempt ended. */
function endOf(end: End, outcome: AdapterOutcome, reason: StopReason | undefined, result: Json): ClientMutationInput {
  if (reason === "timeout" || (outcome.timedOut && !reason)) return { type: "job.timeout", ...end, result };
  if (reason === "worker_stopped") {
    return { type: "job.fail", ...end, result, error: { message: "the worker was stopped", code: "worker_stopped" } };
  }
  if (!outcome.error) return { type: "job.complete", ...end, result };
  const { message, code } = outcome.error;
  const error = { message: storableText(message), code: storableText(code) };
  return { type: "job.fail", ...end, result, error, retryable: outcome.retryable ?? true };
}

/**
 * Reports the end. When the server refuses the report (not the lease), the job fails for that, so
 * that it does not run for ever. Answers why it was refused, if it was.
 */
async function deliver(deps: RunnerDeps, mutations: ClientMutationInput[], end: End): Promise<string | undefined> {
  try {
    await persist(deps.client, mutations, deps.gone);
    return undefined;
  } catch (error) {
    if (!(error instanceof SwitchyardError) || error.retryable || isLeaseLost(error)) throw error;
    const refused = { message: storableText(`the result was refused: ${error.message}`), code: "result_refused" };
    await persist(deps.client, [{ type: "job.fail", ...end, error: refused, retryable: false }], deps.gone);
    return refused.message;
  }
}

/** Runs the adapter; what it throws is an outcome, too. */
export async function runAdapter(
  adapter: Adapter | string,
  job: ClaimedJob,
  context: AdapterContext,
): Promise<AdapterOutcome> {
  if (typeof adapter === "string") {
    return { exitCode: null, error: { message: adapter, code: "unknown_tool" }, retryable: false };
  }
  try {
    return await adapter.run(job, context);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "bad_input") {
      return { exitCode: null, error: { message: error.message, code: "bad_input" }, retryable: false };
    }
    return {
      exitCode: null,
      error: { message: `adapter ${adapter.name}: ${messageOf(error)}`, code: "adapter_error" },
    };
  }
}
