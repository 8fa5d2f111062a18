import { z } from "zod";
import { id, text } from "../kernel/primitives.ts";
import { must, Refusal, type Tx } from "../kernel/tx.ts";
import { emitAlert, endAlert, mustMove } from "./alert.ts";
import type { Alert } from "./contract.ts";

/**
 * any → resolved by an operator. A condition that the clock finds still holding, or that returns,
 * reopens it.
 */
export const alertResolve = z.strictObject({ type: z.literal("alert.resolve"), alertId: id, note: text.optional() });

/** A remark of an operator, whatever the alert's status. */
export const alertComment = z.strictObject({
  type: z.literal("alert.comment"),
  alertId: id,
  text: text.min(1).max(2000),
});

/** An alert keeps its latest comments; the log has them all. */
const MAX_COMMENTS = 200;

export function resolveAlertByRequest(tx: Tx, m: z.infer<typeof alertResolve>): Alert {
  const alert = must(tx, "alert", m.alertId);
  mustMove(alert, "resolved");
  return endAlert(tx, alert, m.note ?? "resolved by an operator");
}

export function commentAlert(tx: Tx, m: z.infer<typeof alertComment>): Alert {
  const alert = must(tx, "alert", m.alertId);
  if (alert.status === "pending") throw new Refusal("not_permitted", `alert ${alert.id} has not fired yet`);
  const comments = [...alert.comments, { by: tx.actor, at: tx.at, text: m.text }].slice(-MAX_COMMENTS);
  tx.put("alert", { ...alert, comments, updatedAt: tx.at });
  emitAlert(tx, "alert.commented", alert, { by: tx.actor, text: m.text });
  return must(tx, "alert", alert.id);
}
