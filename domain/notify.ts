import { z } from "zod";
import type { Alert } from "./alert.ts";
import { createDelivery, isSent, noticeOf } from "./delivery.ts";
import { id, iso, ms } from "./primitives.ts";
import { type Rule, ruleOf } from "./rule.ts";
import { must, type Tx } from "./tx.ts";

/**
 * Who is told of an alert. When it fires, or fires again, its rule's channels are. While it goes on firing and nobody acknowledges it, the rule's
 * escalation goes on: after a step's time that step's channels are told, and the time of the next step begins. An acknowledgement, a snooze or
 * the end stops it; firing again begins it anew. When it is resolved, everybody is told who had been told of it.
 */
export const alertEscalate = z.strictObject({ type: z.literal("alert.escalate"), alertId: id, escalateAt: z.string() });

/** Puts the deliveries of what has just happened to an alert on their way, in the same commit. `event` is the type of the event that tells it. */
export function notifyAlert(tx: Tx, alertId: string, event: string): void {
  const alert = must(tx, "alert", alertId);
  const rule = ruleOf(tx, alert.rule);
  if (!rule) return;
  const reached = rule.escalation.slice(0, alert.escalationStep).flatMap((step) => step.channels);
  tell(tx, alert, event, [...rule.channels, ...reached]);
}

/** An alert that fires again by itself: its rule's channels are told, and escalation begins anew. */
export function notifyAgain(tx: Tx, alertId: string, event: string): void {
  const alert = must(tx, "alert", alertId);
  tx.put("alert", { ...alert, escalationStep: 0, escalateAt: escalateAt(tx, ruleOf(tx, alert.rule), 0) });
  notifyAlert(tx, alertId, event);
}

/** The clock's: nobody has acknowledged in time. One that was acknowledged, or has gone a step further, stays as it is. */
export function escalateAlert(tx: Tx, m: z.infer<typeof alertEscalate>): Alert {
  const alert = must(tx, "alert", m.alertId);
  if (alert.status !== "firing" || alert.escalateAt !== m.escalateAt) return alert;
  const rule = ruleOf(tx, alert.rule);
  const step = rule?.escalation[alert.escalationStep];
  const escalationStep = step ? alert.escalationStep + 1 : alert.escalationStep;
  const next = escalateAt(tx, rule, escalationStep);
  tx.put("alert", { ...alert, escalationStep, escalateAt: step ? next : null, updatedAt: tx.at });
  const { severity, title, runId } = alert;
  const channels = step?.channels ?? [];
  tx.emit({
    type: "alert.escalated",
    subject: { kind: "alert", id: alert.id },
    runId,
    payload: { rule: alert.rule, severity, title, step: escalationStep, channels, next: step ? next : null },
  });
  const escalated = must(tx, "alert", alert.id);
  tell(tx, escalated, "alert.escalated", channels);
  return escalated;
}

function tell(tx: Tx, alert: Readonly<Alert>, event: string, channels: readonly string[]): void {
  for (const channelId of new Set(channels)) {
    if (!isSent(tx.get("channel", channelId))) continue;
    createDelivery(tx, { channelId, alertId: alert.id, event, payload: { alert: noticeOf(alert) } });
  }
}

function escalateAt(tx: Tx, rule: Readonly<Rule> | undefined, step: number): string | null {
  const afterMs = rule?.escalation[step]?.afterMs;
  return afterMs === undefined ? null : iso(ms(tx.at) + afterMs);
}
