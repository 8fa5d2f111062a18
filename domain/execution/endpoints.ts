import { z } from "zod";
import { command, countedPage, get, page, post } from "../kernel/endpoint.ts";
import { id, label, text, time } from "../kernel/primitives.ts";
import { countedQuery, listOf, oneQuery, pageQuery, runFilter } from "../kernel/query.ts";
import { APPROVAL_STATUSES, JOB_STATUSES, RUN_STATUSES, WORKSTREAM_STATUSES } from "../kernel/statuses.ts";
import {
  agentStatus,
  deadLetterRetry,
  listedApproval,
  queueWithFigures,
  runItem,
  runState,
  snapshot,
} from "./answers.ts";
import { approvalApprove, approvalConsume, approvalReject, approvalRequest } from "./approval.ts";
import { approval, job, queue, run, workstream } from "./contract.ts";
import { queueConfigure } from "./queue.ts";
import { runCreate, runRetry, runTransition } from "./run.ts";
import { runRestore } from "./state/snapshot.ts";
import { TIMELINE_JOBS, timeline } from "./timeline.ts";
import { queueWaiting, runWaiting } from "./waiting-answers.ts";
import { workstreamTransition } from "./workstream.ts";

/**
 * The endpoints of runs, workstreams, queues and approvals; those of jobs stand in
 * `job/endpoints.ts`.
 */

const tag = "Runs";

export const runEndpoints = {
  list: get("/runs", {
    tag,
    summary: "Runs, the newest first",
    query: z.strictObject({
      status: listOf(RUN_STATUSES).optional(),
      workflow: label.optional(),
      tag: label.optional(),
      q: label
        .optional()
        .meta({ description: "What the id, the workflow or a tag begins with, upper and lower case alike" }),
      from: time.optional().meta({ description: "Created at or after" }),
      to: time.optional().meta({ description: "Created before" }),
      order: z.enum(["asc", "desc"]).default("desc").meta({ description: "By creation; `asc` is the oldest first" }),
      ...pageQuery,
    }),
    answer: page(runItem),
  }),
  one: get("/runs/:id", { tag, summary: "One run", query: oneQuery, answer: run.sent, tagged: true }),
  timeline: get("/runs/:id/timeline", {
    tag,
    summary: "What a timeline of the run draws, with the position to follow from",
    description:
      "A run of more jobs than `limit` is paged: the first page has the jobs that failed, run or were cancelled, then the oldest; the pages behind it go on with the oldest. `status` and `q` narrow it to jobs that match, the oldest first.",
    query: oneQuery.extend({
      job: id.optional().meta({
        description:
          "This job is in the answer if the run has it, and so are those it depends on and those that depend on it",
      }),
      status: listOf(JOB_STATUSES).optional(),
      q: label
        .optional()
        .meta({ description: "What a job's step, id, tool or agent contains, upper and lower case alike" }),
      changedAfter: z.coerce.number().int().min(0).optional().meta({
        description: "Only jobs that have changed behind this position of the log, in the order of their changes",
      }),
      limit: z.coerce
        .number()
        .int()
        .min(1)
        .max(TIMELINE_JOBS)
        .default(TIMELINE_JOBS)
        .meta({ description: "How many jobs" }),
      cursor: pageQuery.cursor,
    }),
    answer: timeline,
  }),
  why: get("/runs/:id/why", {
    tag,
    summary: "What holds up the run's jobs, one entry per cause with how many it holds",
    query: oneQuery,
    answer: runWaiting,
  }),
  state: get("/runs/:id/state", {
    tag,
    summary: "A run's execution state, from the nearest tier that has it",
    query: oneQuery,
    answer: runState,
  }),
  snapshot: get("/runs/:id/snapshot", {
    tag,
    summary: "A run's execution state as a document to keep; `restore` takes it as it is",
    query: oneQuery,
    answer: snapshot,
  }),
  create: command("/runs", run, runCreate, { tag, summary: "Create a run" }),
  cancel: command("/runs/:id/cancel", run, runTransition, {
    tag,
    summary: "Cancel a run and its open jobs",
    fixed: { to: "cancelled" },
  }),
  retry: command("/runs/:id/retry", run, runRetry, {
    tag,
    summary: "Bring a failed, cancelled or timed out run back, and its jobs that did not complete",
  }),
  restore: command("/runs/:id/restore", run, runRestore, {
    tag,
    summary: "Restore a run's execution state from a snapshot of any version",
  }),
};

