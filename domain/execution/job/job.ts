import { z } from "zod";
import { id, int32, json, keptMs, label, newId, text, time } from "../../kernel/primitives.ts";
import { isFinalJob, isFinalRun, isRetryableJob, type JobStatus } from "../../kernel/statuses.ts";
import { must, mustBeNew, Refusal, type Tx } from "../../kernel/tx.ts";
import { openApproval } from "../approval-moves.ts";
import type { Job, Run } from "../contract.ts";
import { mapId } from "../state/execution-state.ts";
import { mustHaveToken } from "../state/token.ts";
import { cancelJob, failedDependency, releaseOrCancel, requeueJob, settleAfter } from "./cascade.ts";
import { countJob } from "./counts.ts";
import { emitJob, hasCancelledToken } from "./moves.ts";

/**
 * A job: one step's execution inside a run.
 *
 * waiting → queued when the last job it depends on has completed and its approval, if it has one,
 * is given (`gate.ts`); waiting → cancelled when one of them ended otherwise, or the approval was
 * refused. queued → running by a claim or a start, which opens an attempt; queued → cancelled,
 * timed_out. running → completed, failed, timed_out, cancelled; or back to queued, later by its
 * backoff, when the attempt failed and there are attempts left: the attempt is recorded as failed,
 * the job never passes through `failed`. When there are none left it is escalated, if it asks for
 * that, once in its life: to queued, for another agent alone, or to waiting, for a human's
 * approval; both with all its attempts anew. failed, timed_out, cancelled → queued by `job.retry`
 * alone.
 */

const approvalAsk = z.strictObject({ title: label, detail: text.optional() });

export const jobEnqueue = z.strictObject({
  type: z.literal("job.enqueue"),
  jobId: newId,
  runId: id,
  workstreamId: id.optional(),
  step: label.optional(),
  tool: label.optional(),
  queue: id.optional(),
  capability: label.optional(),
  agentKey: id.optional(),
  priority: int32.optional(),
  runAt: time.optional(),
  dependsOn: z.array(id).max(100).optional(),
  maxAttempts: z.int().min(1).max(100).optional(),
  backoffMs: keptMs.optional(),
  timeoutMs: keptMs.positive().optional(),
  input: json.optional(),
  /** It does not start before a human has approved it. */
  approval: approvalAsk.optional(),
  /** The token of its run that it works for. */
  tokenId: mapId.optional(),
  /** After its last attempt: once more by another agent, or when a human has approved it. */
  escalate: z.union([z.strictObject({ agentKey: id }), z.strictObject({ approval: approvalAsk })]).optional(),
});

export const jobCancel = z.strictObject({ type: z.literal("job.cancel"), jobId: id, reason: text.optional() });
export const jobRetry = z.strictObject({ type: z.literal("job.retry"), jobId: id, reason: text.optional() });

/**
 * Refuses a job that names an unknown run, workstream, token or dependency, a run that has ended, a
 * token that is cancelled. Agents are not asked for: they exist from their first act.
 */
