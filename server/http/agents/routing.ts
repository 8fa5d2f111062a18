import type { FastifyInstance } from "fastify";
import { routingEndpoints as endpoints } from "../../../domain/agents/endpoints.ts";
import { explainDecision } from "../../store/reads/agents/decision-explained.ts";
import { listDecisions } from "../../store/reads/agents/decisions.ts";
import { registerCommand } from "../kernel/command.ts";
import { found, type ResourceDeps, withRun } from "../kernel/resource.ts";
import { route } from "../kernel/route.ts";

/** Routing decisions: taken, explained, and how they turned out. */
export function registerRouting(app: FastifyInstance, deps: ResourceDeps): void {
  route(app, endpoints.list, ({ request, query }) => listDecisions(request.db, withRun(query)));
  route(app, endpoints.one, async ({ request, id }) => found(await explainDecision(request.db, id), "decision", id));
  registerCommand(app, deps, endpoints.decide, {
    rowId: ({ receipt }) => (receipt.results[0] as { id: string }).id,
  });
  registerCommand(app, deps, endpoints.outcome);
}
