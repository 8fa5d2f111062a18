import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { label } from "../../domain/kernel/primitives.ts";
import { readAgentStatus } from "../store/reads/agents/agent-status.ts";
import { BASE, type ResourceDeps, scopeOf } from "./kernel/resource.ts";
import { plainDoc } from "./openapi/route-docs.ts";

const statusQuery = z.strictObject({
  agent: label.optional().meta({ description: "Whose; left out, what all agents of the tenant have to do with" }),
});

/** `GET /status`: the state of an agent's tasks, or of all agents', in one call. */
export function registerStatus(app: FastifyInstance, deps: ResourceDeps): void {
  const summary = "What an agent has to do with: its tasks, once per key, its sessions, and the approvals it waits for";
  const doc = { ...plainDoc("Tasks", summary, "AgentStatus"), query: statusQuery, problems: [400] };
  app.get(`${BASE}/status`, { config: { doc } }, (request) =>
    readAgentStatus(scopeOf(request, deps), statusQuery.parse(request.query).agent ?? null),
  );
}
