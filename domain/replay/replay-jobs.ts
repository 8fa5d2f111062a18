import { attemptId } from "../execution/job/attempt.ts";
import { ms } from "../kernel/primitives.ts";
import type { EventAbout } from "../kernel/read-event.ts";
import type { JobStatus } from "../kernel/statuses.ts";
import type { Wire } from "../kernel/wire.ts";

/**
 * What events tell of jobs and their attempts, folded back into rows (`replay.ts`).
 *
 * Every event of a job carries the job's facts (its status among them) as they are after it, so the status needs no rule here: an event whose
 * type is not known still leaves the job where it says. The types below add what is particular to them. Two things are told by another job's
 * events: who depends on a job (by the enqueueing of those that do), and how many of its dependencies are unmet (by their completion).
 */

/** The part of a view that jobs' events change. */
export interface JobTables {
  jobs: Map<string, Wire<"job">>;
  attempts: Map<string, Wire<"attempt">>;
}

type JobEvent = EventAbout<"job">;
/** Who holds or held a job is its `agentKey`, the row's `claimedBy`; the only agent that may run it `pinnedTo`, the row's `agentKey`. */
type Told = JobEvent["payload"];

/** Applies one event of a job. Answers the job's status before (null: it is new) and after. */
export function foldJob(view: JobTables, event: JobEvent): { from: JobStatus | null; job: Wire<"job"> } {
  const told = event.payload;
  const known = view.jobs.get(event.subject.id);
  const before = known ?? newJob(event);
  // One copy and assignments: this runs for every event of a long log.
  const job = { ...before };
  job.status = told.status ?? before.status;
  job.attempt = told.attempt ?? before.attempt;
  if (told.agentKey !== undefined) job.claimedBy = told.agentKey;
  Object.assign(job, particulars(before, event));
  job.updatedAt = event.at;
  job.seq = event.seq;
  view.jobs.set(job.id, job);
  foldAttempt(view, before, job, event);
  if (event.type === "job.enqueued" || event.type === "job.retried") holdParents(view, job);
  if (event.type === "job.completed") countDown(view, job, event);
  return { from: known ? known.status : null, job };
}

const NO_LEASE = { leaseExpiresAt: null, timeoutAt: null } as const;

/** What an event says beyond the facts; for types that are not known, nothing. */
function particulars(before: Wire<"job">, { type, at, payload: told }: JobEvent): Partial<Wire<"job">> {
  switch (type) {
    case "job.released":
      return { unmet: 0, runAt: before.runAt > at ? before.runAt : at, queuedAt: at };
    case "job.started": {
      const { leaseExpiresAt = null, timeoutAt = null } = told;
      const leaseMs = leaseExpiresAt === null ? null : ms(leaseExpiresAt) - ms(at);
      return { leaseExpiresAt, leaseMs, timeoutAt, progress: null, startedAt: at };
    }
    case "job.heartbeat_received":
      return { leaseExpiresAt: told.leaseExpiresAt ?? null, progress: told.progress ?? null };
    case "job.timers_restarted": {
      const { queuedAt = before.queuedAt, startedAt = before.startedAt, runAt = before.runAt } = told;
      const { leaseExpiresAt = null, timeoutAt = null } = told;
      return { queuedAt, startedAt, runAt, leaseExpiresAt, timeoutAt };
    }
    case "job.completed":
      return { ...NO_LEASE, ...endOf(told), error: null, reason: null, finishedAt: at };
    case "job.attempt_failed":
      return { ...NO_LEASE, ...endOf(told), runAt: told.runAt ?? at, queuedAt: at, finishedAt: null };
    case "job.escalated": {
      const { pinnedTo = null, approvalId = null, attemptBase = before.attempt, runAt = at } = told;
      const queuedAt = told.status === "waiting" ? null : at;
      return { agentKey: pinnedTo, approvalId, attemptBase, runAt, escalatedAt: at, queuedAt };
    }
    case "job.failed":
    case "job.timed_out":
      // One that waited too long in the queue had no attempt that could have told more.
      if (before.status !== "running") return { error: told.error ?? null, finishedAt: at };
      return { ...NO_LEASE, ...endOf(told), finishedAt: at };
    case "job.cancelled":
      return { ...NO_LEASE, reason: told.reason ?? null, finishedAt: at };
    case "job.retried":
      return { ...FRESH, ...retried(told, before, at) };
    default:
      return {};
  }
}

const endOf = ({ exitCode = null, durationMs = null, result = null, error }: Told) => ({
  exitCode,
  durationMs,
  result,
  error: error ?? null,
});

