import { addBusy } from "./agent.ts";
import { closeAttempt } from "./attempt.ts";
import { releasePermit } from "./breaker.ts";
import { emitJob, type Job, requeueJob } from "./job.ts";
import { countJob, openJobs, totalJobs } from "./job-counts.ts";
import { moveRun } from "./run.ts";
import { isFinalJob, isFinalRun, isRetryableJob } from "./statuses.ts";
import { must, type Tx } from "./tx.ts";

/**
 * What one job's end does to others. A completed job releases those that waited for it; any other end cancels them
 * (`dependency_failed`), and so on down the chain. A run's end cancels what is left of it. One commit moves at most `CASCADE_LIMIT`
 * rows; the clock finds the rest and goes on in batches.
 */
export const CASCADE_LIMIT = 500;

/** Why a job was cancelled when one it depends on did not complete. */
export const DEPENDENCY_FAILED = "dependency_failed";

/** After a job's row has been put in a final status: releases or cancels its dependents, then settles its run. */
export function afterFinish(tx: Tx, jobId: string): void {
  const todo = [jobId];
  for (let moved = 0; todo.length > 0 && moved < CASCADE_LIMIT; moved += 1) {
    const done = must(tx, "job", todo.shift() as string);
    for (const dependentId of done.dependents) {
      if (releaseOrCancel(tx, dependentId) === "cancelled") todo.push(dependentId);
    }
  }
  settleRun(tx, must(tx, "job", jobId).runId);
}

/** Looks at a waiting job's dependencies as they are now: queues it, cancels it, or leaves it waiting. */
export function releaseOrCancel(tx: Tx, jobId: string): "queued" | "cancelled" | undefined {
  const job = tx.get("job", jobId);
  if (job?.status !== "waiting") return undefined;
  const parents = job.dependsOn.map((parentId) => must(tx, "job", parentId));
  const failed = parents.find((parent) => isFinalJob(parent.status) && parent.status !== "completed");
  if (failed) {
    end(tx, job, DEPENDENCY_FAILED, { dependency: failed.id });
    return "cancelled";
  }
  const unmet = parents.filter((parent) => parent.status !== "completed").length;
  if (unmet > 0) {
    if (unmet !== job.unmet) tx.put("job", { ...job, unmet, updatedAt: tx.at });
    return undefined;
  }
  const runAt = job.runAt > tx.at ? job.runAt : tx.at;
  tx.put("job", { ...job, status: "queued", unmet: 0, runAt, queuedAt: tx.at, updatedAt: tx.at });
  countJob(tx, job, "waiting", "queued");
  emitJob(tx, "job.released", must(tx, "job", jobId));
  return "queued";
}

/** Cancels a job that is not final, with what hangs on it. */
export function cancelJob(tx: Tx, job: Readonly<Job>, reason: string): void {
  end(tx, job, reason);
  afterFinish(tx, job.id);
}

/** Cancels what is left of a run that has ended. */
export function cancelJobsOfRun(tx: Tx, runId: string, reason: string): void {
  const run = must(tx, "run", runId);
  if (openJobs(run.jobCounts) === 0) return;
  let moved = 0;
  for (const jobId of tx.ids({ set: "jobs-of-run", runId })) {
    const job = must(tx, "job", jobId);
    if (isFinalJob(job.status)) continue;
    if (moved >= CASCADE_LIMIT) break;
    end(tx, job, reason);
    moved += 1;
  }
}

/** Puts the jobs of a run that did not complete back into the queue. */
export function retryJobsOfRun(tx: Tx, runId: string): void {
  let moved = 0;
  for (const jobId of tx.ids({ set: "jobs-of-run", runId })) {
    const job = must(tx, "job", jobId);
    if (!isRetryableJob(job.status) || moved >= CASCADE_LIMIT) continue;
    requeueJob(tx, job, "run retried");
    moved += 1;
  }
}

/** Brings back the jobs that were cancelled because this one had not completed. */
export function restoreDependents(tx: Tx, jobId: string): void {
  for (const dependentId of must(tx, "job", jobId).dependents) {
    const job = tx.get("job", dependentId);
    if (job?.status === "cancelled" && job.reason === DEPENDENCY_FAILED) requeueJob(tx, job, `${jobId} is retried`);
  }
}

/** Ends a run created with `completion: "auto"` when all its jobs are final: failed if any of them did not complete. */
function settleRun(tx: Tx, runId: string): void {
  const run = must(tx, "run", runId);
  const { jobCounts } = run;
  if (run.completion !== "auto" || isFinalRun(run.status)) return;
  if (totalJobs(jobCounts) === 0 || openJobs(jobCounts) > 0) return;
  const bad = totalJobs(jobCounts) - jobCounts.completed;
  if (bad === 0 && run.status === "running") moveRun(tx, run, "completed", "all jobs completed");
  else if (bad === 0 && run.status === "blocked")
    moveRun(tx, moveRun(tx, run, "running", "its jobs went on"), "completed", "all jobs completed");
  else moveRun(tx, run, "failed", `${bad} of ${totalJobs(jobCounts)} jobs did not complete`);
}

/** The row's move to cancelled, without its consequences for others. */
function end(tx: Tx, job: Readonly<Job>, reason: string, more: { [key: string]: unknown } = {}): void {
  const wasRunning = job.status === "running";
  if (wasRunning) {
    closeAttempt(tx, job, "cancelled", { error: { message: reason, code: "cancelled" } });
    if (job.claimedBy) addBusy(tx, job.claimedBy, -1);
    if (job.claimedBy && job.permitId) releasePermit(tx, job.claimedBy, job.permitId);
  }
  tx.put("job", {
    ...job,
    status: "cancelled",
    reason,
    leaseToken: null,
    leaseExpiresAt: null,
    timeoutAt: null,
    permitId: null,
    finishedAt: tx.at,
    updatedAt: tx.at,
  });
  countJob(tx, job, job.status, "cancelled");
  emitJob(tx, "job.cancelled", must(tx, "job", job.id), { from: job.status, reason, ...more });
}
