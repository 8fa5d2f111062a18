import { z } from "zod";
import { addBusy } from "../../agents/agent-row.ts";
import { releasePermit } from "../../agents/breaker/breaker-row.ts";
import { recordUpstreamEnd } from "../../agents/outcome.ts";
import { type ErrorInfo, id } from "../../kernel/primitives.ts";
import { isFinalJob, isFinalRun, isRetryableJob, type RunStatus } from "../../kernel/statuses.ts";
import { must, type Tx } from "../../kernel/tx.ts";
import type { Approval, Job, Run } from "../contract.ts";
import { openJobs, totalJobs } from "../contract.ts";
import { CASCADE_LIMIT } from "../limits.ts";
import { alertOfTimeout } from "../run-overdue.ts";
import { asksNoMore } from "../workstream-follow.ts";
import { attemptOutcome, closeAttempt } from "./attempt.ts";
import { countJob } from "./counts.ts";
import { closeGate, gateOf, passGate } from "./gate.ts";
import { emitJob, hasCancelledToken, putBack } from "./moves.ts";
import { DEPENDENCY_FAILED, restoreOf } from "./restore.ts";

/**
 * What one job's end does to others. A completed job releases those that waited for it; any other
 * end cancels them (`dependency_failed`), and so on down the chain, into other runs too. A run's
 * end cancels what is left of it. One commit releases or cancels at most `CASCADE_LIMIT` jobs each
 * way; the clock finds the rest and goes on in batches (`job.settle`).
 */

/** The clock's: what a cascade longer than its limit has left of this job. Not open to clients. */
export const jobSettle = z.strictObject({ type: z.literal("job.settle"), jobId: id });

/**
 * Goes on with a cascade where it stopped: does to this job what is due to it as things are now,
 * which may be nothing.
 */
export function settleJob(tx: Tx, m: z.infer<typeof jobSettle>): Job {
  const job = must(tx, "job", m.jobId);
  const run = must(tx, "run", job.runId);
  if (isFinalJob(job.status)) return job;
  if (isFinalRun(run.status)) cancelJob(tx, job, `run_${run.status}`);
  else if (job.status === "waiting" && verdictOn(tx, job)) {
    if (releaseOrCancel(tx, job.id) === "cancelled") settleAfter(tx, job.id);
  }
  return must(tx, "job", job.id);
}

/**
 * After a job's row has been put in a final status: releases or cancels its dependents, then
 * settles the runs that this concerns.
 */
export function settleAfter(tx: Tx, jobId: string): void {
  for (const runId of propagate(tx, [jobId])) settleRun(tx, runId);
}

/**
 * Tells the dependents of ended jobs, and theirs if they end by it. Answers the runs of all that
 * have ended.
 */
function propagate(tx: Tx, ended: string[]): Set<string> {
  const runs = new Set<string>();
  let left = CASCADE_LIMIT;
  // The list grows while it is walked.
  for (const jobId of ended) {
    const { runId, dependents } = must(tx, "job", jobId);
    runs.add(runId);
    for (const dependentId of left > 0 ? dependents : []) {
      const became = releaseOrCancel(tx, dependentId);
      if (became === "cancelled") ended.push(dependentId);
      if (became) left -= 1;
      if (left === 0) break;
    }
  }
  return runs;
}

/** The first job that this one depends on and that has ended without completing. */
export function failedDependency(tx: Tx, job: Readonly<Job>): Readonly<Job> | undefined {
  return job.dependsOn.map((parentId) => must(tx, "job", parentId)).find((parent) => isRetryableJob(parent.status));
}

function countUnmet(tx: Tx, job: Readonly<Job>): number {
  return job.dependsOn.filter((parentId) => must(tx, "job", parentId).status !== "completed").length;
}

type Verdict = "queued" | { reason: string; dependency?: string };

/**
 * What is due to a waiting job as its dependencies and its approval are now; undefined while it has
 * to wait.
 */
