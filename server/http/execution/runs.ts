import type { FastifyInstance } from "fastify";
import { eventEndpoints } from "../../../domain/commit/endpoints.ts";
import { runEndpoints as endpoints } from "../../../domain/execution/endpoints.ts";
import { listRuns } from "../../store/reads/execution/runs.ts";
import { readTimeline } from "../../store/reads/execution/timeline.ts";
import { readRunWhy } from "../../store/reads/execution/waiting-of-many.ts";
import { readRow } from "../../store/reads/kernel/one-row.ts";
import { queriesOf } from "../../store/reads/kernel/scope.ts";
import { answerEvents } from "../commit/events.ts";
import { registerCommand } from "../kernel/command.ts";
import { found, type ResourceDeps, scopeOf } from "../kernel/resource.ts";
import { route } from "../kernel/route.ts";

/** Runs, their timelines and their events; their state is in `run-state.ts`. */
export function registerRuns(app: FastifyInstance, deps: ResourceDeps): void {
  route(app, endpoints.list, ({ request, query }) => listRuns(request.db, scopeOf(request, deps), query));
  route(app, endpoints.one, async ({ request, id }) => found(await readRow(request.db, "run", id), "run", id));
  route(app, endpoints.timeline, async ({ request, id, query: { minSeq: _, ...query } }) =>
    found(await readTimeline(request.db, scopeOf(request, deps), id, query), "run", id),
  );
  route(app, endpoints.why, async ({ request, id }) => {
    const { status } = found(await readRow(request.db, "run", id), "run", id);
    return readRunWhy(queriesOf(deps.prisma), request.principal.tenantId, id, status);
  });
  route(app, eventEndpoints.ofRun, async ({ request, id, query }) => {
    found(await readRow(request.db, "run", id), "run", id);
    return answerEvents(request, deps, { ...query, runId: id });
  });
  registerCommand(app, deps, endpoints.create);
  registerCommand(app, deps, endpoints.cancel);
  registerCommand(app, deps, endpoints.retry);
}
