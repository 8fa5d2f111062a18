import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { Retention } from "../../store/maintenance/retention.ts";
import { requireRole } from "../auth/authorize.ts";
import { actorOf } from "../kernel/principal.ts";
import { BASE, type ResourceDeps } from "../kernel/resource.ts";
import { ref, sentSchema } from "../openapi/schemas.ts";
import { refuseSecond } from "./already-running.ts";

const retentionBody = z
  .strictObject({
    dryRun: z.boolean().default(false).meta({ description: "Only say what would leave" }),
  })
  .default({ dryRun: false });

/** One request begins no further piece of work after this long; `more` then says that there is more. */
const BUDGET_MS = 20_000;

/** `POST /maintenance/retention`: what is old leaves the log now, and not when its time comes round. */
export function registerMaintenance(app: FastifyInstance, deps: ResourceDeps & { retention: Retention }): void {
  const doc = {
    tag: "Maintenance",
    summary: "Remove what is old from the log",
    description:
      "Events and receipts older than EVENT_RETENTION_DAYS leave, archived first if there is an archive; so do expired idempotency keys. Happens by itself as well. Only for admins.",
    body: sentSchema(retentionBody),
    answers: { 200: { description: "What has left, or would leave", schema: ref("RetentionReport") } },
    problems: [400, 403, 409],
  };
  app.post(`${BASE}/maintenance/retention`, { config: { doc, longLived: true } }, async (request, reply) => {
    requireRole(request.principal, "admin");
    const { dryRun } = retentionBody.parse(request.body ?? undefined);
    const { tenantId } = request.principal;
    const { retention, stopping: signal } = deps;
    const options = { dryRun, signal, budgetMs: BUDGET_MS, actor: actorOf(request.principal) };
    if (dryRun) {
      const look = () => retention.trim(tenantId, options);
      return { ...(await deps.longReads.ask(request, reply, signal, "retention", look)), idempotencyKeys: 0 };
    }
    const report = await retention.trim(tenantId, options).catch(refuseSecond);
    return { ...report, idempotencyKeys: await retention.purgeKeys(tenantId, signal) };
  });
}
