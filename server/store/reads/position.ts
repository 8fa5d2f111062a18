import type { TenantClient } from "../../database/tenant.ts";

/** Where the log's head is, and the oldest position that is kept (what lies at or below it is gone). */
export async function readPosition(db: TenantClient): Promise<{ head: number; floor: number }> {
  const head = await db.logHead.findFirst({ select: { seq: true, floor: true } });
  return { head: Number(head?.seq ?? 0), floor: Number(head?.floor ?? 0) };
}
