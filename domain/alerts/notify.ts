import { z } from "zod";
import { id, iso, ms } from "../kernel/primitives.ts";
import { must, type Tx } from "../kernel/tx.ts";
import type { Alert, AlertNoticeEvent, Channel, Rule } from "./contract.ts";
import { isSent } from "./delivery.ts";
import { ruleOf } from "./rule.ts";
import { tellChannel } from "./throttle.ts";

/**
 * Which channels are notified of an alert. When it fires, or fires again, its rule's channels are.
 * While it goes on firing and nobody acknowledges it, the rule's escalation goes on: after a step's
 * time that step's channels are notified, and the time of the next step begins. An acknowledgement,
 * a snooze or the end stops it; firing again begins it anew.
 *
 * The alert keeps who was notified of this firing (`notified`), and exactly those channels are sent
 * its end, once, whatever has become of the rule since. A channel that was removed is sent nothing,
 * also when another was put under its id since.
 *
 * An alert whose cause is open is folded into that: channels that were notified of the cause are
 * held back from it (`reach`), and while any is, it does not escalate. When the cause has ended and
 * it still fires, those are notified and its escalation begins (`alert.unfold`); when it ends
 * before, they are never notified of it. A rule may say that its alerts are notified all the same.
 */
export const alertEscalate = z.strictObject({ type: z.literal("alert.escalate"), alertId: id, escalateAt: z.string() });

/**
 * The sender's, not open to clients: the cause of an alert that still fires has ended. One that is
 * held back no more stays as it is.
 */
export const alertUnfold = z.strictObject({ type: z.literal("alert.unfold"), alertId: id });

/**
 * Puts the deliveries of what has just happened to an alert on their way, in the same commit.
 * `event` is the type of the event that says it.
 */
export function notifyAlert(tx: Tx, alertId: string, event: AlertNoticeEvent): void {
  const alert = must(tx, "alert", alertId);
  const rule = ruleOf(tx, alert.rule);
  if (rule) notify(tx, alert, rule, event, channelsOf(alert, rule));
}

/**
 * Sends the end of an alert to the channels that were notified of this firing, and to no others.
 */
export function notifyEnd(tx: Tx, alertId: string): void {
  const alert = must(tx, "alert", alertId);
  const reach = withoutHeld(alert.reach);
  for (const channel of notifiedChannels(tx, alert)) {
    if (tellChannel(tx, channel, alert, "alert.resolved") === "digest") reach[channel.id] = "digest";
    else delete reach[channel.id];
  }
  tx.put("alert", { ...alert, reach });
}

/**
 * An alert that fires again by itself: its rule's channels are notified, and escalation begins
 * anew.
 */
export function notifyAgain(tx: Tx, alertId: string, event: AlertNoticeEvent): void {
  const alert = must(tx, "alert", alertId);
  tx.put("alert", { ...alert, escalationStep: 0, escalateAt: escalateAt(tx, ruleOf(tx, alert.rule), 0) });
  notifyAlert(tx, alertId, event);
}

/**
 * The clock's: nobody has acknowledged in time. One that was acknowledged, or has gone a step
 * further, stays as it is.
 */
export function escalateAlert(tx: Tx, m: z.infer<typeof alertEscalate>): Alert {
  const alert = must(tx, "alert", m.alertId);
  if (alert.status !== "firing" || alert.escalateAt !== m.escalateAt) return alert;
  const rule = ruleOf(tx, alert.rule);
  const step = rule?.escalation[alert.escalationStep];
  if (!step) return setEscalation(tx, alert, null);
  const escalationStep = alert.escalationStep + 1;
  const next = escalateAt(tx, rule, escalationStep);
  tx.put("alert", { ...alert, escalationStep, escalateAt: next, updatedAt: tx.at });
  const { severity, title, runId } = alert;
  const { channels } = step;
  tx.emit({
    type: "alert.escalated",
    subject: { kind: "alert", id: alert.id },
    runId,
    payload: { rule: alert.rule, severity, title, step: escalationStep, channels, next },
  });
  if (rule) notify(tx, must(tx, "alert", alert.id), rule, "alert.escalated", channels);
  return must(tx, "alert", alert.id);
}

/**
 * Begins the time of the next step of an alert that nobody has acknowledged, if its rule has such a
 * step since it was edited.
 */
export function takeUpEscalation(tx: Tx, alert: Readonly<Alert>): void {
  if (alert.status !== "firing" || alert.escalateAt !== null || alert.heldAt !== null) return;
  const next = escalateAt(tx, ruleOf(tx, alert.rule), alert.escalationStep);
  if (next !== null) setEscalation(tx, alert, next);
}

/** Its rule has other steps than it had. */
function setEscalation(tx: Tx, alert: Readonly<Alert>, next: string | null): Alert {
  tx.put("alert", { ...alert, escalateAt: next, updatedAt: tx.at });
  const { rule, severity, title, runId } = alert;
  const payload = { rule, severity, title, next };
  tx.emit({ type: "alert.escalation_changed", subject: { kind: "alert", id: alert.id }, runId, payload });
  return must(tx, "alert", alert.id);
}

