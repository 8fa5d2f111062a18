import type { FastifyInstance } from "fastify";
import { maintenanceEndpoints } from "../../../domain/maintenance/endpoints.ts";
import type { Retention } from "../../store/maintenance/retention.ts";
import { requireAdmin } from "../auth/authorize.ts";
import { actorOf } from "../kernel/principal.ts";
import type { ResourceDeps } from "../kernel/resource.ts";
import { type Call, route } from "../kernel/route.ts";
import { refuseSecond } from "./already-running.ts";

/**
 * One request begins no further piece of work after this long; `more` then says that there is more.
 */
const BUDGET_MS = 20_000;

/**
 * `POST /maintenance/retention`: what is old leaves the log now, and not when its time comes round.
 */
export function registerMaintenance(app: FastifyInstance, deps: ResourceDeps & { retention: Retention }): void {
  const trim = async ({ request, reply, body: { dryRun } }: Call<typeof maintenanceEndpoints.retention>) => {
    const { tenantId } = request.principal;
    const { retention, stopping: signal } = deps;
    const options = { dryRun, signal, budgetMs: BUDGET_MS, actor: actorOf(request.principal) };
    if (dryRun) {
      const count = () => retention.trim(tenantId, options);
      return { ...(await deps.longReads.ask(request, reply, signal, "retention", count)), idempotencyKeys: 0 };
    }
    const report = await retention.trim(tenantId, options).catch(refuseSecond);
    return { ...report, idempotencyKeys: await retention.purgeKeys(tenantId, signal) };
  };
  route(app, maintenanceEndpoints.retention, trim, { longLived: true, allow: requireAdmin });
}
