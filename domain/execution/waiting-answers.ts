import { z } from "zod";
import { named } from "../kernel/endpoint.ts";
import { at, count, maybeAt, maybeText, text } from "../kernel/fields.ts";
import { JOB_STATUSES } from "../kernel/statuses.ts";
import { dependencyFacts } from "./timeline.ts";

/** Why a job does not run now: one definition for the API, the console and the alerts. */
export const WAIT_CODES = [
  "run_ended",
  "dependencies",
  "approval",
  "release_due",
  "schedule",
  "backoff",
  "queue_paused",
  "queue_full",
  "no_agent",
  "breaker_open",
  "breaker_trials",
  "agents_draining",
  "agents_busy",
  "agents_silent",
  "priority",
  "next",
  "lease_expired",
] as const;
export type WaitCode = (typeof WAIT_CODES)[number];

const reason = z.object({
  code: z.enum(WAIT_CODES),
  holds: z.boolean().meta({
    description:
      "While it holds, no claim gets the job. Of a job that is next, or whose agents are silent, a claim would",
  }),
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
});
/** One cause, in a sentence, with what it speaks of. */
export type WaitReason = z.infer<typeof reason>;

export const waiting = named(
  "Waiting",
  z.object({
    jobId: text,
    runId: text,
    status: z.enum(JOB_STATUSES),
    reasons: z.array(reason).meta({
      description: "All that holds it up, the deciding one first; empty for a job that runs or has ended",
    }),
    at: at.meta({ description: "When that was so, by the database's clock" }),
  }),
);
/** Why a job waits. */
export type Waiting = z.infer<typeof waiting>;

const runReason = reason.extend({
  count,
  jobIds: z.array(text).meta({ description: "Some of them, the most urgent first" }),
});
/** A cause with how many jobs of the run it holds up. */
export type RunReason = z.infer<typeof runReason>;

export const runWaiting = named(
  "RunWaiting",
  z.object({ runId: text, reasons: z.array(runReason).meta({ description: "The gravest first" }), at }),
);
/** What holds up the jobs of a run. */
export type RunWaiting = z.infer<typeof runWaiting>;

export const queueWaiting = named(
  "QueueWaiting",
  z.object({
    queue: text,
    oldest: waiting
      .extend({ since: at, step: maybeText })
      .nullable()
      .meta({ description: "The job that has been due the longest, and why it waits; null when none is due" }),
    at,
  }),
);
/** The job that has been due the longest in a queue, and why it waits. */
export type QueueWaiting = z.infer<typeof queueWaiting>;
