import { z } from "zod";
import { event, events, fieldsOf } from "../kernel/event-contract.ts";
import { SEVERITIES } from "../kernel/statuses.ts";
import { alert, channel, delivery, rule } from "./contract.ts";

/** The events of alerts, their rules, channels and deliveries. */

const at = z.iso.datetime();
const count = z.int().min(0);
const by = z.string().meta({ description: "Who did it" });
const reason = z.string();
const channels = z.array(z.string()).meta({ description: "Ids of channels" });
const next = at.nullable().meta({ description: "When the next step of the escalation is due; null: there is none" });

/** What every event of an alert says. */
const facts = fieldsOf(alert, "rule", "severity", "title");
const measured = fieldsOf(alert, "detail", "value", "threshold");
const subject = z
  .object({ kind: z.string(), id: z.string() })
  .meta({ description: "What the alert is about: an agent, a run, a queue …" });

const fired = { ...facts, ...measured, subject, ...fieldsOf(alert, "causeId", "reopened", "snoozedUntil") };
const cause = { ...facts, ...fieldsOf(alert, "causeId"), channels };

export const alertEvents = events("alert", {
  "alert.pending": event("Its condition holds, but not yet for as long as its rule asks", {
    ...facts,
    ...measured,
    subject,
    ...fieldsOf(alert, "reopened"),
  }),
  "alert.fired": event("It fires for the first time", fired),
  "alert.reopened": event("It fires again: the condition came back after it was resolved", fired),
  "alert.measured": event("It is open, and something else is measured now", { ...facts, ...measured }),
  "alert.regraded": event("It is open, and its rule has another severity now", {
    ...facts,
    ...measured,
    from: z.enum(SEVERITIES).meta({ description: "The severity before" }),
  }),
  "alert.acknowledged": event("Somebody is looking at it", {
    ...facts,
    by,
    ...fieldsOf(alert, "note", "ackExpiresAt"),
  }),
  "alert.unacknowledged": event("Its acknowledgement was taken back or ran out: it fires again", {
    ...facts,
    by,
    reason: reason.optional(),
  }),
  "alert.snoozed": event("It is snoozed", {
    ...facts,
    by,
    until: at.nullable(),
    mode: z.enum(["time", "resolved", "worse"]),
    ...fieldsOf(alert, "note"),
  }),
  "alert.woken": event("Its snooze ended: it fires again", { ...facts, by, reason }),
  "alert.unsilenced": event("The snooze of a resolved alert was taken back", { ...facts, by }),
  "alert.commented": event("Somebody commented on it", { ...facts, by, text: z.string() }),
  "alert.escalated": event("Nobody acknowledged it in time: the next channels are notified", {
    ...facts,
    step: count.meta({ description: "Which step of its rule's escalation, from 1" }),
    channels,
    next,
  }),
  "alert.escalation_changed": event("Its rule has another escalation now", { ...facts, next }),
  "alert.folded": event("Channels that know of its cause are not notified of it", cause),
  "alert.unfolded": event("Its cause is over: channels that were held back are notified", cause),
  "alert.resolved": event("Its condition ended, or an operator resolved it", { ...facts, by, reason }),
  "alert.withdrawn": event("Its condition ended before it fired", { ...facts, by, reason }),
});

export const ruleEvents = events("rule", {
  "rule.put": event("A rule was written", {
    kind: rule.columns.ruleKind.schema,
    ...fieldsOf(rule, "name", "params", "severity", "enabled", "forMs", "channels", "escalation", "notifyFolded"),
  }),
  "rule.removed": event("A rule was removed", { kind: rule.columns.ruleKind.schema, ...fieldsOf(rule, "name") }),
});

export const channelEvents = events("channel", {
  "channel.put": event("A channel was written", {
    kind: channel.columns.channelKind.schema,
    ...fieldsOf(channel, "name", "target", "config", "enabled"),
  }),
  "channel.rotated": event("A channel has a new secret", fieldsOf(channel, "name")),
  "channel.removed": event("A channel was removed", fieldsOf(channel, "name")),
});

const whose = fieldsOf(delivery, "channelId", "alertId");
const tried = {
  ...whose,
  attempt: count.meta({ description: "Which try it was, from 1" }),
  ...fieldsOf(delivery, "responseStatus"),
};
const refused = { ...tried, error: z.string(), ...fieldsOf(delivery, "nextAt") };

export const deliveryEvents = events("delivery", {
  "delivery.created": event("A notification is on its way, or was put into a digest", {
    ...whose,
    ...fieldsOf(delivery, "event", "status", "nextAt", "payload", "replayOf", "digestId"),
  }),
  "delivery.sealed": event("A digest is complete and is sent next", {
    ...fieldsOf(delivery, "channelId"),
    count: count.meta({ description: "How many notifications it has" }),
    from: at,
    to: at,
    windowMs: z.number().min(0),
  }),
  "delivery.succeeded": event("It was delivered", {
    ...tried,
    error: z.string().optional().meta({ description: "What went wrong though it arrived" }),
  }),
  "delivery.deferred": event("A try failed; it is tried again at `nextAt`", refused),
  "delivery.failed": event("Its last try failed", refused),
});
