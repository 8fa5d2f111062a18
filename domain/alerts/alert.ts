import type { Payloads } from "../events.ts";
import { payloadOf } from "../kernel/event.ts";
import { iso, ms } from "../kernel/primitives.ts";
import { ALERT_MOVES, type AlertStatus, type Severity } from "../kernel/statuses.ts";
import { must, Refusal, type Subject, type Tx } from "../kernel/tx.ts";
import type { Alert } from "./contract.ts";
import type { alertEvents } from "./events.ts";
import { notifyAlert, notifyEnd, withoutHeld } from "./notify.ts";
import { isSilent, NOT_SNOOZED } from "./silence.ts";

/**
 * An alert: something an operator must know. Its id is its fingerprint, so a condition that returns
 * reopens its alert.
 *
 * pending → firing when the condition has held for as long as its rule asks; firing ⇄ acknowledged
 * by an operator's click; firing, acknowledged → snoozed → firing; any → resolved when the
 * condition ends, or by an operator; resolved → firing when it returns (`reopened` counts that), or
 * → snoozed while it is snoozed until a time. An acknowledgement with a timeout returns to firing
 * when it has passed, and ends with the firing that it was about.
 */

export interface Condition {
  /** The fingerprint: the same condition on the same subject has the same id. */
  id: string;
  /** Id of the rule that it breaks. */
  rule: string;
  severity: Severity;
  title: string;
  detail: string | null;
  subject: Subject;
  runId?: string | null;
  /** What was measured, and the bound that it is beyond. */
  value?: number | null;
  threshold?: number | null;
  /** The open alert that caused this one. */
  causeId?: string | null;
  /** When an escalation begins if nobody acknowledges, ms after it fires. */
  escalateAfterMs?: number | null;
}

/**
 * Raises an alert, or reopens the one this condition had. One that is open already goes on, and
 * says what is so now. One that was snoozed until a time stays so until then, though its condition
 * ended and came back meanwhile: nobody is notified.
 */
export function fireAlert(tx: Tx, condition: Condition): void {
  const known = tx.get("alert", condition.id);
  if (known && known.status !== "resolved" && known.status !== "pending") {
    refreshAlert(tx, known, condition);
    return;
  }
  const { id: alertId, rule, severity, title, detail, subject } = condition;
  const { runId = null, value = null, threshold = null, causeId = null } = condition;
  const before = known?.status === "resolved" ? known.reopened + 1 : (known?.reopened ?? 0);
  const row = rowOf(tx, condition, known);
  const status = row.snoozedUntil === null ? "firing" : "snoozed";
  const escalateAt = status === "firing" ? row.escalateAt : null;
  tx.put("alert", { ...row, status, escalateAt, firedAt: tx.at, reopened: before });
  const again = known !== undefined && (known.status === "resolved" || known.reopened > 0);
  const type = again ? "alert.reopened" : "alert.fired";
  const { snoozedUntil } = row;
  const payload = { rule, severity, title, detail, subject, value, threshold, causeId, reopened: before, snoozedUntil };
  tx.emit({ type, subject: { kind: "alert", id: alertId }, runId, payload });
  if (status === "firing") notifyAlert(tx, alertId, type);
}

/** What an alert says of its condition, and how bad its rule holds that to be. */
export type AlertFacts = Pick<Alert, "severity" | "title" | "detail" | "value" | "threshold">;

/** Lets an alert that is not resolved say what is so now. What has not changed costs no event. */
export function refreshAlert(tx: Tx, alert: Readonly<Alert>, now: Partial<AlertFacts>): void {
  const { severity = alert.severity, title = alert.title, detail = alert.detail } = now;
  const { value = alert.value, threshold = alert.threshold } = now;
  const facts = { severity, title, detail, value, threshold };
  if (Object.entries(facts).every(([name, fact]) => alert[name as keyof AlertFacts] === fact)) return;
  tx.put("alert", { ...alert, ...facts, updatedAt: tx.at });
  const { rule, runId } = alert;
  const subject = { kind: "alert", id: alert.id };
  if (severity === alert.severity) tx.emit({ type: "alert.measured", subject, runId, payload: { rule, ...facts } });
  else tx.emit({ type: "alert.regraded", subject, runId, payload: { rule, ...facts, from: alert.severity } });
}