export function enqueueJob(tx: Tx, m: z.infer<typeof jobEnqueue>): Job {
  const run = must(tx, "run", m.runId);
  if (isFinalRun(run.status)) {
    throw new Refusal("run_is_final", `run ${run.id} is ${run.status}: nothing can be enqueued on it`);
  }
  const jobId = m.jobId ?? tx.newId("job");
  mustBeNew(tx, "job", jobId);
  if (m.workstreamId && must(tx, "workstream", m.workstreamId).runId !== m.runId) {
    throw new Refusal("not_same_run", `workstream ${m.workstreamId} does not belong to run ${m.runId}`);
  }
  if (m.tokenId !== undefined) {
    mustHaveToken(run, m.tokenId);
    mustHaveLiveToken(run, m.tokenId);
  }
  if (m.escalate && "agentKey" in m.escalate && m.escalate.agentKey === m.agentKey) {
    throw new Refusal("not_permitted", `job ${jobId} is for ${m.agentKey} only and cannot be escalated to the same`);
  }
  const dependsOn = [...new Set(m.dependsOn ?? [])];
  const parents = dependsOn.map((parentId) => must(tx, "job", parentId));
  const unmet = parents.filter((parent) => parent.status !== "completed").length;
  const approval = m.approval && openApproval(tx, { ...m.approval, runId: m.runId, jobId });
  const waits = unmet > 0 || approval !== undefined;
  const job: Job = {
    id: jobId,
    runId: m.runId,
    workstreamId: m.workstreamId ?? null,
    step: m.step ?? null,
    tool: m.tool ?? null,
    queue: m.queue ?? "default",
    capability: m.capability ?? null,
    agentKey: m.agentKey ?? null,
    priority: m.priority ?? 0,
    status: waits ? "waiting" : "queued",
    runAt: m.runAt ?? tx.at,
    dependsOn,
    dependents: [],
    unmet,
    approvalId: approval?.id ?? null,
    tokenId: m.tokenId ?? null,
    escalate: m.escalate ?? null,
    escalatedAt: null,
    maxAttempts: m.maxAttempts ?? 1,
    backoffMs: m.backoffMs ?? 1000,
    timeoutMs: m.timeoutMs ?? null,
    input: m.input ?? null,
    attempt: 0,
    attemptBase: 0,
    claimedBy: null,
    leaseToken: null,
    leaseMs: null,
    leaseExpiresAt: null,
    timeoutAt: null,
    permitId: null,
    breakerEpoch: null,
    progress: null,
    exitCode: null,
    durationMs: null,
    result: null,
    error: null,
    reason: null,
    createdAt: tx.at,
    queuedAt: waits ? null : tx.at,
    startedAt: null,
    finishedAt: null,
    updatedAt: tx.at,
    version: 1,
    seq: 0,
  };
  tx.put("job", job);
  for (const parent of parents) {
    // Clean-up goes by a completed one's dependents too: it must not take what another run builds
    // on.
    if (parent.status !== "completed" || parent.runId !== job.runId) {
      tx.put("job", { ...parent, dependents: [...parent.dependents, job.id] });
    }
  }
  countJob(tx, job, null, job.status, approval ? 1 : 0);
  const { capability, agentKey: pinnedTo, priority, runAt, maxAttempts, backoffMs, timeoutMs, input } = job;
  const { approvalId, tokenId, escalate } = job;
  const facts = { capability, pinnedTo, priority, runAt, dependsOn, unmet, maxAttempts, backoffMs, timeoutMs, input };
  emitJob(tx, "job.enqueued", job, { ...facts, approvalId, tokenId, escalate });
  if (releaseOrCancel(tx, job.id) === "cancelled") settleAfter(tx, job.id);
  return must(tx, "job", job.id);
}

export function cancelJobByRequest(tx: Tx, m: z.infer<typeof jobCancel>): Job {
  const job = must(tx, "job", m.jobId);
  if (isFinalJob(job.status)) {
    throw new Refusal("illegal_transition", `job ${job.id} is ${job.status} and cannot be cancelled`, {
      legal: legalJobMoves(job.status),
    });
  }
  cancelJob(tx, job, m.reason ?? "cancelled");
  return must(tx, "job", job.id);
}

/**
 * Puts a job that did not complete back into the queue, with all its attempts, and the jobs that
 * were cancelled because of it. Refused while one that it depends on has not completed and will
 * not: that one is to be retried first.
 */
export function retryJob(tx: Tx, m: z.infer<typeof jobRetry>): Job {
  const job = must(tx, "job", m.jobId);
  if (!isRetryableJob(job.status)) {
    throw new Refusal(
      "illegal_transition",
      `job ${job.id} is ${job.status}; only failed, timed_out and cancelled jobs can be retried`,
      {
        legal: legalJobMoves(job.status),
      },
    );
  }
  const run = must(tx, "run", job.runId);
  if (isFinalRun(run.status)) {
    throw new Refusal("run_is_final", `run ${run.id} is ${run.status}: retry the run first`);
  }
  mustHaveLiveToken(run, job.tokenId);
  const failed = failedDependency(tx, job);
  if (failed) {
    const why = `job ${job.id} depends on ${failed.id}, which is ${failed.status}: retry that one first`;
    throw new Refusal("not_permitted", why);
  }
  requeueJob(tx, job, m.reason);
  return must(tx, "job", job.id);
}

function mustHaveLiveToken(run: Readonly<Run>, tokenId: string | null): void {
  if (!hasCancelledToken(run, tokenId)) return;
  throw new Refusal("scope_cancelled", `token ${tokenId} of run ${run.id} is cancelled: nothing runs for it any more`);
}

/** Where a job may go from here, in words for a refusal's `legal`. */
export function legalJobMoves(status: JobStatus): readonly JobStatus[] {
  switch (status) {
    case "waiting":
      return ["queued", "cancelled"];
    case "queued":
      return ["running", "cancelled", "timed_out"];
    case "running":
      return ["completed", "failed", "timed_out", "cancelled", "queued", "waiting"];
    case "failed":
    case "timed_out":
    case "cancelled":
      return ["queued"];
    case "completed":
      return [];
  }
}
