import { ROTATION_MS, signs } from "../../domain/channel.ts";
import type { Notice } from "../../domain/delivery.ts";
import type { DueDelivery } from "../store/due-notifications.ts";
import type { Guard } from "./guard.ts";
import { alertmanagerBody, type Message, slackBody, webhookBody } from "./messages.ts";
import { post, type Sent } from "./post.ts";
import { signatureOf } from "./signature.ts";

export interface SendDeps {
  guard: Guard;
  publicUrl: string;
  timeoutMs: number;
  signal: AbortSignal;
}

const never = (error: string): Sent => ({ ok: false, status: null, error, retry: false });

/** One try to send a delivery in the form of its channel's kind. Never rejects. */
export async function sendDelivery({ delivery, channel }: DueDelivery, deps: SendDeps): Promise<Sent> {
  if (channel.removed) return never("the channel was removed");
  if (!channel.enabled && delivery.event !== "test") return never("the channel is turned off");
  const { event, createdAt } = delivery;
  const notice = delivery.payload as Notice;
  const message: Message = { event, createdAt, notice, channelName: channel.name, publicUrl: deps.publicUrl };
  // A replay goes under the id that its receiver knows.
  const webhookId = delivery.replayOf ?? delivery.id;
  switch (channel.channelKind) {
    case "webhook":
      return postSigned(webhookBody(message), webhookId, channel, deps);
    case "alertmanager":
      return postSigned(alertmanagerBody(message), webhookId, channel, deps);
    case "slack":
      return post({ url: channel.secret ?? "", headers: JSON_BODY, body: JSON.stringify(slackBody(message)) }, deps);
    case "email":
      return never("this server sends no e-mail");
    case "browser":
      return never("the browser tells its own notifications");
  }
}

const JSON_BODY = { "content-type": "application/json" };

function postSigned(
  content: object,
  webhookId: string,
  channel: DueDelivery["channel"],
  deps: SendDeps,
): Promise<Sent> {
  const body = JSON.stringify(content);
  const { secret, previousSecret, rotatedMs } = channel;
  const both = rotatedMs !== null && rotatedMs < ROTATION_MS ? [secret, previousSecret] : [secret];
  const secrets = signs(channel.channelKind) ? both.filter((one) => one !== null) : [];
  const headers = { ...JSON_BODY, ...signatureOf(webhookId, Date.now(), body, secrets) };
  return post({ url: channel.target, headers, body }, deps);
}
