import type { FastifyInstance } from "fastify";
import { agentEndpoints } from "../../../domain/agents/endpoints.ts";
import { runAs } from "../../database/caller.ts";
import type { LaneQueries } from "../../store/lane/lane-database.ts";
import { recalculate } from "../../store/maintenance/recalculate.ts";
import { requireAdmin } from "../auth/authorize.ts";
import { committerOf, found, type ResourceDeps, signalOf } from "../kernel/resource.ts";
import { type Call, route } from "../kernel/route.ts";
import { refuseSecond } from "./already-running.ts";

/**
 * `POST /statistics/recalculate`: agents' figures are rebuilt from their outcomes. Answers when
 * that is done.
 */
export function registerRecalculation(app: FastifyInstance, deps: ResourceDeps & { queries: LaneQueries }): void {
  const rebuild = async ({ request, reply, body }: Call<typeof agentEndpoints.recalculate>) => {
    const options = { ...body, signal: signalOf(reply, deps.stopping) };
    const { agentKey } = body;
    if (agentKey !== undefined) found(await request.db.agent.findFirst({ where: { id: agentKey } }), "agent", agentKey);
    const { tenantId } = request.principal;
    // Not as the request, whose reads end when it does: what has been begun is ended in order.
    const work = () => recalculate(deps, tenantId, committerOf(request), options);
    return runAs({ tenantId, principal: "maintenance" }, work).catch(refuseSecond);
  };
  route(app, agentEndpoints.recalculate, rebuild, { longLived: true, allow: requireAdmin });
}
