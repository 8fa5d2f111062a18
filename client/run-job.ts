import type { ErrorInfo, Json } from "../domain/kernel/primitives.ts";
import { DAY_MS } from "../domain/kernel/time.ts";
import { SwitchyardError } from "./core/problem.ts";
import { isLeaseLost, keepLease } from "./lease.ts";
import { storableText, thrownText } from "./storable.ts";
import type { Client, JobEnd, JobWithAttempts, RunJobContext, RunJobRequest } from "./types.ts";

type JobCalls = Pick<Client, "commit" | "getJob" | "heartbeat" | "complete" | "fail" | "timeOut">;
type Work = (job: JobWithAttempts, context: RunJobContext) => Promise<Json | undefined> | Json | undefined;

const DEFAULT_LEASE_MS = 30_000;
/** As long as one try of a call takes at most. */
const LAST_TRY_MS = 15_000;

/** See `Client.runJob`. */
export async function runJob(client: JobCalls, request: RunJobRequest, work: Work): Promise<JobWithAttempts> {
  const { jobId, agentKey, leaseMs = DEFAULT_LEASE_MS, signal: outer, retry } = request;
  const control = { ...(outer && { signal: outer }), ...(retry && { retry }) };
  const askedAt = performance.now();
  const receipt = await client.commit([{ type: "job.start", jobId, agentKey, leaseMs }], control);
  const { attempt, leaseToken } = receipt.results[0] as { attempt: number; leaseToken: string };

  const stop = new AbortController();
  const lost = new AbortController();
  let giveUp: NodeJS.Timeout | undefined;
  const started = performance.now();
  const onLost = (error: SwitchyardError) => {
    // A try that is under way may still be answered, and the server knows better than our clock.
    giveUp = setTimeout(() => lost.abort(error), LAST_TRY_MS);
    stop.abort(error);
  };
  const lease = keepLease({ client, jobId, leaseToken, leaseMs, askedAt, onLost });
  const follow = () => stop.abort(outer?.reason);
  outer?.addEventListener("abort", follow, { once: true });
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new SwitchyardError(0, "job_timeout", `job ${jobId} had no result in time`);

  // The report of the end must reach the server even when the caller's signal ended the work.
  const end = (): JobEnd => ({ jobId, leaseToken, durationMs: Math.round(performance.now() - started) });
  // A server that is away takes nothing from the result: it is sent again for as long as the lease
  // is held.
  const report = retry ? { retry } : { retry: { totalMs: DAY_MS }, signal: lost.signal };
  const afterwards = retry ? { retry } : {};
  let isTelling = false;
  const isRefusal = (error: unknown): error is SwitchyardError =>
    isTelling && error instanceof SwitchyardError && !error.retryable;
  try {
    const job = await client.getJob(jobId, control);
    if (job.timeoutMs !== null) timer = setTimeout(() => stop.abort(timeUp), job.timeoutMs);
    const context = { attempt, signal: stop.signal, progress: lease.progress };
    const result = await Promise.race([Promise.resolve().then(() => work(job, context)), rejection(stop.signal)]);
    isTelling = true;
    await client.complete({ ...end(), ...(result !== undefined && { result }) }, report).catch(notRefused);
  } catch (error) {
    if (isLeaseLost(error) || error instanceof Undelivered) throw error instanceof Undelivered ? error.cause : error;
    if (error === timeUp) await client.timeOut(end(), report);
    else if (isRefusal(error)) {
      // What cannot be kept now cannot be kept by another try either.
      const message = storableText(`the result was refused: ${error.message}`);
      await client.fail({ ...end(), error: { message, code: "result_refused" }, retryable: false }, report);
    } else await client.fail({ ...end(), error: toErrorInfo(error), retryable: isRetryable(error) }, report);
  } finally {
    clearTimeout(timer);
    clearTimeout(giveUp);
    outer?.removeEventListener("abort", follow);
    await lease.release();
  }
  return client.getJob(jobId, afterwards);
}

/** The job is done but the report did not get through: no reason to call the job failed. */
class Undelivered extends Error {}

/** Passes on a refusal of the result, which the job fails for. */
function notRefused(error: unknown): never {
  throw error instanceof SwitchyardError && error.retryable ? new Undelivered("undelivered", { cause: error }) : error;
}

/** Rejects when the signal is aborted, so that work which does not listen cannot hold its job. */
function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/** The storable form of a thrown value. */
function toErrorInfo(error: unknown): ErrorInfo {
  const message = thrownText(error);
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
  return code === undefined ? { message } : { message, code: storableText(code) };
}

function isRetryable(error: unknown): boolean {
  return !(typeof error === "object" && error !== null && "retryable" in error && error.retryable === false);
}
