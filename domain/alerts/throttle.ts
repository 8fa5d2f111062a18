import { z } from "zod";
import { id, iso, type Json, ms } from "../kernel/primitives.ts";
import { must, type Tx } from "../kernel/tx.ts";
import type { Alert, AlertNoticeEvent, Channel, Delivery } from "./contract.ts";
import { createDelivery, deliveryOf, noticeOf } from "./delivery.ts";

/**
 * How much a channel gets at a time. Up to `stormThreshold` notifications within `stormWindowMs` go
 * out one by one. What comes while as many lie within the window is collected in a digest, which is
 * sent when its own window is over; the count goes on over what is collected, so a storm that goes
 * on is reported by one digest per window until fewer come.
 *
 * A digest is a delivery: collecting → pending when its window is over or when it is full
 * (`delivery.seal`), then like every delivery. What it reports are deliveries of their own,
 * `digested` for good, with its id. As joining and sealing are commits, each notification is in
 * exactly one message.
 *
 * An alert that was last reported in a digest has its end reported in one too; while one is being
 * collected, all that happens to it goes there, so that no message overtakes.
 */

/**
 * The sender's, not open to clients: the window of a digest is over. One that was sealed stays as
 * it is.
 */
export const deliverySeal = z.strictObject({ type: z.literal("delivery.seal"), deliveryId: id });

export const STORM_THRESHOLD = 10;
const STORM_WINDOW_MS = 60_000;

/**
 * A digest of this many is sent at once, and another begins: a message stays under half a megabyte.
 */
export const FULL_DIGEST = 1000;

/** What the payload of a digest holds; its entries are the deliveries with its id. */
export interface DigestNotice {
  count: number;
  from: string;
  to: string;
  /** For how long at most it was collected, ms. */
  windowMs: number;
}

/**
 * Notifies a channel of an alert: by itself, or in a digest when there are too many. Returns which.
 */
export function tellChannel(
  tx: Tx,
  channel: Readonly<Channel>,
  alert: Readonly<Alert>,
  event: AlertNoticeEvent,
): "alone" | "digest" {
  const { stormThreshold = STORM_THRESHOLD, stormWindowMs = STORM_WINDOW_MS } = channel.config;
  const pace = tx.get("pace", channel.id);
  const now = ms(tx.at);
  const recent = (pace?.recent ?? []).filter((at) => at > now - stormWindowMs && at <= now + stormWindowMs);
  const open = pace?.digestId ? tx.get("delivery", pace.digestId) : undefined;
  const inDigest = alert.reach[channel.id] === "digest" && (open !== undefined || event === "alert.resolved");
  const digested = recent.length >= stormThreshold || inDigest;
  let digestId = open?.id ?? null;
  if (digested) {
    const digest = open ?? beginDigest(tx, channel.id, stormWindowMs);
    digestId = join(tx, digest, alert, event) ? null : digest.id;
  } else {
    createDelivery(tx, { channelId: channel.id, alertId: alert.id, event, payload: { alert: noticeOf(alert) } });
  }
  tx.put("pace", { ...pace, id: channel.id, recent: [...recent, now].slice(-stormThreshold), digestId });
  return digested ? "digest" : "alone";
}

function beginDigest(tx: Tx, channelId: string, windowMs: number): Delivery {
  const payload = { digest: { count: 0, from: tx.at, to: tx.at, windowMs } };
  const nextAt = iso(ms(tx.at) + windowMs);
  return createDelivery(tx, { channelId, alertId: null, event: "alert.digest", payload, status: "collecting", nextAt });
}

/** Puts a notification into a digest; true when that has filled it. */
function join(tx: Tx, digest: Readonly<Delivery>, alert: Readonly<Alert>, event: AlertNoticeEvent): boolean {
  createDelivery(tx, {
    channelId: digest.channelId,
    alertId: alert.id,
    event,
    payload: { alert: noticeOf(alert) },
    status: "digested",
    nextAt: null,
    digestId: digest.id,
  });
  const notice = digestOf(digest);
  const count = notice.count + 1;
  const payload = { digest: { ...notice, count, to: tx.at } } as unknown as Json;
  tx.put("delivery", { ...digest, payload, updatedAt: tx.at });
  if (count < FULL_DIGEST) return false;
  seal(tx, deliveryOf(tx, digest.id));
  return true;
}

/** Ends the collecting of a digest: it is sent next, and what comes goes elsewhere. */
export function sealDigest(tx: Tx, m: z.infer<typeof deliverySeal>): Delivery {
  const digest = must(tx, "delivery", m.deliveryId);
  if (digest.status !== "collecting") return digest;
  const pace = tx.get("pace", digest.channelId);
  if (pace?.digestId === digest.id) tx.put("pace", { ...pace, digestId: null });
  return seal(tx, digest);
}

function seal(tx: Tx, digest: Readonly<Delivery>): Delivery {
  tx.put("delivery", { ...digest, status: "pending", nextAt: tx.at, updatedAt: tx.at });
  const { id: deliveryId, channelId } = digest;
  tx.emit({
    type: "delivery.sealed",
    subject: { kind: "delivery", id: deliveryId },
    payload: { channelId, ...digestOf(digest) },
  });
  return deliveryOf(tx, deliveryId);
}

const digestOf = ({ payload }: Readonly<Delivery>): DigestNotice =>
  (payload as unknown as { digest: DigestNotice }).digest;
