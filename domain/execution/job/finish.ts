import { z } from "zod";
import { addBusy } from "../../agents/agent-row.ts";
import { releasePermit } from "../../agents/breaker/breaker-row.ts";
import { isUpstream, recordOutcome, recordUpstreamEnd } from "../../agents/outcome.ts";
import {
  durationMs,
  type ErrorInfo,
  errorInput,
  id,
  int32,
  iso,
  json,
  label,
  ms,
  toErrorInfo,
} from "../../kernel/primitives.ts";
import { isFinalRun, type JobStatus } from "../../kernel/statuses.ts";
import { HOUR_MS } from "../../kernel/time.ts";
import { must, Refusal, type Tx } from "../../kernel/tx.ts";
import { openApproval } from "../approval-moves.ts";
import type { Escalation, Job } from "../contract.ts";
import { type AttemptEnd, attemptId, attemptOutcome, closeAttempt } from "./attempt.ts";
import { settleAfter } from "./cascade.ts";
import { mustHoldLease } from "./claim.ts";
import { countJob } from "./counts.ts";
import { legalJobMoves } from "./job.ts";
import { emitJob } from "./moves.ts";

const ending = {
  jobId: id,
  leaseToken: label.optional(),
  exitCode: int32.optional(),
  durationMs: durationMs.optional(),
};

export const jobComplete = z.strictObject({ type: z.literal("job.complete"), ...ending, result: json.optional() });
export const jobFail = z.strictObject({
  type: z.literal("job.fail"),
  ...ending,
  error: errorInput,
  result: json.optional(),
  /** Whether another try could help; true when left out. */
  retryable: z.boolean().optional(),
});
export const jobTimeout = z.strictObject({ type: z.literal("job.timeout"), ...ending, result: json.optional() });

/**
 * The clock's: the lease of this attempt ran out, or its time did; or (`clock`) the job waits since
 * a time that is yet to come, as the database's clock was ahead then and has been put right. Not
 * open to clients.
 */
export const jobExpire = z.strictObject({
  type: z.literal("job.expire"),
  jobId: id,
  attempt: int32,
  why: z.enum(["lease", "timeout", "clock"]),
});

/** The longest wait between two tries. */
const MAX_BACKOFF_MS = HOUR_MS;

export function completeJob(tx: Tx, m: z.infer<typeof jobComplete>): Job {
  const job = mustBeRunning(tx, m.jobId, m.leaseToken, "completed");
  const taken = closeAttempt(tx, job, "completed", m);
  freeSlot(tx, job);
  tx.put("job", {
    ...job,
    ...NO_LEASE,
    status: "completed",
    exitCode: m.exitCode ?? null,
    durationMs: taken,
    result: m.result ?? null,
    error: null,
    reason: null,
    finishedAt: tx.at,
    updatedAt: tx.at,
  });
  countJob(tx, job, "running", "completed");
  emitJob(tx, "job.completed", must(tx, "job", job.id), {
    exitCode: m.exitCode ?? null,
    durationMs: taken,
    result: m.result ?? null,
  });
  recordOutcomeOf(tx, job, true, taken);
  settleAfter(tx, job.id);
  return must(tx, "job", job.id);
}

export function failJob(tx: Tx, m: z.infer<typeof jobFail>): Job {
  const job = mustBeRunning(tx, m.jobId, m.leaseToken, "failed");
  return failAttempt(tx, job, "failed", { ...m, error: toErrorInfo(m.error) }, { retryable: m.retryable ?? true });
}

/**
 * A queued job that waited too long ends; a running one has its attempt recorded as timed out, and
 * is tried again if it may be.
 */
export function timeOutJob(tx: Tx, m: z.infer<typeof jobTimeout>): Job {
  const queued = must(tx, "job", m.jobId);
  if (queued.status === "queued" && m.leaseToken === undefined) return timeOutQueued(tx, queued);
  const job = mustBeRunning(tx, m.jobId, m.leaseToken, "timed_out");
  const error = { message: job.timeoutMs ? `no result within ${job.timeoutMs} ms` : "timed out", code: "timeout" };
  return failAttempt(tx, job, "timed_out", { ...m, error });
}

