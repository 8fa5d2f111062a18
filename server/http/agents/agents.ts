import type { FastifyInstance } from "fastify";
import { breakerAt } from "../../../domain/agents/breaker/now.ts";
import { agentEndpoints as endpoints } from "../../../domain/agents/endpoints.ts";
import { listAgents, readAgent } from "../../store/reads/agents/agents.ts";
import { listBreakers } from "../../store/reads/agents/breakers.ts";
import { readRow } from "../../store/reads/kernel/one-row.ts";
import { registerCommand } from "../kernel/command.ts";
import { found, type ResourceDeps } from "../kernel/resource.ts";
import { route } from "../kernel/route.ts";

/** Agents, and the breakers in front of them as they are now. */
export function registerAgents(app: FastifyInstance, deps: ResourceDeps): void {
  const { now } = deps.store;
  route(app, endpoints.list, ({ request, query }) => listAgents(request.db, query, now()));
  route(app, endpoints.one, async ({ request, id }) => found(await readAgent(request.db, id, now()), "agent", id));
  route(app, endpoints.breaker, async ({ request, id }) =>
    breakerAt(found(await readRow(request.db, "breaker", id), "agent", id), now()),
  );
  route(app, endpoints.breakers, ({ request, query }) => listBreakers(request.db, query, now()));
  registerCommand(app, deps, endpoints.register, { created: (agent) => agent.version === 1 });
  registerCommand(app, deps, endpoints.heartbeat);
  registerCommand(app, deps, endpoints.override);
  registerCommand(app, deps, endpoints.reset);
}
