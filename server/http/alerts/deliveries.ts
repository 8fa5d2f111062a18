import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { deliveryEndpoints as endpoints } from "../../../domain/alerts/notification-endpoints.ts";
import type { Wire } from "../../../domain/kernel/wire.ts";
import { listDeliveries } from "../../store/reads/alerts/notifications.ts";
import { readRow } from "../../store/reads/kernel/one-row.ts";
import { registerCommand } from "../kernel/command.ts";
import { found, type ResourceDeps, signalOf } from "../kernel/resource.ts";
import { route } from "../kernel/route.ts";

const TEST_WAIT_MS = 15_000;

/** The delivery log: what was sent to channels, and what came of it. */
export function registerDeliveries(app: FastifyInstance, deps: ResourceDeps): void {
  route(app, endpoints.list, ({ request, query }) => listDeliveries(request.db, query));
  route(app, endpoints.one, async ({ request, id }) =>
    found(await readRow(request.db, "delivery", id), "delivery", id),
  );
  registerCommand(app, deps, endpoints.replay, {
    created: () => true,
    rowId: (outcome) => (outcome.receipt.results as { id: string }[])[0]?.id ?? "",
  });
}

/** The delivery once it has ended, or in its present state when that takes too long. */
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
