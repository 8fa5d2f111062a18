import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { id, time } from "../../../domain/kernel/primitives.ts";
import { runAs } from "../../database/caller.ts";
import type { LaneQueries } from "../../store/lane/lane-database.ts";
import { recalculate } from "../../store/maintenance/recalculate.ts";
import { requireRole } from "../auth/authorize.ts";
import { BASE, committerOf, found, type ResourceDeps, signalOf } from "../kernel/resource.ts";
import { ref, sentSchema } from "../openapi/schemas.ts";
import { refuseSecond } from "./already-running.ts";

const recalculateBody = z
  .strictObject({
    agentKey: id.optional().meta({ description: "Only this agent" }),
    from: time.optional().meta({ description: "Only agents with an outcome at this time or later" }),
  })
  .default({});

/** `POST /statistics/recalculate`: agents' figures are rebuilt from their outcomes. Answers when that is done. */
export function registerRecalculation(app: FastifyInstance, deps: ResourceDeps & { queries: LaneQueries }): void {
  const doc = {
    tag: "Maintenance",
    summary: "Rebuild the figures of agents from their outcomes",
    description:
      "Traffic may go on. Each agent is rebuilt as a whole, from all its outcomes and from what those had added that are no longer kept. Only for admins.",
    body: sentSchema(recalculateBody),
    answers: { 200: { description: "What was read and put right", schema: ref("Recalculation") } },
    problems: [400, 403, 404, 409],
  };
  app.post(`${BASE}/statistics/recalculate`, { config: { doc, longLived: true } }, async (request, reply) => {
    requireRole(request.principal, "admin");
    const options = { ...recalculateBody.parse(request.body ?? undefined), signal: signalOf(reply, deps.stopping) };
    const { agentKey } = options;
    if (agentKey !== undefined) found(await request.db.agent.findFirst({ where: { id: agentKey } }), "agent", agentKey);
    const { tenantId } = request.principal;
    // Not as the request, whose reads end when it does: what has been begun is ended in order.
    const rebuild = () => recalculate(deps, tenantId, committerOf(request), options);
    return runAs({ tenantId, principal: "maintenance" }, rebuild).catch(refuseSecond);
  });
}
