import { z } from "zod";
import type { Payloads } from "../events.ts";
import { payloadOf } from "../kernel/event.ts";
import { id, int32, type Json, keptMs } from "../kernel/primitives.ts";
import { must, Refusal, type Tx } from "../kernel/tx.ts";
import { channelOf } from "./channel.ts";
import type { Alert, Channel, Delivery, NoticeEvent } from "./contract.ts";
import type { DigestNotice } from "./throttle.ts";

/**
 * A notification on its way to one channel. It is created in the commit that causes it, so there is
 * exactly one; the sender then tries until its arrival is confirmed, and so it may arrive more than
 * once, always under the same id.
 *
 * pending → delivered when the receiver takes it; pending → pending with a later `nextAt` when it
 * does not; pending → failed when its tries are used up. A delivered or failed one never moves
 * again: a replay is a new delivery. When there are too many at a time, a digest is collected, and
 * its entries are `digested` (see `throttle.ts`).
 */

export const channelTest = z.strictObject({ type: z.literal("channel.test"), channelId: id });
export const deliveryReplay = z.strictObject({ type: z.literal("delivery.replay"), deliveryId: id });

const tried = { deliveryId: id, attempt: z.int().positive(), responseStatus: int32.nullable() };
const error = z.string().max(500);

/**
 * The sender's, not open to clients: the result of a try. `attempt` counts from 1; one that was
 * reported already changes nothing.
 */
export const deliverySucceed = z.strictObject({
  type: z.literal("delivery.succeed"),
  ...tried,
  /** What went wrong though it arrived: it did not reach all addresses. */
  error: error.nullable().optional(),
});
export const deliveryFail = z.strictObject({
  type: z.literal("delivery.fail"),
  ...tried,
  error,
  /** When to try again, ms from now; null: never. */
  retryInMs: keptMs.nullable(),
});

/** How the error of a try ends that nobody answered: it may have arrived all the same. */
export const NO_ANSWER = "no answer in time";

/** An alert as notifications have it. */
export interface AlertNotice {
  alertId: string;
  rule: string;
  severity: Alert["severity"];
  status: Alert["status"];
  title: string;
  detail: string | null;
  subject: { kind: string; id: string };
  runId: string | null;
  value: number | null;
  threshold: number | null;
  causeId: string | null;
  firedAt: string;
  resolvedAt: string | null;
  reopened: number;
  /**
   * Version of the alert: of two notifications of one alert the one with the higher version is the
   * later.
   */
  version: number;
}

/** What a delivery's payload holds: an alert, a digest's figures, or a word of greeting. */
export interface Notice {
  alert?: AlertNotice;
  digest?: DigestNotice;
  message?: string;
}

export function noticeOf(alert: Readonly<Alert>): AlertNotice {
  const { id: alertId, rule, severity, status, title, detail, subjectKind, subjectId, runId, value, threshold } = alert;
  const { causeId, firedAt, resolvedAt, reopened, version } = alert;
  const subject = { kind: subjectKind, id: subjectId };
  return {
    ...{ alertId, rule, severity, status, title, detail, subject, runId, value, threshold },
    ...{ causeId, firedAt, resolvedAt, reopened, version },
  };
}

export interface NewDelivery {
  channelId: string;
  alertId: string | null;
  event: NoticeEvent;
  payload: Notice;
  replayOf?: string | null;
  /** `pending` when left out. */
  status?: Delivery["status"];
  /** At once when left out. */
  nextAt?: string | null;
  digestId?: string | null;
}

/** Puts a delivery on its way. */
export function createDelivery(tx: Tx, asked: NewDelivery): Delivery {
  const deliveryId = tx.newId("dlv");
  const { channelId, alertId, event, replayOf = null, digestId = null } = asked;
  const { status = "pending", nextAt = tx.at } = asked;
  const payload = asked.payload as unknown as Json;
  tx.put("delivery", {
    id: deliveryId,
    channelId,
    alertId,
    event,
    status,
    attempts: 0,
    nextAt,
    payload,
    responseStatus: null,
    error: null,
    replayOf,
    digestId,
    createdAt: tx.at,
    deliveredAt: null,
    updatedAt: tx.at,
  });
  tx.emit({
    type: "delivery.created",
    subject: { kind: "delivery", id: deliveryId },
    payload: { channelId, alertId, event, status, nextAt, payload, replayOf, digestId },
  });
  return deliveryOf(tx, deliveryId);
}

