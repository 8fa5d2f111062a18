import { z } from "zod";
import type { DependencyFacts, GateFacts } from "../../../domain/execution/timeline.ts";
import {
  type QueueWaiting,
  type RunWaiting,
  WAIT_CODES,
  type Waiting,
  type WaitReason,
} from "../../../domain/execution/waiting.ts";
import { APPROVAL_STATUSES, JOB_STATUSES, RUN_STATUSES } from "../../../domain/kernel/statuses.ts";
import type { RetryPreview } from "../../store/reads/execution/retry-preview.ts";
import { at, count, maybeAt, maybeText, text } from "./fields.ts";

export const gateFacts: z.ZodType<GateFacts> = z.object({
  approvalId: text,
  jobId: text,
  status: z.enum(APPROVAL_STATUSES),
  createdAt: at,
  decidedAt: maybeAt,
});

export const dependencyFacts: z.ZodType<DependencyFacts> = z.object({
  jobId: text,
  runId: text,
  step: maybeText,
  status: z.enum(JOB_STATUSES),
  finishedAt: maybeAt,
});

const reasonFields = {
  code: z.enum(WAIT_CODES),
  holds: z.boolean().meta({ description: "While it holds, no claim gets the job" }),
  tone: z.enum(["info", "warning", "critical"]),
  text: text.meta({ description: "The cause in a sentence; what time ends goes on with `until`" }),
  until: maybeAt.meta({ description: "When time alone ends it" }),
  jobs: z.array(dependencyFacts).meta({ description: "The jobs it waits for" }),
  agents: z.array(text),
  approvalId: maybeText,
  queue: maybeText,
  before: count.nullable().meta({
    description: "How many jobs of its queue a claim takes first, for the agent that has the fewest of them before it",
  }),
};
const reason: z.ZodType<WaitReason> = z.object(reasonFields);

const waitingFields = {
  jobId: text,
  runId: text,
  status: z.enum(JOB_STATUSES),
  reasons: z.array(reason).meta({ description: "All that holds it up, the deciding one first" }),
  at: at.meta({ description: "When that was so, by the database's clock" }),
};
const waiting: z.ZodType<Waiting> = z.object(waitingFields);
const runWaiting: z.ZodType<RunWaiting> = z.object({
  runId: text,
  reasons: z
    .array(z.object({ ...reasonFields, count, jobIds: z.array(text) }))
    .meta({ description: "The gravest first" }),
  at,
});
const queueWaiting: z.ZodType<QueueWaiting> = z.object({
  queue: text,
  oldest: z.object({ ...waitingFields, since: at, step: maybeText }).nullable(),
  at,
});

const retryPreview: z.ZodType<RetryPreview> = z.object({
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
});

/** Answers about why jobs wait, and what comes back with one. */
export const WAITING_ANSWERS = {
  RetryPreview: retryPreview,
  Waiting: waiting,
  RunWaiting: runWaiting,
  QueueWaiting: queueWaiting,
};