/**
 * The clock's: ends the attempt that it saw expire, unless something else has ended it since; or
 * begins anew what waits by a wrong clock.
 */
export function expireJob(tx: Tx, m: z.infer<typeof jobExpire>): Job {
  const job = must(tx, "job", m.jobId);
  if (m.why === "clock") return job.attempt === m.attempt ? beginAnew(tx, job) : job;
  const due = m.why === "lease" ? job.leaseExpiresAt : job.timeoutAt;
  if (job.status !== "running" || job.attempt !== m.attempt || due === null || due > tx.at) return job;
  if (m.why === "timeout") {
    const error = { message: `no result within ${job.timeoutMs} ms`, code: "timeout" };
    return failAttempt(tx, job, "timed_out", { error }, { seen: false });
  }
  const error = { message: `agent ${job.claimedBy} let its lease of ${job.leaseMs} ms run out`, code: "lease_expired" };
  return failAttempt(tx, job, "failed", { error }, { seen: false });
}

/**
 * A job that waits by the times of a clock that was wrong: its lease, its time limit or its
 * back-off begins anew now, each as long as it was. A `runAt` that was asked for stays.
 */
function beginAnew(tx: Tx, job: Readonly<Job>): Job {
  const now = ms(tx.at);
  const past = (at: string | null) => (at !== null && at > tx.at ? tx.at : at);
  const inMs = (wait: number | null) => (wait === null ? null : iso(now + wait));
  if (job.status === "running") {
    const { leaseExpiresAt, timeoutAt, startedAt } = job;
    const times = {
      queuedAt: past(job.queuedAt),
      startedAt: past(startedAt),
      leaseExpiresAt: leaseExpiresAt && inMs(Math.min(job.leaseMs ?? 0, ms(leaseExpiresAt) - now)),
      timeoutAt: timeoutAt && inMs(Math.min(job.timeoutMs ?? 0, ms(timeoutAt) - now)),
    };
    tx.put("job", { ...job, ...times, updatedAt: tx.at });
    const attempt = tx.get("attempt", attemptId(job.id, job.attempt));
    const { queuedAt = tx.at } = attempt ?? {};
    if (attempt)
      tx.put("attempt", {
        ...attempt,
        queuedAt: past(queuedAt) ?? queuedAt,
        startedAt: past(attempt.startedAt) ?? tx.at,
      });
    emitJob(tx, "job.timers_restarted", must(tx, "job", job.id), times);
  } else if (job.status === "queued" && job.queuedAt !== null) {
    const wait = ms(job.runAt) - ms(job.queuedAt);
    const runAt = job.attempt > job.attemptBase ? iso(now + Math.max(0, wait)) : wait > 0 ? job.runAt : tx.at;
    const times = { queuedAt: past(job.queuedAt), runAt };
    tx.put("job", { ...job, ...times, updatedAt: tx.at });
    emitJob(tx, "job.timers_restarted", must(tx, "job", job.id), times);
  }
  return must(tx, "job", job.id);
}

/**
 * Ends the attempt; then the job goes back to the queue, later by its backoff, is escalated, or
 * ends as `status`. `seen` is false when it was not the agent that reported.
 */
