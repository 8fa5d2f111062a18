import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { id, label } from "../../../domain/kernel/primitives.ts";
import { JOB_STATUSES } from "../../../domain/kernel/statuses.ts";
import { listJobs, readJob } from "../../store/reads/execution/jobs.ts";
import { readRetryPreview } from "../../store/reads/execution/retry-preview.ts";
import { lookNow, readWhy } from "../../store/reads/execution/waiting.ts";
import { queriesOf } from "../../store/reads/kernel/scope.ts";
import type { CommitOutcome } from "../../store/types.ts";
import { type Command, registerCommand } from "../kernel/command.ts";
import {
  BASE,
  found,
  listOf,
  mustHaveReached,
  pageQuery,
  pathId,
  type ResourceDeps,
  runFilter,
  scopeOf,
  withRun,
} from "../kernel/resource.ts";
import { sendTagged } from "../kernel/versions.ts";
import { listDoc, oneDoc } from "../openapi/route-docs.ts";

const jobQuery = z.strictObject({
  ...runFilter,
  workstreamId: id.optional(),
  status: listOf(JOB_STATUSES).optional(),
  agent: id.optional().meta({ description: "The agent that runs or ran it last, or the only one that may" }),
  queue: id.optional(),
  q: label
    .optional()
    .meta({ description: "What the step, the id, the tool or the agent has in it, whatever its case" }),
  ...pageQuery,
});

const tag = "Jobs";

/** What the one who starts a job needs to go on. */
function tokenOf({ receipt }: CommitOutcome): object {
  const { leaseToken } = (receipt.results[0] ?? {}) as { leaseToken?: string };
  return { leaseToken };
}

const COMMANDS: readonly Omit<Command<"job">, "kind" | "tag">[] = [
  { path: "/jobs", mutation: "job.enqueue", summary: "Enqueue a job" },
  {
    path: "/jobs/:id/start",
    mutation: "job.start",
    summary: "Start this very job for an agent that the orchestrator has chosen itself",
    more: tokenOf,
  },
  { path: "/jobs/:id/heartbeat", mutation: "job.heartbeat", summary: "Keep the lease, tell progress" },
  { path: "/jobs/:id/complete", mutation: "job.complete", summary: "End the attempt and the job with success" },
  { path: "/jobs/:id/fail", mutation: "job.fail", summary: "End the attempt; the job is tried again if it may be" },
  { path: "/jobs/:id/timeout", mutation: "job.timeout", summary: "End the attempt, or a job that waited too long" },
  { path: "/jobs/:id/cancel", mutation: "job.cancel", summary: "Cancel a job that has not ended" },
  { path: "/jobs/:id/retry", mutation: "job.retry", summary: "Queue a job again that did not complete" },
];

/** All of the queue but the claim, see `claims.ts`. */
export function registerJobs(app: FastifyInstance, deps: ResourceDeps): void {
  app.get(`${BASE}/jobs`, { config: { doc: listDoc(tag, "Jobs, the newest first", "Job", jobQuery) } }, (request) =>
    listJobs(request.db, scopeOf(request, deps), withRun(jobQuery.parse(request.query))),
  );
  const one = oneDoc(tag, "One job with its attempts", "JobWithAttempts");
  app.get(`${BASE}/jobs/:id`, { config: { doc: one } }, async (request, reply) => {
    const jobId = pathId(request);
    await mustHaveReached(request);
    return sendTagged(reply, found(await readJob(request.db, jobId), "job", jobId));
  });
  const why = {
    ...oneDoc(tag, "Why the job does not run now: all that holds it up, the deciding cause first", "Waiting"),
    description:
      "What it waits for (jobs, an approval), until when (schedule, back-off), its queue (paused, full), the agents that could take it (missing, draining, busy, breakers), and how many jobs a claim takes first. `next`: nothing holds it up. Empty for a job that runs or has ended.",
  };
  app.get(`${BASE}/jobs/:id/why`, { config: { doc: why } }, async (request) => {
    const jobId = pathId(request);
    await mustHaveReached(request);
    const { tenantId } = request.principal;
    return found(await readWhy(await lookNow(queriesOf(deps.prisma), tenantId), jobId), "job", jobId);
  });
  const preview = oneDoc(
    tag,
    "What a retry of the job would bring back with it, and what it would not",
    "RetryPreview",
  );
  app.get(`${BASE}/jobs/:id/retry`, { config: { doc: preview } }, async (request) => {
    const jobId = pathId(request);
    await mustHaveReached(request);
    return found(await readRetryPreview(request.db, jobId), "job", jobId);
  });
  for (const command of COMMANDS) registerCommand(app, deps, { ...command, kind: "job", tag });
}
