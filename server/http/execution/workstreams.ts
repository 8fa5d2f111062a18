import type { FastifyInstance } from "fastify";
import { workstreamEndpoints as endpoints } from "../../../domain/execution/endpoints.ts";
import { listWorkstreams } from "../../store/reads/execution/workstreams.ts";
import { readRow } from "../../store/reads/kernel/one-row.ts";
import { registerCommand } from "../kernel/command.ts";
import { found, type ResourceDeps, withRun } from "../kernel/resource.ts";
import { route } from "../kernel/route.ts";

/** Workstreams: the cards of the board. */
export function registerWorkstreams(app: FastifyInstance, deps: ResourceDeps): void {
  route(app, endpoints.list, ({ request, query }) => listWorkstreams(request.db, withRun(query)));
  route(app, endpoints.one, async ({ request, id }) =>
    found(await readRow(request.db, "workstream", id), "workstream", id),
  );
  registerCommand(app, deps, endpoints.transition);
}
