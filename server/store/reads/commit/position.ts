import type { TenantClient } from "../../../database/tenant.ts";
import { StoreError } from "../../errors.ts";
import type { LogPosition } from "../../types.ts";

/** Where the log's head is, the oldest position that is kept (what lies at or below it is gone), and which log it is. */
export async function readPosition(db: TenantClient): Promise<LogPosition> {
  const head = await db.logHead.findFirst({ select: { seq: true, floor: true, logId: true } });
  return { head: Number(head?.seq ?? 0), floor: Number(head?.floor ?? 0), logId: head?.logId ?? "" };
}

/** The refusal of a position that this log has not come to, or that is said to be of another log. */
export function logReplaced({ head, floor, logId }: LogPosition): StoreError {
  const message = `This position is of another log: this one ends at ${head}. It was restored from a backup; start over.`;
  return new StoreError("log_replaced", message, { extra: { head, floor, logId } });
}

/** The refusal of a position whose part of the log has left. */
export function positionGone(floor: number): StoreError {
  return new StoreError("position_gone", `The log is kept from position ${floor + 1} on.`, { extra: { floor } });
}
