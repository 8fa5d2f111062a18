import { z } from "zod";
import { label, whole } from "../kernel/primitives.ts";
import type { Tx } from "../kernel/tx.ts";

/**
 * The log says of itself that its beginning has left. `floor` is the last position that is gone,
 * always a receipt's last one; what was kept of it before stands in the archive's files, if there
 * is an archive. Committed by the one who trims, never by clients.
 */
export const logTrim = z.strictObject({
  type: z.literal("log.trim"),
  /** The floor before. */
  from: whole,
  floor: whole,
  events: whole,
  receipts: whole,
  /** Names of the archive's files that hold what left; null without an archive. */
  archive: z.array(label).nullable(),
});

/** The log has no row: what this yields is the new floor. */
export function trimLog(tx: Tx, { type: _, ...trimmed }: z.infer<typeof logTrim>): { floor: number } {
  tx.emit({ type: "log.trimmed", subject: { kind: "log", id: "events" }, payload: trimmed });
  return { floor: trimmed.floor };
}
