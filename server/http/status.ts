import type { FastifyInstance } from "fastify";
import { statusEndpoints } from "../../domain/execution/endpoints.ts";
import { readAgentStatus } from "../store/reads/execution/agent-status.ts";
import { type ResourceDeps, scopeOf } from "./kernel/resource.ts";
import { route } from "./kernel/route.ts";

/** `GET /status`: the state of an agent's tasks, or of all agents', in one call. */
export function registerStatus(app: FastifyInstance, deps: ResourceDeps): void {
  route(app, statusEndpoints.status, ({ request, query }) =>
    readAgentStatus(scopeOf(request, deps), query.agent ?? null),
  );
}
