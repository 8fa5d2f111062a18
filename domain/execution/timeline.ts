import { z } from "zod";
import { named } from "../kernel/endpoint.ts";
import { at, count, counts, maybeAt, maybeText, text } from "../kernel/fields.ts";
import { APPROVAL_STATUSES, JOB_STATUSES, type JobStatus } from "../kernel/statuses.ts";
import { attempt, job, run, workstream } from "./contract.ts";

const gateFacts = z.object({
  approvalId: text,
  jobId: text,
  status: z.enum(APPROVAL_STATUSES),
  createdAt: at,
  decidedAt: maybeAt,
});
/** When a job's approval was asked for and settled. */
export type GateFacts = z.infer<typeof gateFacts>;

export const dependencyFacts = z.object({
  jobId: text,
  runId: text,
  step: maybeText,
  status: z.enum(JOB_STATUSES),
  finishedAt: maybeAt,
});
/** What is to be known of a job that another depends on, or that depends on another. */
export type DependencyFacts = z.infer<typeof dependencyFacts>;

export const timeline = named(
  "Timeline",
  z.object({
    run: run.sent,
    workstreams: z.array(workstream.sent),
    jobs: z.array(job.sent).meta({ description: "The oldest first" }),
    attempts: z.array(attempt.sent).meta({ description: "Of these jobs, the newest of each" }),
    approvals: z.array(gateFacts).meta({ description: "Approvals that one of these jobs waits for or has waited for" }),
    dependencies: z.array(dependencyFacts).meta({
      description: "Jobs that these depend on, or that depend on these, and that are not among them",
    }),
    seq: count.meta({ description: "Follow the run's events from here; rows may be newer, by their own `seq`" }),
    truncated: z.boolean().meta({ description: "The run has more than this answer carries" }),
    nextCursor: maybeText.meta({ description: "Where the next page begins; null on the last one" }),
    totals: counts(["jobs", "workstreams", "attempts"]).meta({ description: "How much the run has in all" }),
    leftOut: counts(JOB_STATUSES).meta({ description: "Jobs that are not in this answer, by status" }),
    matched: count.nullable().meta({ description: "How many jobs `status` and `q` let through" }),
  }),
);
/** What a timeline draws of a run, true at position `seq`. */
export type TimelineAnswer = z.infer<typeof timeline>;

/** One answer has at most so many jobs, and at most twice as many attempts. */
export const TIMELINE_JOBS = 2_000;
/**
 * So many of them at most are there for what became of them: jobs that run, failed or were
 * cancelled.
 */
export const TIMELINE_ATTENTION = 1_500;

/** The statuses that an operator looks for in a run, the most urgent first. */
export const ATTENTION: readonly (readonly JobStatus[])[] = [["failed", "timed_out"], ["running"], ["cancelled"]];