/** Notes that a condition holds which must hold for a while before it fires. */
export function awaitAlert(tx: Tx, condition: Condition): void {
  const known = tx.get("alert", condition.id);
  if (known && known.status !== "resolved") return;
  const reopened = known ? known.reopened + 1 : 0;
  tx.put("alert", { ...rowOf(tx, condition, known), status: "pending", pendingSince: tx.at, firedAt: tx.at, reopened });
  const { rule, severity, title, detail, subject, runId = null, value = null, threshold = null } = condition;
  const payload = { rule, severity, title, detail, subject, value, threshold, reopened };
  tx.emit({ type: "alert.pending", subject: { kind: "alert", id: condition.id }, runId, payload });
}

function rowOf(tx: Tx, condition: Condition, known: Readonly<Alert> | undefined) {
  const snooze = known && isSilent(known, tx.at) ? known : { ...NOT_SNOOZED, note: null };
  const { id, rule, severity, title, detail, subject, escalateAfterMs = null } = condition;
  const { runId = null, value = null, threshold = null, causeId = null } = condition;
  return {
    ...known,
    ...NOT_ACKNOWLEDGED,
    id,
    rule,
    severity,
    title,
    detail,
    subjectKind: subject.kind,
    subjectId: subject.id,
    resolvedAt: null,
    resolvedBy: null,
    pendingSince: null,
    value,
    threshold,
    runId,
    causeId,
    snoozedUntil: snooze.snoozedUntil,
    snoozeMode: snooze.snoozeMode,
    snoozedValue: null,
    note: snooze.note,
    comments: known?.comments ?? [],
    escalationStep: 0,
    escalateAt: escalateAfterMs === null ? null : iso(ms(tx.at) + escalateAfterMs),
    heldAt: null,
    reach: withoutHeld(known?.reach ?? {}),
    notified: {},
    updatedAt: tx.at,
  };
}

/** Resolves the alert of a condition that has ended, if there is one that is not resolved. */
export function resolveAlert(tx: Tx, alertId: string, reason: string): void {
  const alert = tx.get("alert", alertId);
  if (alert && alert.status !== "resolved") endAlert(tx, alert, reason);
}

/**
 * The move to resolved. One that had not fired yet has an event of its own, as nobody was notified
 * of it.
 */
export function endAlert(tx: Tx, alert: Readonly<Alert>, reason: string): Alert {
  tx.put("alert", {
    ...alert,
    ...(!isSilent(alert, tx.at) && NOT_SNOOZED),
    status: "resolved",
    resolvedAt: tx.at,
    resolvedBy: tx.actor,
    pendingSince: null,
    escalateAt: null,
    heldAt: null,
    updatedAt: tx.at,
  });
  const hadFired = alert.status !== "pending";
  emitAlert(tx, hadFired ? "alert.resolved" : "alert.withdrawn", alert, { by: tx.actor, reason });
  if (hadFired) notifyEnd(tx, alert.id);
  return must(tx, "alert", alert.id);
}

/**
 * Refuses a move that an alert's status does not allow, naming the legal ones and who acted before.
 */
export function mustMove(alert: Readonly<Alert>, to: AlertStatus, why?: string): void {
  const legal = ALERT_MOVES[alert.status];
  if (!why && legal.includes(to)) return;
  const by = alert.status === "acknowledged" ? ` by ${alert.acknowledgedBy}` : "";
  throw new Refusal("illegal_transition", `alert ${alert.id} is ${alert.status}${by}${why ? `, ${why}` : ""}`, {
    legal,
  });
}

export const NOT_ACKNOWLEDGED = { acknowledgedAt: null, acknowledgedBy: null, note: null, ackExpiresAt: null } as const;

/** What every event of an alert says. */
type EventFacts = Pick<Alert, "rule" | "severity" | "title">;

/** Emits an alert's event: its facts and what is particular to the event. */
export function emitAlert<T extends keyof typeof alertEvents>(
  tx: Tx,
  type: T,
  alert: Readonly<Alert>,
  more: Omit<Payloads[T], keyof EventFacts>,
): void {
  const { rule, severity, title, runId } = alert;
  const payload = payloadOf<T, EventFacts>({ rule, severity, title }, more);
  tx.emit({ type, subject: { kind: "alert", id: alert.id }, runId, payload });
}
