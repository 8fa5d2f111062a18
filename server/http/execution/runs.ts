import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { TIMELINE_JOBS } from "../../../domain/execution/timeline.ts";
import { id, label, time } from "../../../domain/kernel/primitives.ts";
import { JOB_STATUSES, RUN_STATUSES } from "../../../domain/kernel/statuses.ts";
import { listRuns } from "../../store/reads/execution/runs.ts";
import { readTimeline } from "../../store/reads/execution/timeline.ts";
import { readRunWhy } from "../../store/reads/execution/waiting-of-many.ts";
import { readRow } from "../../store/reads/kernel/one-row.ts";
import { queriesOf } from "../../store/reads/kernel/scope.ts";
import { answerEvents, runEventQuery } from "../commit/events.ts";
import { registerCommand } from "../kernel/command.ts";
import {
  BASE,
  found,
  listOf,
  mustBeAt,
  mustHaveReached,
  oneQuery,
  pageQuery,
  pathId,
  type ResourceDeps,
  scopeOf,
} from "../kernel/resource.ts";
import { sendTagged } from "../kernel/versions.ts";
import { listDoc, oneDoc } from "../openapi/route-docs.ts";

const runQuery = z.strictObject({
  status: listOf(RUN_STATUSES).optional(),
  workflow: label.optional(),
  tag: label.optional(),
  q: label.optional().meta({ description: "What the id, the workflow or a tag begins with, whatever its case" }),
  from: time.optional().meta({ description: "Created at or after" }),
  to: time.optional().meta({ description: "Created before" }),
  order: z.enum(["asc", "desc"]).default("desc").meta({ description: "By creation; `asc` is the oldest first" }),
  ...pageQuery,
});

const timelineQuery = oneQuery.extend({
  job: id.optional().meta({
    description:
      "This job is in the answer if the run has it, and so are those it depends on and those that depend on it",
  }),
  status: listOf(JOB_STATUSES).optional(),
  q: label.optional().meta({ description: "What a job's step, id, tool or agent has in it, whatever its case" }),
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
});

export function registerRuns(app: FastifyInstance, deps: ResourceDeps): void {
  const tag = "Runs";
  app.get(`${BASE}/runs`, { config: { doc: listDoc(tag, "Runs, the newest first", "Run", runQuery) } }, (request) =>
    listRuns(request.db, scopeOf(request, deps), runQuery.parse(request.query)),
  );
  app.get(`${BASE}/runs/:id`, { config: { doc: oneDoc(tag, "One run", "Run") } }, async (request, reply) => {
    const runId = pathId(request);
    await mustHaveReached(request);
    return sendTagged(reply, found(await readRow(request.db, "run", runId), "run", runId));
  });
  const timeline = {
    ...oneDoc(tag, "What a timeline of the run draws, with the position to follow from", "Timeline"),
    description:
      "A run of more jobs than `limit` is paged: the first page has the jobs that failed, run or were cancelled, then the oldest; the pages behind it go on with the oldest. `status` and `q` narrow it to jobs that match, the oldest first.",
    query: timelineQuery,
  };
  app.get(`${BASE}/runs/:id/timeline`, { config: { doc: timeline } }, async (request) => {
    const runId = pathId(request);
    const { minSeq, ...query } = timelineQuery.parse(request.query);
    await mustBeAt(request, minSeq);
    return found(await readTimeline(request.db, scopeOf(request, deps), runId, query), "run", runId);
  });
  const why = oneDoc(tag, "What holds up the run's jobs, one entry per cause with how many it holds", "RunWaiting");
  app.get(`${BASE}/runs/:id/why`, { config: { doc: why } }, async (request) => {
    const runId = pathId(request);
    await mustHaveReached(request);
    const { status } = found(await readRow(request.db, "run", runId), "run", runId);
    return readRunWhy(queriesOf(deps.prisma), request.principal.tenantId, runId, status);
  });
  const events = listDoc(tag, "The run's events, in order", "Event", runEventQuery);
  app.get(`${BASE}/runs/:id/events`, { config: { doc: events } }, async (request) => {
    const runId = pathId(request);
    found(await readRow(request.db, "run", runId), "run", runId);
    return answerEvents(request, deps, { ...runEventQuery.parse(request.query), runId });
  });

  registerCommand(app, deps, { path: "/runs", kind: "run", mutation: "run.create", tag, summary: "Create a run" });
  registerCommand(app, deps, {
    path: "/runs/:id/cancel",
    kind: "run",
    mutation: "run.transition",
    fixed: { to: "cancelled" },
    tag,
    summary: "Cancel a run and the jobs that are left of it",
  });
  registerCommand(app, deps, {
    path: "/runs/:id/retry",
    kind: "run",
    mutation: "run.retry",
    tag,
    summary: "Bring a failed, cancelled or timed out run back, and its jobs that did not complete",
  });
}
