import { z } from "zod";
import { event, events, fieldsOf } from "../kernel/event-contract.ts";
import type { JsonMap } from "../kernel/merge-patch.ts";
import { column } from "../kernel/row.ts";
import { approval, attempt, escalation, job, PARTS_OF_RUN, queue, run, scope, token, workstream } from "./contract.ts";

/**
 * The events of runs and of what belongs to them: execution state, workstreams, jobs, queues,
 * approvals.
 */

const at = z.iso.datetime();
const count = z.int().min(0);
const maybeText = z.string().nullable();
const ids = z.array(z.string());
const runStatus = run.columns.status.schema;

/** The run's version after the event: it counts the changes of its execution state. */
const version = { version: count.meta({ description: "The run's version after it" }) };

export const runEvents = events("run", {
  "run.created": event("A run was created", {
    ...fieldsOf(run, "workflow", "definition", "tags", "initiatedBy", "completion", "parentRunId", "context"),
    ...fieldsOf(run, "metadata", "timeoutMs"),
  }),
  "run.transitioned": event("Its status changed", {
    from: runStatus,
    to: runStatus,
    ...fieldsOf(run, "reason", "error"),
  }),
  "run.retried": event("It goes on after it had failed, was cancelled or timed out", {
    from: runStatus,
    to: z.literal("running"),
    ...fieldsOf(run, "reason"),
  }),
  "run.deadline_restarted": event("The clock was wrong and is right again: its time limit begins anew", {
    deadlineAt: at,
  }),
  "run.restored": event("Its execution state was put back to a snapshot", {
    from: z.object({ runId: z.string(), version: count, seq: count }).meta({ description: "Whose snapshot it is" }),
    ...fieldsOf(run, "context", "tokens", "scopes", "stepCount", "metadata"),
    ...version,
  }),
  "run.removed": event("Clean-up removed it with all that belongs to it", {
    ...fieldsOf(run, "workflow", "status", "finishedAt"),
    rows: z.record(z.enum(PARTS_OF_RUN), count).meta({ description: "How many rows left with it, by kind" }),
  }),
});

const map = z.record(z.string(), z.unknown()) as unknown as z.ZodType<JsonMap>;
const tokenId = z.string();
const scopeId = z.string();

/** Changes of a run's execution state. Their subject is the run. */
export const stateEvents = events("run", {
  "context.set": event("The context was replaced", { context: map, ...version }),
  "context.merged": event("A JSON Merge Patch was applied to the context", { patch: map, ...version }),
  "token.added": event("A token was added", { tokenId, token, ...version }),
  "token.updated": event("A token was changed", { tokenId, token, ...version }),
  "token.removed": event("A token was removed", { tokenId, ...version }),
  "scope.entered": event("A scope was made", { scopeId, scope, ...version }),
  "scope.exited": event("A scope was removed; what stood in it stands in its parent now", {
    scopeId,
    parentId: maybeText,
    scopes: ids,
    tokens: ids,
    ...version,
  }),
  "scope.cancelled": event("A scope was cancelled, with the scopes and tokens in it", {
    scopeId,
    reason: maybeText,
    scopes: ids,
    tokens: ids,
    ...version,
  }),
  "step.incremented": event("Steps were counted", {
    by: z.int().min(1),
    ...fieldsOf(run, "stepCount"),
    ...version,
  }),
  "metadata.set": event("The metadata was replaced", { metadata: map, ...version }),
});

const workstreamStatus = workstream.columns.status.schema;

export const workstreamEvents = events("workstream", {
  "workstream.created": event(
    "A workstream was created",
    fieldsOf(workstream, "title", "status", "metadata", "follow"),
  ),
  "workstream.updated": event("Its title or metadata changed", fieldsOf(workstream, "title", "metadata")),
  "workstream.transitioned": event("Its status changed, by hand or by its jobs", {
    from: workstreamStatus,
    to: workstreamStatus,
    ...fieldsOf(workstream, "reason", "follow"),
  }),
  "workstream.followed": event("It was given back to its jobs", { follow: z.literal("jobs") }),
  "workstream.progressed": event("One of its jobs moved", fieldsOf(workstream, "jobCounts")),
});

const jobStatus = job.columns.status.schema;

/** What every event of a job says: the job as it is after it. */
const facts = {
  jobId: z.string(),
  ...fieldsOf(job, "workstreamId", "step", "tool", "queue", "status", "attempt"),
  agentKey: maybeText.meta({ description: "Who holds or held it" }),
};
const pinnedTo = job.columns.agentKey.schema;
const ended = fieldsOf(job, "exitCode", "durationMs", "result");
const failure = column.error().schema;

