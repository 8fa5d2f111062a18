import { z } from "zod";
import { id, type Json } from "../kernel/primitives.ts";
import { type Column, column, type RowOf, row } from "../kernel/row.ts";
import {
  APPROVAL_STATUSES,
  ATTEMPT_STATUSES,
  JOB_STATUSES,
  type JobStatus,
  RUN_STATUSES,
  WORKSTREAM_FOLLOWS,
  WORKSTREAM_STATUSES,
} from "../kernel/statuses.ts";

/** The rows of runs and of what hangs on them: workstreams, jobs, attempts, queues, approvals. */

const count = z.int().min(0);
const at = z.iso.datetime();
const maybeText = z.string().nullable();
const anyJson = z.unknown() as unknown as z.ZodType<Json | null>;

/**
 * How many jobs are in each status: kept on the run, the workstream and the queue, so that a list
 * needs no second query.
 */
export type JobCounts = { [status in JobStatus]: number };

export const NO_JOBS: JobCounts = {
  waiting: 0,
  queued: 0,
  running: 0,
  completed: 0,
  failed: 0,
  timed_out: 0,
  cancelled: 0,
};

export const totalJobs = (c: JobCounts): number =>
  c.waiting + c.queued + c.running + c.completed + c.failed + c.timed_out + c.cancelled;
export const openJobs = (c: JobCounts): number => c.waiting + c.queued + c.running;

const jobCounts = (): Column<JobCounts> =>
  column.jsonAs<JobCounts>(
    z.object(Object.fromEntries(JOB_STATUSES.map((status) => [status, count])) as { [S in JobStatus]: typeof count }),
  );

export const token = z.object({ scopeId: maybeText, status: z.string(), value: anyJson });
/** A logical thread of execution. */
export type Token = z.infer<typeof token>;

export const scope = z.object({ parentId: maybeText, status: z.enum(["active", "cancelled"]) });
/** What can be cancelled at once: the tokens in it, and the scopes nested in it with theirs. */
export type Scope = z.infer<typeof scope>;

export const run = row("run", "Run", "runId", {
  columns: {
    workflow: column.text(),
    status: column.oneOf(RUN_STATUSES),
    definition: column.anyJson(),
    context: column.object(),
    metadata: column.object(),
    /** Logical threads of execution. */
    tokens: column.json(z.record(z.string(), token)),
    /** Cancel scopes, nested by `parentId`. */
    scopes: column.json(z.record(z.string(), scope)),
    stepCount: column.count(),
    tags: column.names(),
    initiatedBy: column.text().orNull(),
    parentRunId: column.text().orNull(),
    completion: column.oneOf(["manual", "auto"]),
    timeoutMs: column.keptMs().orNull(),
    deadlineAt: column.at().orNull(),
    reason: column.text().orNull(),
    error: column.error().orNull(),
    jobCounts: jobCounts(),
    /**
     * How many of its workstreams follow their jobs and have not come to an end: with none, its own
     * end need not look for any.
     */
    openWorkstreams: column.count(),
    createdAt: column.at(),
    startedAt: column.at().orNull(),
    finishedAt: column.at().orNull(),
    updatedAt: column.at(),
  },
  heavy: ["definition", "context", "metadata", "tokens", "scopes"],
  large: ["definition", "context", "tokens", "scopes"],
  hidden: ["openWorkstreams"],
});
export type Run = RowOf<typeof run>;

export const workstream = row("workstream", "Workstream", "workstreamId", {
  columns: {
    runId: column.id(),
    title: column.text(),
    status: column.oneOf(WORKSTREAM_STATUSES),
    follow: column
      .oneOf(WORKSTREAM_FOLLOWS)
      .about("`jobs`: its status follows its jobs; `manual`: it stays where it was put"),
    metadata: column.object(),
    reason: column.text().orNull(),
    jobCounts: jobCounts(),
    /** How many of its jobs wait for an approval that nobody has decided. */
    awaitingApproval: column.count(),
    startedAt: column.at().orNull().about("When the first of its jobs started"),
    createdAt: column.at(),
    enteredAt: column.at().about("When it came into its present status"),
    updatedAt: column.at(),
  },
  heavy: ["metadata"],
  hidden: ["awaitingApproval"],
});
export type Workstream = RowOf<typeof workstream>;

/** What is tried when a job's last attempt has failed. */
export type Escalation = { agentKey: string } | { approval: { title: string; detail?: string | undefined } };
export const escalation = z.union([
  z.object({ agentKey: id }),
  z.object({ approval: z.object({ title: z.string(), detail: z.string().optional() }) }),
]);