/** A delivery that is there. */
export const deliveryOf = (tx: Tx, deliveryId: string): Delivery => must(tx, "delivery", deliveryId);

/** Whether a channel is sent what begins. What ends is also owed to one that is turned off. */
export const isSent = (channel: Readonly<Channel> | undefined): boolean =>
  channel?.removedAt === null && channel.enabled && channel.channelKind !== "browser";

/** Sends one channel a word, whether it is enabled or not. */
export function testChannel(tx: Tx, m: z.infer<typeof channelTest>): Delivery {
  const channel = channelOf(tx, m.channelId);
  if (channel.channelKind === "browser") {
    throw new Refusal("not_permitted", "a browser channel shows its own notifications: nothing is sent");
  }
  const message = `This is a test of channel ${channel.name}.`;
  return createDelivery(tx, { channelId: channel.id, alertId: null, event: "test", payload: { message } });
}

/** Sends a delivery again, under the id that its receiver knows it by. */
export function replayDelivery(tx: Tx, m: z.infer<typeof deliveryReplay>): Delivery {
  const delivery = must(tx, "delivery", m.deliveryId);
  if (delivery.status === "pending" || delivery.status === "collecting") {
    throw new Refusal("illegal_transition", `delivery ${delivery.id} is still on its way`, { legal: [] });
  }
  channelOf(tx, delivery.channelId);
  const { channelId, alertId, event, payload } = delivery;
  const replayOf = delivery.replayOf ?? delivery.id;
  return createDelivery(tx, { channelId, alertId, event, payload: payload as Notice, replayOf });
}

export function succeedDelivery(tx: Tx, m: z.infer<typeof deliverySucceed>): Delivery {
  const delivery = must(tx, "delivery", m.deliveryId);
  if (isOld(delivery, m.attempt)) return delivery;
  const { attempt, responseStatus, error = null } = m;
  tx.put("delivery", {
    ...delivery,
    status: "delivered",
    attempts: attempt,
    nextAt: null,
    responseStatus,
    error,
    deliveredAt: tx.at,
    updatedAt: tx.at,
  });
  return afterTry(tx, "delivery.succeeded", delivery, { attempt, responseStatus, ...(error !== null && { error }) });
}

export function failDelivery(tx: Tx, m: z.infer<typeof deliveryFail>): Delivery {
  const delivery = must(tx, "delivery", m.deliveryId);
  if (isOld(delivery, m.attempt)) return delivery;
  const { attempt, responseStatus, error, retryInMs } = m;
  const nextAt = retryInMs === null ? null : new Date(Date.parse(tx.at) + retryInMs).toISOString();
  const status = nextAt === null ? "failed" : "pending";
  const at = tx.at;
  tx.put("delivery", { ...delivery, status, attempts: attempt, nextAt, responseStatus, error, updatedAt: at });
  const type = nextAt === null ? "delivery.failed" : "delivery.deferred";
  return afterTry(tx, type, delivery, { attempt, responseStatus, error, nextAt });
}

const isOld = (delivery: Readonly<Delivery>, attempt: number): boolean =>
  delivery.status !== "pending" || delivery.attempts !== attempt - 1;

function afterTry<T extends "delivery.succeeded" | "delivery.deferred" | "delivery.failed">(
  tx: Tx,
  type: T,
  { id: deliveryId, channelId, alertId }: Readonly<Delivery>,
  more: Omit<Payloads[T], "channelId" | "alertId">,
): Delivery {
  const payload = payloadOf<T, Pick<Delivery, "channelId" | "alertId">>({ channelId, alertId }, more);
  tx.emit({ type, subject: { kind: "delivery", id: deliveryId }, payload });
  return must(tx, "delivery", deliveryId);
}
