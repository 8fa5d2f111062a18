import type { FastifyInstance } from "fastify";
import { receiptEndpoints as endpoints } from "../../../domain/commit/endpoints.ts";
import { listReceipts } from "../../store/reads/commit/receipts.ts";
import { type ResourceDeps, scopeOf, withRun } from "../kernel/resource.ts";
import { type Call, route } from "../kernel/route.ts";

/** Receipts as the log keeps them, and the check of their chain. */
export function registerReceipts(app: FastifyInstance, deps: ResourceDeps): void {
  route(app, endpoints.list, ({ request, query }) => listReceipts(request.db, scopeOf(request, deps), withRun(query)));
  const verify = ({ request, reply }: Call<typeof endpoints.verify>) =>
    deps.longReads.ask(request, reply, deps.stopping, "verify", (signal) =>
      deps.store.verify(request.principal.tenantId, signal),
    );
  route(app, endpoints.verify, verify, { longLived: true });
}
