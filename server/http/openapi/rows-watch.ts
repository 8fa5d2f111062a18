import { z } from "zod";
import { id } from "../../../domain/primitives.ts";
import { ALERT_STATUSES, CHANNEL_KINDS, DELIVERY_STATUSES, RULE_KINDS, SEVERITIES } from "../../../domain/statuses.ts";
import { anyObject, at, base, count, maybeAt, maybeText, ms, text } from "./row-fields.ts";

/** Figures over time, alerts, their rules and their notifications as they are sent. */

export const tally = z.object({
  kind: z.literal("tally"),
  tallyId: text,
  ...base,
  agentKey: id,
  taskType: text.meta({ description: "Empty when the outcomes named none" }),
  width: z.enum(["minute", "hour"]),
  t: at.meta({ description: "Where the minute or hour begins" }),
  total: count,
  successful: count,
  failed: count,
  upstream: count,
  timed: count,
  totalDurationMs: ms,
  histogram: z.record(z.string(), count),
});

export const gauge = z.object({
  kind: z.literal("gauge"),
  gaugeId: text,
  ...base,
  metric: z.enum(["busy", "capacity", "depth", "running"]),
  key: text.meta({ description: "The agent's key, or the queue's name" }),
  t: at,
  last: z.number(),
  max: z.number(),
  min: z.number(),
});

export const alert = z.object({
  kind: z.literal("alert"),
  alertId: id,
  ...base,
  rule: text,
  severity: z.enum(SEVERITIES),
  status: z.enum(ALERT_STATUSES),
  title: text,
  detail: maybeText,
  subjectKind: text,
  subjectId: text,
  firedAt: at,
  acknowledgedAt: maybeAt,
  acknowledgedBy: maybeText,
  note: maybeText,
  ackExpiresAt: maybeAt,
  resolvedAt: maybeAt,
  resolvedBy: maybeText,
  reopened: count,
  pendingSince: maybeAt,
  value: z.number().nullable(),
  threshold: z.number().nullable(),
  runId: maybeText,
  causeId: maybeText.meta({ description: "The alert that caused this one" }),
  snoozedUntil: maybeAt,
  snoozeMode: z.enum(["time", "resolved", "worse"]).nullable(),
  snoozedValue: z
    .number()
    .nullable()
    .meta({ description: "What was measured when it was snoozed until it gets worse" }),
  comments: z.array(z.object({ by: text, at, text })),
  escalationStep: count,
  escalateAt: maybeAt,
  heldAt: maybeAt.meta({ description: "Since when channels that know of its cause are not told of it" }),
  reach: z
    .record(id, z.enum(["held", "digest"]))
    .meta({ description: "Channels that are not told of it as its cause is open, or were last told in a digest" }),
  notified: z.record(id, at).meta({
    description:
      "Channels that were notified of this firing, with the time of the first notification: they are sent its end",
  }),
  updatedAt: at,
});

export const rule = z.object({
  kind: z.literal("rule"),
  ruleId: id,
  ...base,
  name: text,
  ruleKind: z.enum(RULE_KINDS),
  params: anyObject,
  severity: z.enum(SEVERITIES),
  enabled: z.boolean(),
  forMs: ms,
  channels: z.array(text),
  escalation: z.array(z.object({ afterMs: ms, channels: z.array(text) })),
  notifyFolded: z.boolean().meta({ description: "Its alerts are told of though their cause is open" }),
  removedAt: maybeAt,
  createdAt: at,
  updatedAt: at,
});

export const channel = z.object({
  kind: z.literal("channel"),
  channelId: id,
  ...base,
  name: text,
  channelKind: z.enum(CHANNEL_KINDS),
  target: text,
  config: anyObject,
  enabled: z.boolean(),
  secretRotatedAt: maybeAt,
  removedAt: maybeAt,
  createdAt: at,
  updatedAt: at,
});

export const delivery = z.object({
  kind: z.literal("delivery"),
  deliveryId: text,
  ...base,
  channelId: id,
  alertId: maybeText,
  event: text,
  status: z.enum(DELIVERY_STATUSES),
  attempts: count,
  nextAt: maybeAt,
  payload: z.unknown(),
  responseStatus: z.int().nullable(),
  error: maybeText,
  replayOf: maybeText,
  digestId: maybeText.meta({ description: "The digest that tells it, when it has no message of its own" }),
  createdAt: at,
  deliveredAt: maybeAt,
  updatedAt: at,
});
