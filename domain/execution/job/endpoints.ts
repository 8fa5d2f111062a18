import { z } from "zod";
import { command, get, page, post, withReceipt } from "../../kernel/endpoint.ts";
import { id, label } from "../../kernel/primitives.ts";
import { listOf, oneQuery, pageQuery, runFilter } from "../../kernel/query.ts";
import { JOB_STATUSES } from "../../kernel/statuses.ts";
import { claimedJobs, jobWithAttempts, retryPreview } from "../answers.ts";
import { job } from "../contract.ts";
import { waiting } from "../waiting-answers.ts";
import { jobClaim, jobHeartbeat, jobStart } from "./claim.ts";
import { jobComplete, jobFail, jobTimeout } from "./finish.ts";
import { jobCancel, jobEnqueue, jobRetry } from "./job.ts";

/** The endpoints of jobs. */

const tag = "Jobs";

/** What a claim asks for where it does not say. */
export const CLAIM_DEFAULTS = { max: 1, leaseMs: 30_000 } as const;

/** How long a claim waits for a job when there is none, ms. */
export const waitMs = z
  .int()
  .min(0)
  .max(30_000)
  .default(0)
  .meta({ description: "How long to wait for a job when there is none" });

export const jobEndpoints = {
  list: get("/jobs", {
    tag,
    summary: "Jobs, the newest first",
    query: z.strictObject({
      ...runFilter,
      workstreamId: id.optional(),
      status: listOf(JOB_STATUSES).optional(),
      agent: id.optional().meta({ description: "The agent that runs or ran it last, or the only one that may" }),
      queue: id.optional(),
      q: label
        .optional()
        .meta({ description: "What the step, the id, the tool or the agent contains, upper and lower case alike" }),
      ...pageQuery,
    }),
    answer: page(job.sent),
  }),
  one: get("/jobs/:id", {
    tag,
    summary: "One job with its attempts",
    query: oneQuery,
    answer: jobWithAttempts,
    tagged: true,
  }),
  why: get("/jobs/:id/why", {
    tag,
    summary: "Why the job does not run now: all that holds it up, the deciding cause first",
    description:
      "What it waits for (jobs, an approval), until when (schedule, back-off), its queue (paused, full), the agents that could take it (missing, draining, busy, breakers), and how many jobs a claim takes first. `next`: nothing holds it up. Empty for a job that runs or has ended.",
    query: oneQuery,
    answer: waiting,
  }),
  retryPreview: get("/jobs/:id/retry", {
    tag,
    summary: "What a retry of the job would bring back with it, and what stays cancelled",
    query: oneQuery,
    answer: retryPreview,
  }),
  claim: post("/jobs/claim", {
    tag,
    summary: "Claim jobs under a lease; wait for one if there is none",
    body: jobClaim.extend({
      max: jobClaim.shape.max.default(CLAIM_DEFAULTS.max),
      leaseMs: jobClaim.shape.leaseMs.default(CLAIM_DEFAULTS.leaseMs),
      waitMs,
    }),
    known: ["type"],
    answer: withReceipt(claimedJobs),
    says: { 200: "The jobs, the most urgent first; none when nothing came in time" },
    problems: [409, 422],
    repeatable: true,
  }),
  enqueue: command("/jobs", job, jobEnqueue, { tag, summary: "Enqueue a job" }),
  start: command("/jobs/:id/start", job, jobStart, {
    tag,
    summary: "Start this job for an agent that the orchestrator has chosen",
    more: z.object({ leaseToken: z.string() }),
  }),
  heartbeat: command("/jobs/:id/heartbeat", job, jobHeartbeat, { tag, summary: "Keep the lease, report progress" }),
  complete: command("/jobs/:id/complete", job, jobComplete, {
    tag,
    summary: "End the attempt and the job with success",
  }),
  fail: command("/jobs/:id/fail", job, jobFail, {
    tag,
    summary: "End the attempt; the job is tried again if it may be",
  }),
  timeout: command("/jobs/:id/timeout", job, jobTimeout, {
    tag,
    summary: "End the attempt, or a job that waited too long",
  }),
  cancel: command("/jobs/:id/cancel", job, jobCancel, { tag, summary: "Cancel a job that has not ended" }),
  retry: command("/jobs/:id/retry", job, jobRetry, { tag, summary: "Queue a job again that did not complete" }),
};
