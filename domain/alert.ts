import { z } from "zod";
import { durationMs, id, iso, ms, text } from "./primitives.ts";
import type { AlertStatus, Severity } from "./statuses.ts";
import { must, Refusal, type RowBase, type Subject, type Tx } from "./tx.ts";

/**
 * An alert: something an operator must know (C13). Its id is its fingerprint, so a condition that returns reopens its alert.
 *
 * firing ⇄ acknowledged by an operator's click; any → resolved when the condition ends; resolved → firing when it returns
 * (`reopened` counts that). An acknowledgement with a timeout returns to firing when it has passed.
 */
export interface Alert extends RowBase {
  rule: string;
  severity: Severity;
  status: AlertStatus;
  title: string;
  detail: string | null;
  subjectKind: string;
  subjectId: string;
  firedAt: string;
  acknowledgedAt: string | null;
  acknowledgedBy: string | null;
  note: string | null;
  ackExpiresAt: string | null;
  resolvedAt: string | null;
  resolvedBy: string | null;
  reopened: number;
  /** Since when the condition holds, while the alert is not firing yet. */
  pendingSince: string | null;
  /** What was measured, and what it is measured against. */
  value: number | null;
  threshold: number | null;
  runId: string | null;
  /** The alert that caused this one: it is shown folded into that. */
  causeId: string | null;
  snoozedUntil: string | null;
  /** Until when it sleeps: a time, its end, or until it gets worse. */
  snoozeMode: "time" | "resolved" | "worse" | null;
  comments: AlertComment[];
  /** How far its rule's escalation has gone, and when it goes on. */
  escalationStep: number;
  escalateAt: string | null;
  updatedAt: string;
}

export interface AlertComment {
  by: string;
  at: string;
  text: string;
}

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

const LEGAL: { readonly [status in AlertStatus]: readonly AlertStatus[] } = {
  pending: ["firing", "resolved"],
  firing: ["acknowledged", "snoozed", "resolved"],
  acknowledged: ["firing", "snoozed", "resolved"],
  snoozed: ["firing", "resolved"],
  resolved: ["firing"],
};

/** Whoever clicks second is told who was first. */
export function acknowledgeAlert(tx: Tx, m: z.infer<typeof alertAcknowledge>): Alert {
  const alert = must(tx, "alert", m.alertId);
  if (alert.status !== "firing") {
    const by = alert.status === "acknowledged" ? ` by ${alert.acknowledgedBy}` : "";
    throw new Refusal("illegal_transition", `alert ${alert.id} is ${alert.status}${by}`, {
      legal: LEGAL[alert.status],
    });
  }
  const ackExpiresAt = m.timeoutMs ? iso(ms(tx.at) + m.timeoutMs) : null;
  const note = m.note ?? null;
  tx.put("alert", {
    ...alert,
    status: "acknowledged",
    acknowledgedAt: tx.at,
    acknowledgedBy: tx.actor,
    note,
    ackExpiresAt,
    updatedAt: tx.at,
  });
  emit(tx, "alert.acknowledged", alert, { by: tx.actor, note, ackExpiresAt });
  return must(tx, "alert", alert.id);
}

export function unacknowledgeAlert(tx: Tx, m: z.infer<typeof alertUnacknowledge>): Alert {
  const alert = must(tx, "alert", m.alertId);
  if (alert.status !== "acknowledged") {
    throw new Refusal("illegal_transition", `alert ${alert.id} is ${alert.status}, not acknowledged`, {
      legal: LEGAL[alert.status],
    });
  }
  tx.put("alert", { ...alert, ...NOT_ACKNOWLEDGED, status: "firing", updatedAt: tx.at });
  emit(tx, "alert.unacknowledged", alert, { by: tx.actor });
  return must(tx, "alert", alert.id);
}

export function expireAcknowledgement(tx: Tx, m: z.infer<typeof alertAckExpire>): Alert {
  const alert = must(tx, "alert", m.alertId);
  if (alert.status !== "acknowledged" || alert.ackExpiresAt !== m.ackExpiresAt) return alert;
  tx.put("alert", { ...alert, ...NOT_ACKNOWLEDGED, status: "firing", updatedAt: tx.at });
  emit(tx, "alert.unacknowledged", alert, { by: tx.actor, reason: "the acknowledgement ran out" });
  return must(tx, "alert", alert.id);
}

export interface Condition {
  /** The fingerprint: the same condition on the same subject has the same id. */
  id: string;
  rule: string;
  severity: Severity;
  title: string;
  detail: string | null;
  subject: Subject;
}

/** Raises an alert, or reopens the one this condition had. One that is open already stays as it is. */
export function fireAlert(tx: Tx, condition: Condition): void {
  const known = tx.get("alert", condition.id);
  if (known && known.status !== "resolved") return;
  const { id: alertId, rule, severity, title, detail, subject } = condition;
  tx.put("alert", {
    ...NOT_ACKNOWLEDGED,
    ...known,
    id: alertId,
    rule,
    severity,
    status: "firing",
    title,
    detail,
    subjectKind: subject.kind,
    subjectId: subject.id,
    firedAt: tx.at,
    ...(known && NOT_ACKNOWLEDGED),
    resolvedAt: null,
    resolvedBy: null,
    pendingSince: null,
    value: null,
    threshold: null,
    runId: null,
    causeId: null,
    snoozedUntil: null,
    snoozeMode: null,
    comments: known?.comments ?? [],
    escalationStep: 0,
    escalateAt: null,
    reopened: known ? known.reopened + 1 : 0,
    updatedAt: tx.at,
  });
  const type = known ? "alert.reopened" : "alert.fired";
  tx.emit({ type, subject: { kind: "alert", id: alertId }, payload: { rule, severity, title, detail, subject } });
}

/** Resolves the alert of a condition that has ended, if there is one that is not resolved. */
export function resolveAlert(tx: Tx, alertId: string, reason: string): void {
  const alert = tx.get("alert", alertId);
  if (!alert || alert.status === "resolved") return;
  tx.put("alert", { ...alert, status: "resolved", resolvedAt: tx.at, updatedAt: tx.at });
  emit(tx, "alert.resolved", alert, { reason });
}

const NOT_ACKNOWLEDGED = { acknowledgedAt: null, acknowledgedBy: null, note: null, ackExpiresAt: null } as const;

function emit(tx: Tx, type: string, alert: Readonly<Alert>, payload: { [key: string]: unknown }): void {
  const { rule, severity, title } = alert;
  tx.emit({ type, subject: { kind: "alert", id: alert.id }, payload: { rule, severity, title, ...payload } });
}