function failAttempt(
  tx: Tx,
  job: Readonly<Job>,
  status: "failed" | "timed_out",
  end: AttemptEnd & { error: ErrorInfo },
  { retryable = true, seen = true } = {},
): Job {
  const taken = closeAttempt(tx, job, status, end);
  freeSlot(tx, job, seen);
  const used = job.attempt - job.attemptBase;
  const isOver = isFinalRun(must(tx, "run", job.runId).status);
  const again = retryable && used < job.maxAttempts && !isOver;
  const escalation = again || isOver || job.escalatedAt !== null ? null : job.escalate;
  const backoff = Math.min(job.backoffMs * 2 ** (used - 1), MAX_BACKOFF_MS);
  const next = again
    ? ({ status: "queued", runAt: iso(ms(tx.at) + Math.round(backoff)), queuedAt: tx.at } as const)
    : escalation
      ? escalate(tx, job, escalation, end.error)
      : ({ status, finishedAt: tx.at } as const);
  tx.put("job", {
    ...job,
    ...NO_LEASE,
    exitCode: end.exitCode ?? null,
    durationMs: taken,
    result: end.result ?? null,
    error: end.error,
    updatedAt: tx.at,
    ...next,
  });
  countJob(tx, job, "running", next.status, next.status === "waiting" ? 1 : 0);
  const ended = must(tx, "job", job.id);
  const goesOn = again || escalation !== null;
  const facts = { exitCode: end.exitCode ?? null, durationMs: taken, error: end.error, result: end.result ?? null };
  if (goesOn) emitJob(tx, "job.attempt_failed", ended, { ...facts, attemptStatus: status, runAt: ended.runAt });
  else if (status === "failed") emitJob(tx, "job.failed", ended, { ...facts, attemptStatus: status });
  else emitJob(tx, "job.timed_out", ended, { ...facts, attemptStatus: status });
  if (escalation) {
    const { agentKey: pinnedTo, approvalId, attemptBase, runAt } = ended;
    emitJob(tx, "job.escalated", ended, { to: escalation, pinnedTo, approvalId, attemptBase, runAt });
  }
  recordOutcomeOf(tx, job, false, taken, end.error);
  if (!goesOn) settleAfter(tx, job.id);
  return must(tx, "job", job.id);
}

/**
 * Where a job goes that has no attempts left but is to be escalated: it gets all of them once more,
 * from another agent or once a human says so.
 */
function escalate(tx: Tx, job: Readonly<Job>, to: Escalation, error: ErrorInfo) {
  const anew = { escalatedAt: tx.at, attemptBase: job.attempt, runAt: tx.at };
  if ("agentKey" in to) return { ...anew, status: "queued", agentKey: to.agentKey, queuedAt: tx.at } as const;
  const { title, detail = error.message } = to.approval;
  const approval = openApproval(tx, { title, detail, runId: job.runId, jobId: job.id });
  return { ...anew, status: "waiting", approvalId: approval.id, queuedAt: null } as const;
}

function timeOutQueued(tx: Tx, job: Readonly<Job>): Job {
  const error = { message: "it waited too long in the queue", code: "queue_timeout" };
  tx.put("job", { ...job, status: "timed_out", error, finishedAt: tx.at, updatedAt: tx.at });
  countJob(tx, job, "queued", "timed_out");
  emitJob(tx, "job.timed_out", must(tx, "job", job.id), { error });
  // It waited in vain for the one agent that may do it.
  if (job.agentKey && tx.get("agent", job.agentKey)) {
    const outcome = attemptOutcome(job, job.agentKey, null, error.message);
    recordUpstreamEnd(tx, { ...outcome, id: tx.newId("queue") });
  }
  settleAfter(tx, job.id);
  return must(tx, "job", job.id);
}

function mustBeRunning(tx: Tx, jobId: string, leaseToken: string | undefined, to: JobStatus): Readonly<Job> {
  const job = must(tx, "job", jobId);
  mustHoldLease(job, leaseToken);
  if (job.status === "running") return job;
  const legal = legalJobMoves(job.status);
  throw new Refusal("illegal_transition", `job ${job.id} is ${job.status} and cannot become ${to}`, { legal });
}

function freeSlot(tx: Tx, job: Readonly<Job>, seen = true): void {
  if (job.claimedBy) addBusy(tx, job.claimedBy, -1, seen);
}

function recordOutcomeOf(tx: Tx, job: Readonly<Job>, success: boolean, taken: number, error?: ErrorInfo): void {
  if (!job.claimedBy) return;
  const outcome = attemptOutcome(job, job.claimedBy, taken, error?.message);
  if (!success && isUpstream(error?.code)) {
    if (job.permitId) releasePermit(tx, job.claimedBy, job.permitId);
    recordUpstreamEnd(tx, outcome);
  } else {
    recordOutcome(tx, { ...outcome, success, call: { permitId: job.permitId, epoch: job.breakerEpoch } });
  }
}

const NO_LEASE = { leaseToken: null, leaseExpiresAt: null, timeoutAt: null, permitId: null } as const;