export const jobEvents = events("job", {
  "job.enqueued": event("A job was created; it is queued, or waits", {
    ...facts,
    pinnedTo,
    ...fieldsOf(job, "capability", "priority", "runAt", "dependsOn", "unmet", "maxAttempts", "backoffMs", "timeoutMs"),
    ...fieldsOf(job, "input", "approvalId", "tokenId", "escalate"),
  }),
  "job.released": event("What it waited for is there: it is queued", facts),
  "job.started": event("An attempt began", {
    ...facts,
    queuedAt: attempt.columns.queuedAt.schema,
    ...fieldsOf(job, "leaseExpiresAt", "timeoutAt", "maxAttempts", "attemptBase"),
    trial: z.boolean().meta({ description: "It is a trial of a half-open breaker" }),
  }),
  "job.heartbeat_received": event("Its lease was extended, or it made progress", {
    ...facts,
    ...fieldsOf(job, "leaseExpiresAt", "progress"),
  }),
  "job.completed": event("It completed", { ...facts, ...ended }),
  "job.attempt_failed": event("An attempt failed or timed out; the job is tried again or escalated", {
    ...facts,
    ...ended,
    error: failure,
    attemptStatus: z.enum(["failed", "timed_out"]),
    ...fieldsOf(job, "runAt"),
  }),
  "job.escalated": event("It had no attempts left: it goes to another agent, or waits for an approval", {
    ...facts,
    to: escalation,
    pinnedTo,
    ...fieldsOf(job, "approvalId", "attemptBase", "runAt"),
  }),
  "job.failed": event("Its last attempt failed", {
    ...facts,
    ...ended,
    error: failure,
    attemptStatus: z.literal("failed"),
  }),
  "job.timed_out": event("Its last attempt timed out, or it waited too long in the queue", {
    ...facts,
    exitCode: ended.exitCode.optional(),
    durationMs: ended.durationMs.optional(),
    result: ended.result.optional(),
    error: failure,
    attemptStatus: z.literal("timed_out").optional().meta({ description: "Absent when it never started" }),
  }),
  "job.cancelled": event("It was cancelled", {
    ...facts,
    from: jobStatus,
    reason: z.string(),
    dependency: z.string().optional().meta({ description: "The job that did not complete, which it depends on" }),
  }),
  "job.retried": event("It goes back to the queue, or waits again", {
    ...facts,
    from: jobStatus,
    ...fieldsOf(job, "reason", "unmet", "approvalId"),
  }),
  "job.timers_restarted": event("The clock was wrong and is right again: what it waits for begins anew", {
    ...facts,
    ...fieldsOf(job, "queuedAt"),
    startedAt: job.columns.startedAt.schema.optional(),
    leaseExpiresAt: job.columns.leaseExpiresAt.schema.optional(),
    timeoutAt: job.columns.timeoutAt.schema.optional(),
    runAt: job.columns.runAt.schema.optional(),
  }),
});

export const queueEvents = events("queue", {
  "queue.configured": event("Its bounds changed", fieldsOf(queue, "concurrency", "capacity")),
  "queue.paused": event("It gives nothing to claims", { reason: maybeText }),
  "queue.resumed": event("It gives jobs again", { reason: maybeText }),
});

/** What every event of an approval says. */
const about = fieldsOf(approval, "title", "jobId", "taskId");
const answered = {
  ...about,
  by: z.string(),
  ...fieldsOf(approval, "comment", "edit"),
  approvals: count.meta({ description: "How many have approved by now" }),
  ...fieldsOf(approval, "requiredApprovals"),
};

export const approvalEvents = events("approval", {
  "approval.requested": event("A decision was asked for", {
    ...about,
    ...fieldsOf(approval, "detail", "payload", "requiredApprovals", "options", "requestedBy", "expiresAt"),
  }),
  "approval.endorsed": event("One of several people approved; more are required", answered),
  "approval.approved": event("It was approved", answered),
  "approval.rejected": event("It was rejected", { ...about, by: z.string(), ...fieldsOf(approval, "comment") }),
  "approval.expired": event("Nobody decided in time, or what waited for it has ended", {
    ...about,
    ...fieldsOf(approval, "expiresAt"),
    reason: z.string().optional(),
  }),
  "approval.consumed": event("What was approved has been used", { ...about, by: z.string() }),
});
