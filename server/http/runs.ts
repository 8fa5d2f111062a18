import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { label, time } from "../../domain/primitives.ts";
import { RUN_STATUSES } from "../../domain/statuses.ts";
import { readRow } from "../store/reads/one-row.ts";
import { listRuns, readTimeline } from "../store/reads/runs.ts";
import { registerCommand } from "./command.ts";
import { answerEvents, runEventQuery } from "./events.ts";
import { listDoc, oneDoc } from "./openapi/route-docs.ts";
import { BASE, found, listOf, mustHaveReached, pageQuery, pathId, type ResourceDeps, scopeOf } from "./resource.ts";

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

export function registerRuns(app: FastifyInstance, deps: ResourceDeps): void {
  const tag = "Runs";
  app.get(`${BASE}/runs`, { config: { doc: listDoc(tag, "Runs, the newest first", "Run", runQuery) } }, (request) =>
    listRuns(request.db, scopeOf(request, deps), runQuery.parse(request.query)),
  );
  app.get(`${BASE}/runs/:id`, { config: { doc: oneDoc(tag, "One run", "Run") } }, async (request) => {
    const runId = pathId(request);
    await mustHaveReached(request);
    return found(await readRow(request.db, "run", runId), "run", runId);
  });
  const timeline = oneDoc(tag, "All that a timeline of the run draws, with the position to follow from", "Timeline");
  app.get(`${BASE}/runs/:id/timeline`, { config: { doc: timeline } }, async (request) => {
    const runId = pathId(request);
    await mustHaveReached(request);
    return found(await readTimeline(request.db, runId), "run", runId);
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
