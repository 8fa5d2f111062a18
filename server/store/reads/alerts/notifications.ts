import type { DeliveryStatus } from "../../../../domain/kernel/statuses.ts";
import type { Wire } from "../../../../domain/kernel/wire.ts";
import type { TenantClient } from "../../../database/tenant.ts";
import { decodeCursor, type Page, type PageRequest, pageOf } from "../kernel/page.ts";
import { wireOf } from "../kernel/wire-rows.ts";

/** Existing channels, by id. */
export async function listChannels(db: TenantClient, query: PageRequest): Promise<Page<Wire<"channel">>> {
  const at = decodeCursor(query.cursor, ["text"]);
  const rows = await db.channel.findMany({
    where: { removedAt: null, ...(at && { id: { gt: at[0] } }) },
    orderBy: { id: "asc" },
    take: query.limit + 1,
  });
  return pageOf(
    rows,
    query.limit,
    (row) => [row.id],
    (row) => wireOf("channel", row),
  );
}

export interface DeliveryQuery extends PageRequest {
  channelId?: string | undefined;
  alertId?: string | undefined;
  digestId?: string | undefined;
  status?: DeliveryStatus[] | undefined;
}

/** The delivery log, newest first. */
export async function listDeliveries(db: TenantClient, query: DeliveryQuery): Promise<Page<Wire<"delivery">>> {
  const { channelId, alertId, digestId, status } = query;
  const at = decodeCursor(query.cursor, ["time", "text"]);
  const rows = await db.delivery.findMany({
    where: {
      ...(channelId !== undefined && { channelId }),
      ...(alertId !== undefined && { alertId }),
      ...(digestId !== undefined && { digestId }),
      ...(status && { status: { in: status } }),
      ...(at && { createdAt: { lte: at[0] }, OR: [{ createdAt: { lt: at[0] } }, { id: { lt: at[1] } }] }),
    },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: query.limit + 1,
  });
  return pageOf(
    rows,
    query.limit,
    (row) => [row.createdAt, row.id],
    (row) => wireOf("delivery", row),
  );
}
