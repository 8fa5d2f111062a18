import type { TenantClient } from "../../database/tenant.ts";
import { StoreError } from "../errors.ts";

/** Where the log's head is, and the oldest position that is kept (what lies at or below it is gone). */
export async function readPosition(db: TenantClient): Promise<{ head: number; floor: number }> {
  const head = await db.logHead.findFirst({ select: { seq: true, floor: true } });
  return { head: Number(head?.seq ?? 0), floor: Number(head?.floor ?? 0) };
}

/** The refusal of a position whose part of the log has left. */
export function positionGone(floor: number): StoreError {
  return new StoreError("position_gone", `The log is kept from position ${floor + 1} on.`, { extra: { floor } });
}
