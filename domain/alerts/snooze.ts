import { z } from "zod";
import { id, text, time } from "../kernel/primitives.ts";
import { must, Refusal, type Tx } from "../kernel/tx.ts";
import { emitAlert, mustMove, NOT_ACKNOWLEDGED } from "./alert.ts";
import type { Alert } from "./contract.ts";
import { notifyAgain } from "./notify.ts";
import { NOT_SNOOZED } from "./silence.ts";

/**
 * firing, acknowledged → snoozed: it notifies nobody for now. Until a time (`until`), until it is
 * resolved, or until it gets worse, that is until what its rule measures is a fifth worse than it
 * was. Whatever ends the condition resolves it. Until a time means until then: when the condition
 * comes back before, the alert is snoozed again at once. The other two end with the condition.
 */
export const alertSnooze = z.strictObject({
  type: z.literal("alert.snooze"),
  alertId: id,
  /** When it fires again; left out, it sleeps as `mode` says. */
  until: time.optional(),
  /**
   * `resolved` (the default without `until`): until its condition ends. `worse`: until it gets
   * worse, at the latest at `until`.
   */
  mode: z.enum(["resolved", "worse"]).optional(),
  note: text.optional(),
});

/** The clock's: a snooze whose time is over. Not open to clients. */
export const alertSnoozeExpire = z.strictObject({
  type: z.literal("alert.snooze_expire"),
  alertId: id,
  snoozedUntil: z.string(),
});

export function snoozeAlert(tx: Tx, m: z.infer<typeof alertSnooze>): Alert {
  const alert = must(tx, "alert", m.alertId);
  mustMove(alert, "snoozed");
  const until = m.until ?? null;
  if (until !== null && until <= tx.at) throw new Refusal("not_permitted", `until: ${until} has passed already`);
  const snoozeMode = m.mode ?? (until === null ? "resolved" : "time");
  const note = m.note ?? null;
  tx.put("alert", {
    ...alert,
    ...NOT_ACKNOWLEDGED,
    status: "snoozed",
    snoozedUntil: until,
    snoozeMode,
    snoozedValue: snoozeMode === "worse" ? alert.value : null,
    note,
    escalateAt: null,
    updatedAt: tx.at,
  });
  emitAlert(tx, "alert.snoozed", alert, { by: tx.actor, until, mode: snoozeMode, note });
  return must(tx, "alert", alert.id);
}

export function expireSnooze(tx: Tx, m: z.infer<typeof alertSnoozeExpire>): Alert {
  const alert = must(tx, "alert", m.alertId);
  if (alert.status !== "snoozed" || alert.snoozedUntil !== m.snoozedUntil) return alert;
  return wakeAlert(tx, alert, "the snooze ran out");
}

/** Takes back the snooze of an alert that is resolved: when its condition comes back, it fires. */
export function endSilence(tx: Tx, alert: Readonly<Alert>): Alert {
  tx.put("alert", { ...alert, ...NOT_SNOOZED, note: null, updatedAt: tx.at });
  emitAlert(tx, "alert.unsilenced", alert, { by: tx.actor });
  return must(tx, "alert", alert.id);
}

/** Ends a snooze: it fires again. */
export function wakeAlert(tx: Tx, alert: Readonly<Alert>, reason: string): Alert {
  tx.put("alert", { ...alert, ...NOT_SNOOZED, note: null, status: "firing", updatedAt: tx.at });
  emitAlert(tx, "alert.woken", alert, { by: tx.actor, reason });
  notifyAgain(tx, alert.id, "alert.woken");
  return must(tx, "alert", alert.id);
}
