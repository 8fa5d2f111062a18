import type { AlertStatus, Severity } from "../../../domain/statuses.ts";
import type { Wire } from "../../../domain/wire.ts";
import type { TenantClient } from "../../database/tenant.ts";
import { decodeCursor, type Page, type PageRequest, pageOf } from "./page.ts";
import { wireOf } from "./wire-rows.ts";

export interface AlertQuery extends PageRequest {
  status: AlertStatus[];
  severity?: Severity[];
}

/** Alerts, the one that fired last first. */
export async function listAlerts(db: TenantClient, query: AlertQuery): Promise<Page<Wire<"alert">>> {
  const at = decodeCursor(query.cursor, ["time", "text"]);
  const rows = await db.alert.findMany({
    where: {
      status: { in: query.status },
      ...(query.severity && { severity: { in: query.severity } }),
      ...(at && { firedAt: { lte: at[0] }, OR: [{ firedAt: { lt: at[0] } }, { id: { lt: at[1] } }] }),
    },
    orderBy: [{ firedAt: "desc" }, { id: "desc" }],
    take: query.limit + 1,
  });
  return pageOf(
    rows,
    query.limit,
    (row) => [row.firedAt, row.id],
    (row) => wireOf("alert", row),
  );
}
