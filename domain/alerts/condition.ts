import { z } from "zod";
import { id, ms, text } from "../kernel/primitives.ts";
import { must, type Tx } from "../kernel/tx.ts";
import { awaitAlert, fireAlert, refreshAlert, resolveAlert } from "./alert.ts";
import type { Alert } from "./contract.ts";
import { takeUpEscalation } from "./notify.ts";
import { ruleOf } from "./rule.ts";
import { wakeAlert } from "./snooze.ts";

/**
 * What the clock sees when it looks at the rules: a condition holds, or an alert's condition does
 * so no more. Not open to clients. Seeing the same thing twice changes nothing, so two clocks do no
 * harm.
 */
export const alertFire = z.strictObject({
  type: z.literal("alert.fire"),
  alertId: id,
  ruleId: id,
  title: text,
  detail: text.nullable(),
  subject: z.strictObject({ kind: z.string(), id: z.string() }),
  runId: id.nullable(),
  value: z.number().nullable(),
  threshold: z.number().nullable(),
  /** An alert that is likely to be the cause of this one; it folds this one if it is open. */
  causeId: id.nullable(),
});

/**
 * Says what is so now of an alert that is open; null: only what is its rule's, severity and
 * escalation. It raises nothing.
 */
export const alertRefresh = z.strictObject({
  type: z.literal("alert.refresh"),
  alertId: id,
  seen: z
    .strictObject({
      title: text,
      detail: text.nullable(),
      value: z.number().nullable(),
      threshold: z.number().nullable(),
    })
    .nullable(),
});

export const alertClear = z.strictObject({ type: z.literal("alert.clear"), alertId: id, reason: text });

/** A snoozed alert wakes when what is measured is worse by this part of what it was. */
const WORSE_BY = 0.2;

/**
 * A condition holds: its alert is awaited, fires, or goes on. A rule that is off, or gone, raises
 * nothing.
 */
export function holdCondition(tx: Tx, m: z.infer<typeof alertFire>): Readonly<Alert> | null {
  const rule = ruleOf(tx, m.ruleId);
  if (!rule?.enabled) return null;
  const cause = m.causeId === null ? undefined : tx.get("alert", m.causeId);
  const open = cause && cause.status !== "resolved" && cause.status !== "pending";
  const condition = {
    id: m.alertId,
    rule: rule.id,
    severity: rule.severity,
    title: m.title,
    detail: m.detail,
    subject: m.subject,
    runId: m.runId,
    value: m.value,
    threshold: m.threshold,
    causeId: open ? m.causeId : null,
    escalateAfterMs: rule.escalation[0]?.afterMs ?? null,
  };
  const alert = tx.get("alert", m.alertId);
  if (!alert || alert.status === "resolved") {
    if (rule.forMs > 0) awaitAlert(tx, condition);
    else fireAlert(tx, condition);
  } else if (alert.status === "pending") {
    if (ms(tx.at) - ms(alert.pendingSince ?? tx.at) >= rule.forMs) fireAlert(tx, condition);
  } else {
    refreshAlert(tx, alert, condition);
    const now = must(tx, "alert", alert.id);
    if (now.status === "snoozed" && now.snoozeMode === "worse" && isWorse(now)) wakeAlert(tx, now, "it got worse");
  }
  return tx.get("alert", m.alertId) ?? null;
}

/**
 * What was seen of an open alert since it fired, and the severity and the escalation that its rule
 * has by now.
 */
export function refreshCondition(tx: Tx, m: z.infer<typeof alertRefresh>): Readonly<Alert> | null {
  const alert = tx.get("alert", m.alertId);
  const rule = alert && ruleOf(tx, alert.rule);
  if (alert && rule && alert.status !== "resolved") {
    refreshAlert(tx, alert, { ...m.seen, severity: rule.severity });
    takeUpEscalation(tx, must(tx, "alert", alert.id));
  }
  return tx.get("alert", m.alertId) ?? null;
}

/** A condition holds no more. */
export function clearCondition(tx: Tx, m: z.infer<typeof alertClear>): Readonly<Alert> | null {
  resolveAlert(tx, m.alertId, m.reason);
  return tx.get("alert", m.alertId) ?? null;
}

/**
 * Whether its value has gone further beyond the threshold since it was snoozed, by a fifth of what
 * it was then.
 */
function isWorse({ value, snoozedValue, threshold }: Readonly<Alert>): boolean {
  if (value === null || snoozedValue === null || threshold === null) return false;
  const [was, now] = [snoozedValue - threshold, value - threshold];
  const further = Math.max(Math.abs(snoozedValue) * WORSE_BY, Number.EPSILON);
  return was <= 0 ? now <= was - further : now >= was + further;
}