export const job = row("job", "Job", "jobId", {
  columns: {
    runId: column.id(),
    workstreamId: column.text().orNull(),
    step: column.text().orNull(),
    tool: column.text().orNull(),
    queue: column.text(),
    capability: column.text().orNull(),
    agentKey: column.text().orNull().about("The only agent that may run it; null for any"),
    priority: column.whole(),
    status: column.oneOf(JOB_STATUSES),
    runAt: column.at().about("Not before this time"),
    dependsOn: column.names(),
    dependents: column.names(),
    unmet: column.count().about("How many of `dependsOn` have not completed"),
    approvalId: column.text().orNull().about("The approval it waits for, or has waited for"),
    /** The token of its run that it works for: cancelled with it. */
    tokenId: column.text().orNull(),
    escalate: column
      .jsonAs<Escalation | null>(escalation.nullable())
      .about("What is tried when its last attempt has failed"),
    escalatedAt: column.at().orNull(),
    maxAttempts: column.count(),
    backoffMs: column.keptMs(),
    timeoutMs: column.keptMs().orNull(),
    input: column.anyJson(),
    attempt: column.count(),
    attemptBase: column.count(),
    claimedBy: column.text().orNull(),
    /** Secret of the attempt that holds the job. Never in an event. */
    leaseToken: column.text().orNull(),
    leaseMs: column.keptMs().orNull(),
    leaseExpiresAt: column.at().orNull(),
    timeoutAt: column.at().orNull(),
    permitId: column.text().orNull(),
    /** The breaker's epoch when the attempt began: an outcome of an earlier one is late. */
    breakerEpoch: column.count().orNull(),
    progress: column.anyJson(),
    exitCode: column.whole().orNull(),
    durationMs: column.ms().orNull(),
    result: column.anyJson(),
    error: column.error().orNull(),
    reason: column.text().orNull(),
    createdAt: column.at(),
    queuedAt: column.at().orNull(),
    startedAt: column.at().orNull(),
    finishedAt: column.at().orNull(),
    updatedAt: column.at(),
  },
  heavy: ["input", "result", "dependsOn", "escalate"],
  hidden: ["leaseToken", "permitId"],
});
export type Job = RowOf<typeof job>;

/**
 * One try of a job by an agent; `id` is `jobId#number`. From `queuedAt` to `startedAt` it waited,
 * from there on it ran.
 */
export const attempt = row("attempt", "Attempt", "attemptId", {
  columns: {
    jobId: column.id(),
    number: column.count(),
    runId: column.id(),
    workstreamId: column.text().orNull(),
    agentKey: column.id(),
    tool: column.text().orNull(),
    status: column.oneOf(ATTEMPT_STATUSES),
    queuedAt: column.at().about("From here to `startedAt` it waited"),
    startedAt: column.at(),
    finishedAt: column.at().orNull(),
    exitCode: column.whole().orNull(),
    durationMs: column.ms().orNull(),
    result: column.anyJson(),
    error: column.error().orNull(),
  },
  idSchema: z.string(),
});
export type Attempt = RowOf<typeof attempt>;

/** Kinds of the rows that belong to a run, and leave with it. */
export const PARTS_OF_RUN = [
  "workstream",
  "job",
  "attempt",
  "approval",
  "alert",
  "delivery",
  "decision",
  "outcome",
] as const;

/** A queue that jobs wait in; `id` is its name. */
export const queue = row("queue", "Queue", "queue", {
  columns: {
    concurrency: column.count().orNull().about("How many of its jobs may run at once; null for any number"),
    capacity: column.count().orNull().about("How many may wait before an operator must know"),
    /** A paused queue gives nothing to claims; what runs goes on. */
    paused: column.flag(),
    pauseReason: column.text().orNull(),
    jobCounts: jobCounts(),
    createdAt: column.at(),
    updatedAt: column.at(),
  },
});
export type Queue = RowOf<typeof queue>;

const decided = z.object({
  by: z.string(),
  at,
  decision: z.enum(["approved", "rejected"]),
  comment: maybeText,
  edit: anyJson,
});
/** One person's answer to an approval. */
export type ApprovalDecision = z.infer<typeof decided>;

/** What may be answered: approve, reject, and edit when the approver may change the payload. */
export const APPROVAL_OPTIONS = ["approve", "reject", "edit"] as const;
export type ApprovalOption = (typeof APPROVAL_OPTIONS)[number];

export const approval = row("approval", "Approval", "approvalId", {
  columns: {
    title: column.text(),
    detail: column.text().orNull(),
    runId: column.text().orNull(),
    jobId: column.text().orNull(),
    taskId: column.text().orNull(),
    payload: column.anyJson(),
    status: column.oneOf(APPROVAL_STATUSES),
    requiredApprovals: column.count().about("How many different people must approve"),
    options: column.namesOf(APPROVAL_OPTIONS),
    decisions: column.json(z.array(decided)),
    /** Of the decision that settled it. */
    comment: column.text().orNull(),
    edit: column.anyJson().about("The payload as the approver changed it"),
    requestedBy: column.text(),
    decidedBy: column.text().orNull(),
    decidedAt: column.at().orNull(),
    expiresAt: column.at().orNull(),
    consumedAt: column.at().orNull(),
    consumedBy: column.text().orNull(),
    createdAt: column.at(),
    updatedAt: column.at(),
  },
  heavy: ["payload", "edit"],
  idSchema: z.string(),
});
export type Approval = RowOf<typeof approval>;
