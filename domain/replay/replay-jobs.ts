import { attemptId } from "../execution/job/attempt.ts";
import { ms } from "../kernel/primitives.ts";
import type { EventAbout } from "../kernel/read-event.ts";
import type { JobStatus } from "../kernel/statuses.ts";
import type { Wire } from "../kernel/wire.ts";

/**
 * Jobs and their attempts, rebuilt from events (`replay.ts`).
 *
 * Every event of a job carries the job's facts (its status among them) as they are after it, so the
 * status needs no rule here: an event whose type is not known still leaves the job where it says.
 * The types below add what is particular to them. Two things come from another job's events: who
 * depends on a job (by the enqueueing of those that do), and how many of its dependencies are unmet
 * (by their completion).
 */

/** The part of a view that jobs' events change. */
export interface JobTables {
  jobs: Map<string, Wire<"job">>;
  attempts: Map<string, Wire<"attempt">>;
}

type JobEvent = EventAbout<"job">;
/**
 * Who holds or held a job is its `agentKey`, the row's `claimedBy`; the only agent that may run it
 * `pinnedTo`, the row's `agentKey`.
 */
type Payload = JobEvent["payload"];

/** Applies one event of a job. Answers the job's status before (null: it is new) and after. */
export function foldJob(view: JobTables, event: JobEvent): { from: JobStatus | null; job: Wire<"job"> } {
  const payload = event.payload;
  const known = view.jobs.get(event.subject.id);
  const before = known ?? newJob(event);
  // One copy and assignments: this runs for every event of a long log.
  const job = { ...before };
  job.status = payload.status ?? before.status;
  job.attempt = payload.attempt ?? before.attempt;
  if (payload.agentKey !== undefined) job.claimedBy = payload.agentKey;
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
function particulars(before: Wire<"job">, { type, at, payload }: JobEvent): Partial<Wire<"job">> {
  switch (type) {
    case "job.released":
      return { unmet: 0, runAt: before.runAt > at ? before.runAt : at, queuedAt: at };
    case "job.started": {
      const { leaseExpiresAt = null, timeoutAt = null } = payload;
      const leaseMs = leaseExpiresAt === null ? null : ms(leaseExpiresAt) - ms(at);
      return { leaseExpiresAt, leaseMs, timeoutAt, progress: null, startedAt: at };
    }
    case "job.heartbeat_received":
      return { leaseExpiresAt: payload.leaseExpiresAt ?? null, progress: payload.progress ?? null };
    case "job.timers_restarted": {
      const { queuedAt = before.queuedAt, startedAt = before.startedAt, runAt = before.runAt } = payload;
      const { leaseExpiresAt = null, timeoutAt = null } = payload;
      return { queuedAt, startedAt, runAt, leaseExpiresAt, timeoutAt };
    }
    case "job.completed":
      return { ...NO_LEASE, ...endOf(payload), error: null, reason: null, finishedAt: at };
    case "job.attempt_failed":
      return { ...NO_LEASE, ...endOf(payload), runAt: payload.runAt ?? at, queuedAt: at, finishedAt: null };
    case "job.escalated": {
      const { pinnedTo = null, approvalId = null, attemptBase = before.attempt, runAt = at } = payload;
      const queuedAt = payload.status === "waiting" ? null : at;
      return { agentKey: pinnedTo, approvalId, attemptBase, runAt, escalatedAt: at, queuedAt };
    }
    case "job.failed":
    case "job.timed_out":
      // One that waited too long in the queue had no attempt that could have said more.
      if (before.status !== "running") return { error: payload.error ?? null, finishedAt: at };
      return { ...NO_LEASE, ...endOf(payload), finishedAt: at };
    case "job.cancelled":
      return { ...NO_LEASE, reason: payload.reason ?? null, finishedAt: at };
    case "job.retried":
      return { ...FRESH, ...retried(payload, before, at) };
    default:
      return {};
  }
}

const endOf = ({ exitCode = null, durationMs = null, result = null, error }: Payload) => ({
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

function retried(payload: Payload, before: Wire<"job">, at: string): Partial<Wire<"job">> {
  return {
    unmet: payload.unmet ?? 0,
    approvalId: payload.approvalId ?? before.approvalId,
    runAt: at,
    attemptBase: before.attempt,
    reason: payload.reason ?? null,
    queuedAt: payload.status === "waiting" ? null : at,
  };
}

/** A job from its first event; also from a later one when the first are no longer kept. */
function newJob({ subject, runId, at, seq, payload }: JobEvent): Wire<"job"> {
  const { status = "queued", dependsOn = [] } = payload;
  return {
    kind: "job",
    id: subject.id,
    jobId: subject.id,
    runId: runId ?? "",
    workstreamId: payload.workstreamId ?? null,
    step: payload.step ?? null,
    tool: payload.tool ?? null,
    queue: payload.queue ?? "default",
    capability: payload.capability ?? null,
    agentKey: payload.pinnedTo ?? null,
    priority: payload.priority ?? 0,
    status,
    runAt: payload.runAt ?? at,
    dependsOn,
    dependents: [],
    unmet: payload.unmet ?? 0,
    approvalId: payload.approvalId ?? null,
    tokenId: payload.tokenId ?? null,
    escalate: payload.escalate ?? null,
    escalatedAt: null,
    maxAttempts: payload.maxAttempts ?? 1,
    backoffMs: payload.backoffMs ?? 0,
    timeoutMs: payload.timeoutMs ?? null,
    input: payload.input ?? null,
    attempt: payload.attempt ?? 0,
    attemptBase: payload.attemptBase ?? 0,
    claimedBy: payload.agentKey ?? null,
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
  const { at, seq, type, payload } = event;
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
      queuedAt: payload.queuedAt ?? at,
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
  const cancelled = { message: payload.reason ?? "cancelled", code: "cancelled" };
  view.attempts.set(open.id, {
    ...open,
    status: payload.attemptStatus ?? (type === "job.completed" ? "completed" : "cancelled"),
    finishedAt: at,
    durationMs: payload.durationMs ?? ms(at) - ms(open.startedAt),
    exitCode: payload.exitCode ?? null,
    result: payload.result ?? null,
    error: payload.error ?? (type === "job.cancelled" ? cancelled : null),
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

/**
 * Those that wait for this one wait for one less; when that was the last, their own events say what
 * happens to them.
 */
function countDown(view: JobTables, job: Wire<"job">, { at, seq }: JobEvent): void {
  for (const id of job.dependents) {
    const dependent = view.jobs.get(id);
    if (dependent?.status !== "waiting" || dependent.unmet < 1) continue;
    view.jobs.set(id, { ...dependent, unmet: dependent.unmet - 1, updatedAt: at, seq });
  }
}
