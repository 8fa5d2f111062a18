import { Counter, Gauge, type Registry } from "prom-client";
import { readPendingDeliveries } from "../store/due/due-notifications.ts";
import type { LaneQueries } from "../store/lane/lane-database.ts";

/** The metrics of notifications. */
export function createNotifyMetrics(registry: Registry, queries: LaneQueries) {
  const registers = [registry];
  const tries = new Counter({
    name: "switchyard_deliveries_total",
    help: "Tries to send a notification, by kind of channel and by what came of it.",
    labelNames: ["kind", "result"] as const,
    registers,
  });
  const oldest = new Gauge({
    name: "switchyard_deliveries_oldest_pending_seconds",
    help: "Age of the oldest delivery that has not arrived; 0 when there is none.",
    registers,
  });
  new Gauge({
    name: "switchyard_deliveries_pending",
    help: "Deliveries that have not arrived yet.",
    registers,
    async collect() {
      // The other metrics are exported even when the database is away.
      const found = await readPendingDeliveries(queries).catch(() => null);
      if (!found) return;
      this.set(found.pending);
      oldest.set(found.oldest);
    },
  });
  return { sent: (kind: string, ok: boolean) => tries.inc({ kind, result: ok ? "delivered" : "failed" }) };
}