function verdictOn(tx: Tx, job: Readonly<Job>): Verdict | undefined {
  const run = must(tx, "run", job.runId);
  if (isFinalRun(run.status)) return { reason: `run_${run.status}` };
  const failed = failedDependency(tx, job);
  if (failed) return { reason: DEPENDENCY_FAILED, dependency: failed.id };
  const gate = gateOf(tx, job);
  if (gate === "rejected" || gate === "expired") return { reason: `approval_${gate}` };
  return gate === "open" && countUnmet(tx, job) === 0 ? "queued" : undefined;
}

/**
 * Looks at a waiting job's dependencies and its approval as they are now: queues it, cancels it, or
 * leaves it waiting.
 *
 * @param answered its approval has just been decided, so that it asks for it no more.
 */
export function releaseOrCancel(tx: Tx, jobId: string, answered = false): "queued" | "cancelled" | undefined {
  const job = tx.get("job", jobId);
  if (job?.status !== "waiting") return undefined;
  const verdict = verdictOn(tx, job);
  if (verdict === undefined) {
    const unmet = countUnmet(tx, job);
    if (unmet !== job.unmet) tx.put("job", { ...job, unmet, updatedAt: tx.at });
    if (answered) asksNoMore(tx, job);
    return undefined;
  }
  if (verdict !== "queued") {
    const { reason, ...more } = verdict;
    end(tx, job, reason, more, answered);
    return "cancelled";
  }
  passGate(tx, job);
  const runAt = job.runAt > tx.at ? job.runAt : tx.at;
  tx.put("job", { ...job, status: "queued", unmet: 0, runAt, queuedAt: tx.at, updatedAt: tx.at });
  countJob(tx, job, "waiting", "queued", answered ? -1 : 0);
  emitJob(tx, "job.released", must(tx, "job", jobId), {});
  return "queued";
}

/** Cancels a job that is not final, with what hangs on it. */
export function cancelJob(tx: Tx, job: Readonly<Job>, reason: string): void {
  end(tx, job, reason);
  settleAfter(tx, job.id);
}

/** Cancels what is left of a run that has ended, and what waited for that in other runs. */
export function cancelJobsOfRun(tx: Tx, runId: string, reason: string): void {
  const run = must(tx, "run", runId);
  if (openJobs(run.jobCounts) === 0) return;
  const ended: string[] = [];
  for (const jobId of tx.ids({ set: "jobs-of-run", runId, statuses: OPEN, limit: CASCADE_LIMIT })) {
    const job = must(tx, "job", jobId);
    if (isFinalJob(job.status)) continue;
    if (ended.length >= CASCADE_LIMIT) break;
    end(tx, job, reason);
    ended.push(jobId);
  }
  for (const other of propagate(tx, ended)) if (other !== runId) settleRun(tx, other);
}

/**
 * Cancels the open jobs that work for these tokens, all of them at once, and what waited for them.
 */
export function cancelJobsOfTokens(tx: Tx, runId: string, tokenIds: readonly string[], reason: string): void {
  if (tokenIds.length === 0 || openJobs(must(tx, "run", runId).jobCounts) === 0) return;
  const reached = new Set<string | null>(tokenIds);
  const ended: string[] = [];
  for (const jobId of tx.ids({ set: "jobs-of-run", runId, statuses: OPEN, limit: null, tokenIds })) {
    const job = must(tx, "job", jobId);
    if (isFinalJob(job.status) || !reached.has(job.tokenId)) continue;
    end(tx, job, reason);
    ended.push(jobId);
  }
  for (const concerned of propagate(tx, ended)) settleRun(tx, concerned);
}

/**
 * Puts the jobs of a run that did not complete back into the queue, all of them at once. One that
 * depends on a failed job of another run is cancelled again.
 */
