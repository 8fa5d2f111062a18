import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { DAY_MS } from "../../../domain/kernel/time.ts";
import { runAs } from "../../database/caller.ts";
import type { LaneQueries } from "../../store/lane/lane-database.ts";
import { cleanUpTenant, timeAgo } from "../../store/maintenance/cleanup.ts";
import { requireRole } from "../auth/authorize.ts";
import { BASE, committerOf, type ResourceDeps, signalOf } from "../kernel/resource.ts";
import { ref, sentSchema } from "../openapi/schemas.ts";
import { refuseSecond } from "./already-running.ts";

const cleanupBody = z.strictObject({
  olderThanDays: z.number().positive().max(3650).meta({
    description: "What is this old or younger stays; a fraction of a day is fine",
  }),
  dryRun: z.boolean().default(false).meta({ description: "Only count what would leave" }),
});

/** `POST /maintenance/cleanup`: rows that are too old leave. Answers when that is done. */
export function registerCleanup(app: FastifyInstance, deps: ResourceDeps & { queries: LaneQueries }): void {
  const doc = {
    tag: "Maintenance",
    summary: "Remove old runs, decisions, outcomes and vanished agents",
    description:
      "Finished runs with all that hangs on them, routing decisions, outcomes (folded into their agents' figures, which stay as they are), and agents that have not been seen for that long and whose breaker is closed. What an incomplete run needs stays, and so does every breaker that is not closed. Traffic may go on; each batch is one commit. Only for admins.",
    body: sentSchema(cleanupBody),
    answers: { 200: { description: "How many rows have left, or would leave", schema: ref("CleanupReport") } },
    problems: [400, 403, 409],
  };
  app.post(`${BASE}/maintenance/cleanup`, { config: { doc, longLived: true } }, async (request, reply) => {
    requireRole(request.principal, "admin");
    const { olderThanDays, dryRun } = cleanupBody.parse(request.body ?? {});
    const { tenantId } = request.principal;
    const olderThan = await timeAgo(deps.queries, tenantId, olderThanDays * DAY_MS);
    const options = { olderThan, dryRun, signal: signalOf(reply, deps.stopping) };
    // Not as the request, whose reads end when it does: what has been begun is ended in order.
    const clean = () => cleanUpTenant(deps, tenantId, committerOf(request), options);
    return runAs({ tenantId, principal: "maintenance" }, clean).catch(refuseSecond);
  });
}