/** Notifies the channels that were held back because of the cause, which has ended. */
export function unfoldAlert(tx: Tx, m: z.infer<typeof alertUnfold>): Alert {
  const alert = must(tx, "alert", m.alertId);
  if (alert.status !== "firing" || alert.heldAt === null || openCause(tx, alert)) return alert;
  const rule = ruleOf(tx, alert.rule);
  const channels = heldFrom(alert);
  tx.put("alert", {
    ...alert,
    heldAt: null,
    reach: withoutHeld(alert.reach),
    escalateAt: escalateAt(tx, rule, alert.escalationStep),
    updatedAt: tx.at,
  });
  const { severity, title, runId, causeId, reopened } = alert;
  tx.emit({
    type: "alert.unfolded",
    subject: { kind: "alert", id: alert.id },
    runId,
    payload: { rule: alert.rule, severity, title, causeId, channels },
  });
  // They are owed it, whomever the rule names by now. Without its rule the alert is about to be
  // resolved.
  if (rule?.enabled) {
    notify(tx, must(tx, "alert", alert.id), rule, reopened > 0 ? "alert.reopened" : "alert.fired", channels);
  }
  return must(tx, "alert", alert.id);
}

/** Its rule's channels, and those that its escalation has come to. */
function channelsOf(alert: Readonly<Alert>, rule: Readonly<Rule>): string[] {
  const reached = rule.escalation.slice(0, alert.escalationStep).flatMap((step) => step.channels);
  return [...rule.channels, ...reached];
}

/** Events that begin an alert: by them it is decided who is held back. */
const BEGINNINGS = new Set<AlertNoticeEvent>(["alert.fired", "alert.reopened"]);

function notify(
  tx: Tx,
  alert: Readonly<Alert>,
  rule: Readonly<Rule>,
  event: AlertNoticeEvent,
  channels: readonly string[],
): void {
  const cause = rule.notifyFolded ? undefined : openCause(tx, alert);
  // One that fired while it was snoozed begins for its channels when it wakes.
  const begins =
    BEGINNINGS.has(event) || (event !== "alert.escalated" && Object.keys(alert.notified).length === 0 && !alert.heldAt);
  const knowing = cause && begins ? new Set(knowersOf(tx, cause)) : new Set<string>();
  const reach = { ...alert.reach };
  const notified = { ...alert.notified };
  for (const channelId of new Set(channels)) {
    const channel = tx.get("channel", channelId);
    if (!channel || !isSent(channel)) continue;
    const held = begins ? knowing.has(channelId) : reach[channelId] === "held";
    if (held && cause) {
      reach[channelId] = "held";
      continue;
    }
    if (tellChannel(tx, channel, alert, event) === "digest") reach[channelId] = "digest";
    else delete reach[channelId];
    if (!wasNotified(alert, channel)) notified[channelId] = tx.at;
  }
  noteReach(tx, alert, reach, notified);
}

/** Writes down who was notified and who was held back, which stops the escalation. */
function noteReach(tx: Tx, alert: Readonly<Alert>, reach: Alert["reach"], notified: Alert["notified"]): void {
  const before = heldFrom(alert);
  const channels = heldFrom({ reach });
  const heldAt = channels.length === 0 ? null : (alert.heldAt ?? tx.at);
  tx.put("alert", { ...alert, reach, notified, heldAt, escalateAt: heldAt === null ? alert.escalateAt : null });
  if (channels.length <= before.length) return;
  const { rule, severity, title, runId, causeId } = alert;
  const payload = { rule, severity, title, causeId, channels };
  tx.emit({ type: "alert.folded", subject: { kind: "alert", id: alert.id }, runId, payload });
}

/** The alert that caused this one, while it is open. */
function openCause(tx: Tx, { causeId }: Readonly<Alert>): Readonly<Alert> | undefined {
  const cause = causeId === null ? undefined : tx.get("alert", causeId);
  return cause && cause.status !== "resolved" && cause.status !== "pending" ? cause : undefined;
}

/**
 * Channels that were notified of an open alert, or are held back from it as they know of what
 * caused that.
 */
const knowersOf = (tx: Tx, cause: Readonly<Alert>): string[] => [
  ...notifiedChannels(tx, cause).map(({ id: channelId }) => channelId),
  ...heldFrom(cause),
];

/**
 * The channels that were notified of this firing and are there still, in the order in which they
 * were.
 */
function notifiedChannels(tx: Tx, alert: Readonly<Alert>): Readonly<Channel>[] {
  const order = ([a, at]: [string, string], [b, bt]: [string, string]) => ((at === bt ? a < b : at < bt) ? -1 : 1);
  return Object.entries(alert.notified)
    .sort(order)
    .flatMap(([channelId]) => tx.get("channel", channelId) ?? [])
    .filter((channel) => channel.removedAt === null && wasNotified(alert, channel));
}

/** Whether it was this channel that was notified, not one that had its id before. */
const wasNotified = ({ notified }: Readonly<Alert>, { id: channelId, createdAt }: Readonly<Channel>): boolean =>
  createdAt <= (notified[channelId] ?? "");

const heldFrom = ({ reach }: Pick<Alert, "reach">): string[] =>
  Object.keys(reach).filter((channelId) => reach[channelId] === "held");

/** Who was notified of an alert how, without those that are held back from it. */
export const withoutHeld = (reach: Readonly<Alert["reach"]>): Alert["reach"] =>
  Object.fromEntries(Object.entries(reach).filter(([, how]) => how !== "held"));

function escalateAt(tx: Tx, rule: Readonly<Rule> | undefined, step: number): string | null {
  const afterMs = rule?.escalation[step]?.afterMs;
  return afterMs === undefined ? null : iso(ms(tx.at) + afterMs);
}
