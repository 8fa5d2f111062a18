import type { FastifyInstance } from "fastify";
import { DAY_MS } from "../../../domain/kernel/time.ts";
import { maintenanceEndpoints } from "../../../domain/maintenance/endpoints.ts";
import { runAs } from "../../database/caller.ts";
import type { LaneQueries } from "../../store/lane/lane-database.ts";
import { cleanUpTenant, timeAgo } from "../../store/maintenance/cleanup.ts";
import { requireAdmin } from "../auth/authorize.ts";
import { committerOf, type ResourceDeps, signalOf } from "../kernel/resource.ts";
import { type Call, route } from "../kernel/route.ts";
import { refuseSecond } from "./already-running.ts";

/** `POST /maintenance/cleanup`: rows that are too old leave. Answers when that is done. */
export function registerCleanup(app: FastifyInstance, deps: ResourceDeps & { queries: LaneQueries }): void {
  const clean = async ({ request, reply, body }: Call<typeof maintenanceEndpoints.cleanup>) => {
    const { olderThanDays, dryRun } = body;
    const { tenantId } = request.principal;
    const olderThan = await timeAgo(deps.queries, tenantId, olderThanDays * DAY_MS);
    const options = { olderThan, dryRun, signal: signalOf(reply, deps.stopping) };
    // Not as the request, whose reads end when it does: what has been begun is ended in order.
    const work = () => cleanUpTenant(deps, tenantId, committerOf(request), options);
    return runAs({ tenantId, principal: "maintenance" }, work).catch(refuseSecond);
  };
  route(app, maintenanceEndpoints.cleanup, clean, { longLived: true, allow: requireAdmin });
}
