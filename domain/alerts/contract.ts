import { z } from "zod";
import { id, type Json } from "../kernel/primitives.ts";
import { column, type RowOf, row } from "../kernel/row.ts";
import { ALERT_STATUSES, CHANNEL_KINDS, DELIVERY_STATUSES, RULE_KINDS, SEVERITIES } from "../kernel/statuses.ts";

/** The rows of alerts, their rules and their notifications. */

const at = z.iso.datetime();
const comment = z.object({ by: z.string(), at, text: z.string() });
export type AlertComment = z.infer<typeof comment>;

export const alert = row("alert", "Alert", "alertId", {
  columns: {
    /** Id of the rule that raised it. */
    rule: column.text(),
    severity: column.oneOf(SEVERITIES),
    status: column.oneOf(ALERT_STATUSES),
    title: column.text(),
    detail: column.text().orNull(),
    subjectKind: column.text(),
    subjectId: column.text(),
    firedAt: column.at(),
    acknowledgedAt: column.at().orNull(),
    acknowledgedBy: column.text().orNull(),
    note: column.text().orNull(),
    ackExpiresAt: column.at().orNull(),
    resolvedAt: column.at().orNull(),
    resolvedBy: column.text().orNull(),
    reopened: column.count(),
    /** Since when the condition holds, while the alert is not firing yet. */
    pendingSince: column.at().orNull(),
    /** What was measured, and what it is measured against. */
    value: column.number().orNull(),
    threshold: column.number().orNull(),
    runId: column.text().orNull(),
    causeId: column.text().orNull().about("The alert that caused this one"),
    snoozedUntil: column.at().orNull(),
    /** Until when it sleeps: a time, its end, or until it gets worse. */
    snoozeMode: column.oneOf(["time", "resolved", "worse"]).orNull(),
    snoozedValue: column.number().orNull().about("What was measured when it was snoozed until it gets worse"),
    comments: column.json(z.array(comment)),
    /** How far its rule's escalation has gone, and when it goes on. */
    escalationStep: column.count(),
    escalateAt: column.at().orNull(),
    heldAt: column.at().orNull().about("Since when channels that know of its cause are not notified of it"),
    reach: column
      .json(z.record(id, z.enum(["held", "digest"])))
      .about("Channels that are not notified of it as its cause is open, or were last notified in a digest"),
    notified: column
      .json(z.record(id, at))
      .about(
        "Channels that were notified of this firing, with the time of the first notification: they are sent its end",
      ),
    updatedAt: column.at(),
  },
  heavy: ["comments"],
});
export type Alert = RowOf<typeof alert>;

const escalation = z.array(z.object({ afterMs: z.number().min(0), channels: z.array(z.string()) }));

/** The condition that raises an alert, as operators write it. Its alerts carry its id. */
export const rule = row("rule", "Rule", "ruleId", {
  columns: {
    name: column.text(),
    /** What of: `breaker_open`, `success_rate`, `queue_depth` … */
    ruleKind: column.oneOf(RULE_KINDS),
    params: column.object(),
    severity: column.oneOf(SEVERITIES),
    enabled: column.flag(),
    /** How long the condition must hold before the alert fires. */
    forMs: column.keptMs(),
    /** Ids of the channels that are notified. */
    channels: column.names(),
    /** Whom to notify next when nobody acknowledges in time. */
    escalation: column.json(escalation),
    notifyFolded: column.flag().about("Its alerts are notified though their cause is open"),
    removedAt: column.at().orNull(),
    createdAt: column.at(),
    updatedAt: column.at(),
  },
});
export type Rule = RowOf<typeof rule>;

/** What of a channel can be set besides its target. */
export type ChannelConfig = {
  /** So many notifications within the window go out one by one; what is more goes into a digest. */
  stormThreshold?: number;
  stormWindowMs?: number;
};

/** Where notifications go. */
export const channel = row("channel", "Channel", "channelId", {
  columns: {
    name: column.text(),
    channelKind: column.oneOf(CHANNEL_KINDS),
    /**
     * A URL, or e-mail addresses; empty for the browser. Slack's is a secret itself: here stands
     * its host alone.
     */
    target: column.text(),
    config: column.jsonAs<ChannelConfig>(z.record(z.string(), z.unknown())),
    enabled: column.flag(),
    /** Signs what is sent; for Slack the whole URL. Never in an event. */
    secret: column.text().orNull(),
    /** The one before, which still signs for a while after a rotation. */
    previousSecret: column.text().orNull(),
    secretRotatedAt: column.at().orNull(),
    removedAt: column.at().orNull(),
    createdAt: column.at(),
    updatedAt: column.at(),
  },
  hidden: ["secret", "previousSecret"],
});
export type Channel = RowOf<typeof channel>;

/** What channels are notified of: events of alerts, a digest of many, and a test. */
export const NOTICE_EVENTS = [
  "alert.fired",
  "alert.reopened",
  "alert.unacknowledged",
  "alert.woken",
  "alert.escalated",
  "alert.resolved",
  "alert.digest",
  "test",
] as const;
export type NoticeEvent = (typeof NOTICE_EVENTS)[number];
/** What they are notified of a single alert: types of events. */
export type AlertNoticeEvent = Exclude<NoticeEvent, "alert.digest" | "test">;

/** One notification on its way to one channel. */
export const delivery = row("delivery", "Delivery", "deliveryId", {
  columns: {
    channelId: column.id(),
    alertId: column.text().orNull(),
    event: column.oneOf(NOTICE_EVENTS),
    status: column.oneOf(DELIVERY_STATUSES),
    attempts: column.count(),
    nextAt: column.at().orNull(),
    payload: column.jsonAs<Json>(z.unknown()),
    responseStatus: column.whole().orNull(),
    error: column.text().orNull(),
    /** The delivery this one sends again. */
    replayOf: column.text().orNull(),
    digestId: column.text().orNull().about("The digest it is part of, when it has no message of its own"),
    createdAt: column.at(),
    deliveredAt: column.at().orNull(),
    updatedAt: column.at(),
  },
  heavy: ["payload"],
  idSchema: z.string(),
});
export type Delivery = RowOf<typeof delivery>;

/** How much a channel was sent lately, and the digest that is being collected for it. */
export const pace = row("pace", "Pace", "channelId", {
  columns: {
    /**
     * When the channel was sent something last, ms since 1970, the oldest first; at most as many as
     * its threshold.
     */
    recent: column.json(z.array(z.number())),
    /** The digest that is being collected. */
    digestId: column.text().orNull(),
  },
  internal: true,
});
export type Pace = RowOf<typeof pace>;
