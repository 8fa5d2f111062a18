import type { TenantClient } from "../../../database/tenant.ts";
import { StoreError } from "../../errors.ts";
import type { LogPosition } from "../../types.ts";

/**
 * The log's head, the oldest position kept (at or below it everything is removed), and the log's
 * id.
 */
export async function readPosition(db: TenantClient): Promise<LogPosition> {
  const head = await db.logHead.findFirst({ select: { seq: true, floor: true, logId: true } });
  return { head: Number(head?.seq ?? 0), floor: Number(head?.floor ?? 0), logId: head?.logId ?? "" };
}

/** The error for a position beyond this log's head, or of another log. */
export function logReplaced({ head, floor, logId }: LogPosition): StoreError {
  const message = `This position is of another log: this one ends at ${head}. It was restored from a backup; start over.`;
  return new StoreError("log_replaced", message, { extra: { head, floor, logId } });
}

/** The error for a position whose part of the log has been removed. */
export function positionGone(floor: number): StoreError {
  return new StoreError("position_gone", `The log is kept from position ${floor + 1} on.`, { extra: { floor } });
}
