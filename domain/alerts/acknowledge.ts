import { z } from "zod";
import { durationMs, id, iso, ms, text } from "../kernel/primitives.ts";
import { must, type Tx } from "../kernel/tx.ts";
import { emitAlert, mustMove, NOT_ACKNOWLEDGED } from "./alert.ts";
import type { Alert } from "./contract.ts";
import { notifyAgain } from "./notify.ts";
import { isSilent } from "./silence.ts";
import { endSilence, wakeAlert } from "./snooze.ts";

/**
 * firing ⇄ acknowledged: somebody is looking at it. One with a timeout fires again by itself. Who
 * takes back a snooze wakes the alert.
 */

export const alertAcknowledge = z.strictObject({
  type: z.literal("alert.acknowledge"),
  alertId: id,
  note: text.optional(),
  timeoutMs: durationMs.positive().optional(),
});
export const alertUnacknowledge = z.strictObject({ type: z.literal("alert.unacknowledge"), alertId: id });

/** The clock's: an acknowledgement whose timeout has passed. Not open to clients. */
export const alertAckExpire = z.strictObject({
  type: z.literal("alert.ack_expire"),
  alertId: id,
  ackExpiresAt: z.string(),
});

/** A second click is refused with who was first. */
export function acknowledgeAlert(tx: Tx, m: z.infer<typeof alertAcknowledge>): Alert {
  const alert = must(tx, "alert", m.alertId);
  mustMove(alert, "acknowledged");
  const ackExpiresAt = m.timeoutMs ? iso(ms(tx.at) + m.timeoutMs) : null;
  const note = m.note ?? null;
  tx.put("alert", {
    ...alert,
    status: "acknowledged",
    acknowledgedAt: tx.at,
    acknowledgedBy: tx.actor,
    note,
    ackExpiresAt,
    escalateAt: null,
    updatedAt: tx.at,
  });
  emitAlert(tx, "alert.acknowledged", alert, { by: tx.actor, note, ackExpiresAt });
  return must(tx, "alert", alert.id);
}

/** Takes back an acknowledgement, or a snooze: it fires again. */
export function unacknowledgeAlert(tx: Tx, m: z.infer<typeof alertUnacknowledge>): Alert {
  const alert = must(tx, "alert", m.alertId);
  if (alert.status === "snoozed") return wakeAlert(tx, alert, "the snooze was taken back");
  if (alert.status === "resolved" && isSilent(alert, tx.at)) return endSilence(tx, alert);
  if (alert.status !== "acknowledged") mustMove(alert, "firing", "not acknowledged");
  return fireAgain(tx, alert, {});
}

export function expireAcknowledgement(tx: Tx, m: z.infer<typeof alertAckExpire>): Alert {
  const alert = must(tx, "alert", m.alertId);
  if (alert.status !== "acknowledged" || alert.ackExpiresAt !== m.ackExpiresAt) return alert;
  return fireAgain(tx, alert, { reason: "the acknowledgement ran out" });
}

function fireAgain(tx: Tx, alert: Readonly<Alert>, more: { reason?: string }): Alert {
  tx.put("alert", { ...alert, ...NOT_ACKNOWLEDGED, status: "firing", updatedAt: tx.at });
  emitAlert(tx, "alert.unacknowledged", alert, { by: tx.actor, ...more });
  notifyAgain(tx, alert.id, "alert.unacknowledged");
  return must(tx, "alert", alert.id);
}
