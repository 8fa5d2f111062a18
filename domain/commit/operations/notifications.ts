import {
  channelPut,
  channelRemove,
  channelRotate,
  putChannel,
  removeChannel,
  rotateChannel,
} from "../../alerts/channel.ts";
import {
  channelTest,
  deliveryFail,
  deliveryReplay,
  deliverySucceed,
  failDelivery,
  replayDelivery,
  succeedDelivery,
  testChannel,
} from "../../alerts/delivery.ts";
import { alertEscalate, alertUnfold, escalateAlert, unfoldAlert } from "../../alerts/notify.ts";
import { deliverySeal, sealDigest } from "../../alerts/throttle.ts";
import { op, type Peek, type RowRef } from "../operation.ts";

const byChannel = (m: { channelId: string }): RowRef[] => [["channel", m.channelId]];

/** A delivery, and once it is loaded its channel. */
function byDelivery(m: { deliveryId: string }, peek: Peek): RowRef[] {
  const delivery = peek("delivery", m.deliveryId);
  return [["delivery", m.deliveryId], ...(delivery ? byChannel(delivery) : [])];
}

/** Channels and what is sent to them. */
export const NOTIFICATION_OPERATIONS = {
  "channel.put": op(channelPut, putChannel, byChannel),
  "channel.rotate": op(channelRotate, rotateChannel, byChannel),
  "channel.test": op(channelTest, testChannel, byChannel),
  "channel.remove": op(channelRemove, removeChannel, byChannel),
  "delivery.replay": op(deliveryReplay, replayDelivery, byDelivery),
};

/** What the sender commits. */
export const NOTIFICATION_CLOCK_OPERATIONS = {
  "alert.escalate": op(alertEscalate, escalateAlert, (m) => [["alert", m.alertId]]),
  "alert.unfold": op(alertUnfold, unfoldAlert, (m) => [["alert", m.alertId]]),
  "delivery.seal": op(deliverySeal, sealDigest, (m) => [["delivery", m.deliveryId]]),
  "delivery.succeed": op(deliverySucceed, succeedDelivery, (m) => [["delivery", m.deliveryId]]),
  "delivery.fail": op(deliveryFail, failDelivery, (m) => [["delivery", m.deliveryId]]),
};