/** What a job loses when it goes back to the queue by hand. */
const FRESH = {
  claimedBy: null,
  progress: null,
  exitCode: null,
  durationMs: null,
  result: null,
  error: null,
  startedAt: null,
  finishedAt: null,
} as const;

function retried(told: Told, before: Wire<"job">, at: string): Partial<Wire<"job">> {
  return {
    unmet: told.unmet ?? 0,
    approvalId: told.approvalId ?? before.approvalId,
    runAt: at,
    attemptBase: before.attempt,
    reason: told.reason ?? null,
    queuedAt: told.status === "waiting" ? null : at,
  };
}

/** A job as its first event tells it; also what is known of one whose first events are no longer kept. */
function newJob({ subject, runId, at, seq, payload: told }: JobEvent): Wire<"job"> {
  const { status = "queued", dependsOn = [] } = told;
  return {
    kind: "job",
    id: subject.id,
    jobId: subject.id,
    runId: runId ?? "",
    workstreamId: told.workstreamId ?? null,
    step: told.step ?? null,
    tool: told.tool ?? null,
    queue: told.queue ?? "default",
    capability: told.capability ?? null,
    agentKey: told.pinnedTo ?? null,
    priority: told.priority ?? 0,
    status,
    runAt: told.runAt ?? at,
    dependsOn,
    dependents: [],
    unmet: told.unmet ?? 0,
    approvalId: told.approvalId ?? null,
    tokenId: told.tokenId ?? null,
    escalate: told.escalate ?? null,
    escalatedAt: null,
    maxAttempts: told.maxAttempts ?? 1,
    backoffMs: told.backoffMs ?? 0,
    timeoutMs: told.timeoutMs ?? null,
    input: told.input ?? null,
    attempt: told.attempt ?? 0,
    attemptBase: told.attemptBase ?? 0,
    claimedBy: told.agentKey ?? null,
    leaseMs: null,
    leaseExpiresAt: null,
    timeoutAt: null,
    breakerEpoch: null,
    progress: null,
    exitCode: null,
    durationMs: null,
    result: null,
    error: null,
    reason: null,
    createdAt: at,
    queuedAt: status === "waiting" ? null : at,
    startedAt: null,
    finishedAt: null,
    updatedAt: at,
    version: 1,
    seq,
  };
}

/** A start opens an attempt; leaving `running` closes it. */
function foldAttempt(view: JobTables, before: Wire<"job">, job: Wire<"job">, event: JobEvent): void {
  const { at, seq, type, payload: told } = event;
  const id = attemptId(job.id, job.attempt);
  if (type === "job.started") {
    view.attempts.set(id, {
      kind: "attempt",
      id,
      attemptId: id,
      jobId: job.id,
      number: job.attempt,
      runId: job.runId,
      workstreamId: job.workstreamId,
      agentKey: job.claimedBy ?? "",
      tool: job.tool,
      status: "running",
      queuedAt: told.queuedAt ?? at,
      startedAt: at,
      finishedAt: null,
      exitCode: null,
      durationMs: null,
      result: null,
      error: null,
      version: 1,
      seq,
    });
    return;
  }
  const open = view.attempts.get(attemptId(job.id, before.attempt));
  if (open?.status !== "running" || job.status === "running") return;
  const cancelled = { message: told.reason ?? "cancelled", code: "cancelled" };
  view.attempts.set(open.id, {
    ...open,
    status: told.attemptStatus ?? (type === "job.completed" ? "completed" : "cancelled"),
    finishedAt: at,
    durationMs: told.durationMs ?? ms(at) - ms(open.startedAt),
    exitCode: told.exitCode ?? null,
    result: told.result ?? null,
    error: told.error ?? (type === "job.cancelled" ? cancelled : null),
    version: open.version + 1,
    seq,
  });
}

/** A job that waits is known to those it waits for. */
function holdParents(view: JobTables, job: Wire<"job">): void {
  for (const parentId of job.dependsOn) {
    const parent = view.jobs.get(parentId);
    if (!parent || parent.status === "completed" || parent.dependents.includes(job.id)) continue;
    view.jobs.set(parentId, { ...parent, dependents: [...parent.dependents, job.id], seq: job.seq });
  }
}

/** Those that wait for this one wait for one less; when that was the last, their own events tell what becomes of them. */
function countDown(view: JobTables, job: Wire<"job">, { at, seq }: JobEvent): void {
  for (const id of job.dependents) {
    const dependent = view.jobs.get(id);
    if (dependent?.status !== "waiting" || dependent.unmet < 1) continue;
    view.jobs.set(id, { ...dependent, unmet: dependent.unmet - 1, updatedAt: at, seq });
  }
}
