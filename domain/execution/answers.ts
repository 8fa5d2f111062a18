import { z } from "zod";
import { TIERS } from "../kernel/answers.ts";
import { named } from "../kernel/endpoint.ts";
import { at, count, maybeAt, text } from "../kernel/fields.ts";
import { id } from "../kernel/primitives.ts";
import { RUN_STATUSES } from "../kernel/statuses.ts";
import { session, task } from "../sessions/contract.ts";
import { approval, attempt, job, queue, run } from "./contract.ts";
import { currentSnapshot } from "./state/snapshot-versions.ts";

/** What endpoints of runs, jobs and queues answer that is no row. */

export const runItem = named("RunItem", run.sent.omit({ definition: true, context: true, tokens: true, scopes: true }));

export const snapshot = named("Snapshot", currentSnapshot);

export const runState = named(
  "RunState",
  z.object({
    schemaVersion: currentSnapshot.shape.schemaVersion,
    runId: id,
    version: count,
    seq: count.meta({ description: "The position of the log this is true at; never below `minSeq`" }),
    status: z.enum(RUN_STATUSES),
    context: currentSnapshot.shape.context,
    tokens: currentSnapshot.shape.tokens,
    scopes: currentSnapshot.shape.scopes,
    stepCount: count,
    metadata: currentSnapshot.shape.metadata,
    changedSeq: count.meta({ description: "The position that last changed it" }),
    updatedAt: at,
    tier: z.enum(TIERS).meta({ description: "Who served it" }),
    strategy: z.literal("durable-first"),
    servedAt: at,
  }),
);
/** A run's execution state, where it came from, and how new it is. */
export type RunState = z.infer<typeof runState>;

export const jobWithAttempts = named("JobWithAttempts", job.sent.extend({ attempts: z.array(attempt.sent) }));
export type JobWithAttempts = z.infer<typeof jobWithAttempts>;

const claimedJob = named("ClaimedJob", job.sent.extend({ leaseToken: text }));
export type ClaimedJob = z.infer<typeof claimedJob>;
export const claimedJobs = z.object({ jobs: z.array(claimedJob) });

export const retryPreview = named(
  "RetryPreview",
  z.object({
    jobId: text,
    comeBack: z.array(z.object({ jobId: text, runId: text, by: text })).meta({
      description: "Jobs cancelled because of it that come back, each with the job whose return brings it back",
    }),
    stay: z
      .array(
        z.object({
          jobId: text,
          runId: text,
          why: z.enum(["run_ended", "token_cancelled", "dependency_failed"]),
          runStatus: z.enum(RUN_STATUSES),
        }),
      )
      .meta({ description: "Those that stay cancelled" }),
    truncated: z.boolean().meta({ description: "There are more jobs behind it than were looked at" }),
  }),
);
/** What a retry of a job would bring back with it. */
export type RetryPreview = z.infer<typeof retryPreview>;

const queueFigures = z.object({
  depth: count.meta({ description: "Jobs that are queued, those for later included" }),
  later: count.meta({ description: "Those of them that are to start later, by their `runAt` or a back-off" }),
  running: count,
  oldestQueuedAt: maybeAt.meta({ description: "Since when the job that could have started longest ago waits" }),
  oldestAgeMs: count.nullable(),
  deadLetters: count.meta({ description: "Jobs that failed or timed out for good" }),
  throughputPerMinute: z.number().min(0).meta({ description: "Jobs that ended, over the last ten minutes" }),
  drainEstimateMs: count.nullable().meta({
    description: "How long those that could start now take at that rate; null while it is paused or nothing leaves it",
  }),
});
/** How a queue stands, besides its row. */
export type QueueFigures = z.infer<typeof queueFigures>;
export const queueWithFigures = named("QueueWithFigures", queue.sent.extend(queueFigures.shape));
export type QueueWithFigures = z.infer<typeof queueWithFigures>;

export const deadLetterRetry = named(
  "DeadLetterRetry",
  z.object({
    retried: count,
    runsRetried: count.meta({ description: "Runs that came back with their jobs" }),
    skipped: z.array(z.object({ jobId: text, code: text, message: text })),
    remaining: count.meta({ description: "Dead letters that the queue has now, skipped ones among them" }),
    receipts: z.array(text).meta({ description: "One for each commit it took" }),
  }),
);
/** What came of a retry of dead letters. */
export type DeadLetterRetry = z.infer<typeof deadLetterRetry>;

const forTask = task.sent.nullable().meta({ description: "Of a pending one: what it is for" });
export const listedApproval = named("ListedApproval", approval.sent.extend({ task: forTask.optional() }));
export type ListedApproval = z.infer<typeof listedApproval>;

export const agentStatus = named(
  "AgentStatus",
  z.object({
    agent: text.nullable().meta({ description: "Null: of all agents" }),
    tasks: z.array(task.sent).meta({
      description: "That it sends or gets, open ones first; of those that share an idempotency key the newest",
    }),
    sessions: z.array(session.sent).meta({ description: "Of its role, or for one of its tasks" }),
    approvals: z.array(approval.sent.extend({ task: forTask })).meta({
      description: "That wait for a decision, for one of its tasks, or for a job that it holds or that only it may run",
    }),
    truncated: z.boolean().meta({ description: "There is more of one of them than an answer carries" }),
    seq: count.meta({ description: "True at this position of the log" }),
  }),
);
/** What an agent has to do with, each list bounded. */
export type AgentStatus = z.infer<typeof agentStatus>;
