import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { breakerAt } from "../../../domain/agents/breaker/now.ts";
import { listAgents, readAgent } from "../../store/reads/agents/agents.ts";
import { readRow } from "../../store/reads/kernel/one-row.ts";
import { registerCommand } from "../kernel/command.ts";
import { BASE, found, mustHaveReached, pageQuery, pathId, type ResourceDeps } from "../kernel/resource.ts";
import { etagOf, sendTagged } from "../kernel/versions.ts";
import { listDoc, oneDoc } from "../openapi/route-docs.ts";

const agentQuery = z.strictObject(pageQuery);

export function registerAgents(app: FastifyInstance, deps: ResourceDeps): void {
  const tag = "Agents";
  const list = listDoc(tag, "Agents by key, each with its breaker and its figures", "AgentWithState", agentQuery);
  app.get(`${BASE}/agents`, { config: { doc: list } }, (request) =>
    listAgents(request.db, agentQuery.parse(request.query), deps.store.now()),
  );
  const one = oneDoc(tag, "One agent with its breaker and its figures", "AgentWithState");
  app.get(`${BASE}/agents/:id`, { config: { doc: one } }, async (request, reply) => {
    const agentKey = pathId(request);
    await mustHaveReached(request);
    return sendTagged(reply, found(await readAgent(request.db, agentKey, deps.store.now()), "agent", agentKey));
  });
  const breaker = oneDoc(tag, "The circuit breaker in front of an agent", "Breaker");
  app.get(`${BASE}/agents/:id/breaker`, { config: { doc: breaker } }, async (request, reply) => {
    const agentKey = pathId(request);
    await mustHaveReached(request);
    const row = found(await readRow(request.db, "breaker", agentKey), "agent", agentKey);
    reply.header("etag", etagOf(row));
    return breakerAt(row, deps.store.now());
  });

  registerCommand(app, deps, {
    path: "/agents",
    kind: "agent",
    mutation: "agent.register",
    tag,
    summary: "Register an agent, or change one: fields left out stay as they are; `breaker` is taken as a whole",
    created: (agent) => agent.version === 1,
  });
  registerCommand(app, deps, {
    path: "/agents/:id/heartbeat",
    kind: "agent",
    mutation: "agent.heartbeat",
    tag,
    summary: "Tell that the agent is there",
  });
  registerCommand(app, deps, {
    path: "/agents/:id/breaker/override",
    kind: "breaker",
    mutation: "breaker.override",
    tag,
    summary: "Hold a breaker open, switch it off, or close it",
  });
  registerCommand(app, deps, {
    path: "/agents/:id/breaker/reset",
    kind: "breaker",
    mutation: "breaker.reset",
    tag,
    summary: "Close a breaker and forget what it has seen",
  });
}