export const workstreamEndpoints = {
  list: get("/workstreams", {
    tag: "Workstreams",
    summary: "Workstreams, the newest first",
    query: z.strictObject({ ...runFilter, status: listOf(WORKSTREAM_STATUSES).optional(), ...pageQuery }),
    answer: page(workstream.sent),
  }),
  one: get("/workstreams/:id", {
    tag: "Workstreams",
    summary: "One workstream",
    query: oneQuery,
    answer: workstream.sent,
    tagged: true,
  }),
  transition: command("/workstreams/:id/transition", workstream, workstreamTransition, {
    tag: "Workstreams",
    summary: "Move a workstream to another status",
  }),
};

/** Jobs of a queue, a page of them. */
const ofQueue = { tag: "Queues", query: z.strictObject(pageQuery), answer: page(job.sent) } as const;

export const queueEndpoints = {
  list: get("/queues", {
    tag: "Queues",
    summary: "Queues by name, each with its figures",
    query: z.strictObject(pageQuery),
    answer: page(queueWithFigures),
  }),
  one: get("/queues/:id", {
    tag: "Queues",
    summary: "One queue with its figures",
    query: oneQuery,
    answer: queueWithFigures,
    tagged: true,
  }),
  configure: command("/queues/:id", queue, queueConfigure, {
    tag: "Queues",
    summary: "Pause or resume a queue, bound how many of its jobs run at once; creates it when it is not there",
  }),
  why: get("/queues/:id/why", {
    tag: "Queues",
    summary: "The job that has been due the longest in the queue, and why it waits",
    query: oneQuery,
    answer: queueWaiting,
  }),
  due: get("/queues/:id/due", {
    ...ofQueue,
    summary: "Jobs of the queue that could start, in the order in which claims take them",
  }),
  deadLetters: get("/queues/:id/dead-letters", {
    ...ofQueue,
    summary: "Jobs that failed or timed out for good, the newest first",
  }),
  retryDeadLetters: post("/queues/:id/dead-letters/retry", {
    tag: "Queues",
    summary: "Queue dead letters again: those named, or all of them",
    description:
      'Up to 1,000 changes a commit, oldest first. A run that ended because of its job comes back with it (`run.retry` with `jobs: "none"`); a job whose run was completed or cancelled is skipped, and says why. Without `jobIds` ask again while `remaining` is more than what was skipped.',
    body: z.strictObject({
      jobIds: z
        .array(id)
        .min(1)
        .max(1000)
        .optional()
        .meta({ description: "These alone; all dead letters when left out" }),
      reason: text.optional(),
    }),
    answer: deadLetterRetry,
    says: { 200: "What was retried and what was skipped" },
  }),
};

export const approvalEndpoints = {
  list: get("/approvals", {
    tag: "Approvals",
    summary: "Approvals, the newest first",
    query: z.strictObject({
      view: z.enum(["pending"]).optional().meta({ description: "`pending`: the same as `status=pending`" }),
      status: listOf(APPROVAL_STATUSES).optional(),
      ...runFilter,
      jobId: id.optional(),
      taskId: id.optional(),
      ...countedQuery,
    }),
    answer: countedPage(listedApproval),
  }),
  one: get("/approvals/:id", {
    tag: "Approvals",
    summary: "One approval",
    query: oneQuery,
    answer: approval.sent,
    tagged: true,
  }),
  request: command("/approvals", approval, approvalRequest, { tag: "Approvals", summary: "Ask for a decision" }),
  approve: command("/approvals/:id/approve", approval, approvalApprove, {
    tag: "Approvals",
    summary: "Approve; `edit` is the payload as it should be, where that is an option",
  }),
  reject: command("/approvals/:id/reject", approval, approvalReject, { tag: "Approvals", summary: "Reject" }),
  consume: command("/approvals/:id/consume", approval, approvalConsume, {
    tag: "Approvals",
    summary: "Use up what has been approved, once",
  }),
};

export const statusEndpoints = {
  status: get("/status", {
    tag: "Tasks",
    summary: "An agent's tasks (once per key), sessions and the approvals that it waits for",
    query: z.strictObject({
      agent: label.optional().meta({ description: "The agent; all agents of the tenant when left out" }),
    }),
    answer: agentStatus,
  }),
};