export function retryJobsOfRun(tx: Tx, runId: string): void {
  const run = must(tx, "run", runId);
  const ids = tx.ids({ set: "jobs-of-run", runId, statuses: RETRYABLE, limit: null });
  for (const jobId of ids) {
    const job = must(tx, "job", jobId);
    if (!isRetryableJob(job.status) || hasCancelledToken(run, job.tokenId)) continue;
    requeueJob(tx, job, "run retried");
  }
  const ended = ids.filter((jobId) => releaseOrCancel(tx, jobId) === "cancelled");
  for (const concerned of propagate(tx, ended)) settleRun(tx, concerned);
}

const OPEN = ["waiting", "queued", "running"] as const;
const RETRYABLE = ["failed", "timed_out", "cancelled"] as const;

/**
 * Brings back the jobs that were cancelled because this one had not completed, unless another still
 * holds them, or their run has ended.
 */
export function restoreDependents(tx: Tx, jobId: string): void {
  const { comeBack } = restoreOf(jobId, {
    job: (id) => tx.get("job", id),
    run(id) {
      const run = must(tx, "run", id);
      return { status: run.status, tokenIsCancelled: (tokenId) => hasCancelledToken(run, tokenId) };
    },
  });
  for (const { jobId: id, by } of comeBack) putBack(tx, must(tx, "job", id), `${by} is retried`);
}

/**
 * Ends a run created with `completion: "auto"` when all its jobs are final: failed if any of them
 * did not complete.
 */
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
function end(tx: Tx, job: Readonly<Job>, reason: string, more: { dependency?: string } = {}, answered = false): void {
  const wasRunning = job.status === "running";
  const asked = answered || (job.status === "waiting" && gateOf(tx, job) === "pending");
  if (wasRunning) {
    const taken = closeAttempt(tx, job, "cancelled", { error: { message: reason, code: "cancelled" } });
    if (job.claimedBy) {
      addBusy(tx, job.claimedBy, -1, false);
      if (job.permitId) releasePermit(tx, job.claimedBy, job.permitId);
      recordUpstreamEnd(tx, attemptOutcome(job, job.claimedBy, taken, reason));
    }
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
  if (job.status === "waiting") closeGate(tx, job);
  countJob(tx, job, job.status, "cancelled", asked ? -1 : 0);
  emitJob(tx, "job.cancelled", must(tx, "job", job.id), { from: job.status, reason, ...more });
}

/** Moves a run, ending its jobs when it is final now. The move must be legal. */
export function moveRun(tx: Tx, run: Readonly<Run>, to: RunStatus, reason?: string, error?: ErrorInfo): Run {
  const final = isFinalRun(to);
  tx.put("run", {
    ...run,
    status: to,
    reason: reason ?? null,
    error: error ?? null,
    startedAt: run.startedAt ?? (to === "running" ? tx.at : null),
    finishedAt: final ? tx.at : null,
    updatedAt: tx.at,
    version: run.version + 1,
  });
  const payload = { from: run.status, to, reason: reason ?? null, error: error ?? null };
  tx.emit({ type: "run.transitioned", subject: { kind: "run", id: run.id }, runId: run.id, payload });
  if (to === "timed_out") alertOfTimeout(tx, run);
  if (final) {
    cancelJobsOfRun(tx, run.id, `run_${to}`);
    tx.unsettled.endedRuns.add(run.id);
  }
  return must(tx, "run", run.id);
}

/** The move itself, for `job.retry` and `run.retry`, with the jobs that come back with it. */
export function requeueJob(tx: Tx, job: Readonly<Job>, reason?: string): void {
  putBack(tx, job, reason);
  restoreDependents(tx, job.id);
}

/** Releases or cancels the job that waits for an approval which has been settled. */
export function approvalSettled(tx: Tx, approval: Readonly<Approval>): void {
  const job = approval.jobId === null ? undefined : tx.get("job", approval.jobId);
  if (job?.status !== "waiting" || job.approvalId !== approval.id) return;
  if (releaseOrCancel(tx, job.id, true) === "cancelled") settleAfter(tx, job.id);
}
