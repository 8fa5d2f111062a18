import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { listReceipts } from "../../store/reads/commit/receipts.ts";
import { BASE, pageQuery, type ResourceDeps, runFilter, scopeOf, withRun } from "../kernel/resource.ts";
import { listDoc, plainDoc } from "../openapi/route-docs.ts";

const receiptQuery = z.strictObject({ ...runFilter, ...pageQuery });

export function registerReceipts(app: FastifyInstance, deps: ResourceDeps): void {
  const tag = "Receipts";
  const list = listDoc(tag, "Receipts, the newest first, without what they yielded", "StoredReceipt", receiptQuery);
  app.get(`${BASE}/receipts`, { config: { doc: list } }, (request) =>
    listReceipts(request.db, scopeOf(request, deps), withRun(receiptQuery.parse(request.query))),
  );
  const verify = plainDoc(tag, "Recompute the chain of receipts from the oldest one kept to the head", "Verification");
  app.get(`${BASE}/receipts/verify`, { config: { doc: verify, longLived: true } }, (request, reply) =>
    deps.longReads.ask(request, reply, deps.stopping, "verify", (signal) =>
      deps.store.verify(request.principal.tenantId, signal),
    ),
  );
}
