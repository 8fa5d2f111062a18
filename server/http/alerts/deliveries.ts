import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { id } from "../../../domain/kernel/primitives.ts";
import { DELIVERY_STATUSES } from "../../../domain/kernel/statuses.ts";
import type { Wire } from "../../../domain/kernel/wire.ts";
import { listDeliveries } from "../../store/reads/alerts/notifications.ts";
import { readRow } from "../../store/reads/kernel/one-row.ts";
import { registerCommand } from "../kernel/command.ts";
import {
  BASE,
  found,
  listOf,
  mustHaveReached,
  pageQuery,
  pathId,
  type ResourceDeps,
  signalOf,
} from "../kernel/resource.ts";
import { sendTagged } from "../kernel/versions.ts";
import { listDoc, oneDoc } from "../openapi/route-docs.ts";

const query = z.strictObject({
  channelId: id.optional(),
  alertId: id.optional(),
  digestId: id.optional().meta({ description: "Only what this digest tells" }),
  status: listOf(DELIVERY_STATUSES).optional(),
  ...pageQuery,
});
const tag = "Notifications";
const TEST_WAIT_MS = 15_000;

/** The delivery log: what was sent to channels, and what came of it. */
export function registerDeliveries(app: FastifyInstance, deps: ResourceDeps): void {
  const list = listDoc(tag, "The delivery log, the newest first", "Delivery", query);
  app.get(`${BASE}/deliveries`, { config: { doc: list } }, (request) =>
    listDeliveries(request.db, query.parse(request.query)),
  );
  const one = oneDoc(tag, "One delivery", "Delivery");
  app.get(`${BASE}/deliveries/:id`, { config: { doc: one } }, async (request, reply) => {
    const deliveryId = pathId(request);
    await mustHaveReached(request);
    return sendTagged(reply, found(await readRow(request.db, "delivery", deliveryId), "delivery", deliveryId));
  });
  registerCommand(app, deps, {
    path: "/deliveries/:id/replay",
    kind: "delivery",
    mutation: "delivery.replay",
    tag,
    summary: "Send a delivery again, under the same webhook-id; answers the new delivery",
    created: () => true,
    rowId: (outcome) => (outcome.receipt.results as { id: string }[])[0]?.id ?? "",
  });
}

/** The delivery once something has come of it, or as it is when that takes too long. */
export async function awaitDelivery(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: ResourceDeps,
  deliveryId: string,
): Promise<Wire<"delivery">> {
  const { tenantId } = request.principal;
  const over = AbortSignal.any([signalOf(reply, deps.stopping), AbortSignal.timeout(TEST_WAIT_MS)]);
  const stopWatching = deps.store.watch(tenantId);
  let stopListening = () => {};
  try {
    const settled = new Promise<void>((resolve) => {
      over.addEventListener("abort", () => resolve(), { once: true });
      stopListening = deps.store.onCommitted((committed) => {
        if (committed.tenantId !== tenantId) return;
        const row = committed.rows.find((one) => one.kind === "delivery" && one.id === deliveryId);
        if (row?.kind === "delivery" && row.status !== "pending") resolve();
      });
    });
    const now = await readRow(request.db, "delivery", deliveryId);
    if (now !== null && now.status !== "pending") return now;
    if (!over.aborted) await settled;
    return found(await readRow(request.db, "delivery", deliveryId), "delivery", deliveryId);
  } finally {
    stopListening();
    stopWatching();
  }
}
