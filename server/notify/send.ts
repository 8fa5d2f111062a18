import { ROTATION_MS, signs } from "../../domain/alerts/channel.ts";
import type { Notice } from "../../domain/alerts/delivery.ts";
import type { DueDelivery } from "../store/due/due-notifications.ts";
import { alertmanagerBody } from "./alertmanager.ts";
import { type DigestEntry, digestOf } from "./digest.ts";
import type { Guard } from "./guard.ts";
import { mailOf } from "./mail.ts";
import type { Mailer } from "./mailer.ts";
import { type Message, slackBody, webhookBody } from "./messages.ts";
import { post, type Sent } from "./post.ts";
import { signatureOf } from "./signature.ts";

export interface SendDeps {
  guard: Guard;
  publicUrl: string;
  /** The database's time, epoch ms: receivers compare a signature's time with their own. */
  now: () => number;
  timeoutMs: number;
  signal: AbortSignal;
  /** Undefined: this server sends no e-mail. */
  mailer: Mailer | undefined;
}

const START_LOST = "not sent: nothing that said it fires had arrived";

const never = (error: string): Sent => ({ ok: false, status: null, error, retry: false });

/**
 * One try to send a delivery in the format of its channel's kind; `entries` are those of a digest.
 * Never rejects.
 */
export async function sendDelivery(due: DueDelivery, entries: readonly DigestEntry[], deps: SendDeps): Promise<Sent> {
  const { tenantId, delivery, channel } = due;
  if (channel.removed) return never("the channel was removed");
  if (!channel.enabled && delivery.event !== "test") return never("the channel is turned off");
  const { event, createdAt } = delivery;
  const notice = delivery.payload as Notice;
  if (due.startLost || (notice.digest && entries.length === 0)) return never(START_LOST);
  const digest = notice.digest && { digest: digestOf(notice.digest, entries) };
  // A replay uses the id that its receiver knows.
  const webhookId = delivery.replayOf ?? delivery.id;
  const message: Message = {
    deliveryId: webhookId,
    event,
    createdAt,
    notice,
    ...digest,
    channelName: channel.name,
    publicUrl: deps.publicUrl,
  };
  switch (channel.channelKind) {
    case "webhook":
      return postSigned(webhookBody(message), webhookId, channel, deps);
    case "alertmanager":
      return postSigned(alertmanagerBody(message), webhookId, channel, deps);
    case "slack":
      return post({ url: channel.secret ?? "", headers: JSON_BODY, body: JSON.stringify(slackBody(message)) }, deps);
    case "email":
      return sendMail(
        message,
        { tenantId, channelId: delivery.channelId, deliveryId: webhookId },
        channel.target,
        deps,
      );
    case "browser":
      return never("a browser channel shows its own notifications");
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
  const headers = { ...JSON_BODY, ...signatureOf(webhookId, deps.now(), body, secrets) };
  return post({ url: channel.target, headers, body }, deps);
}

async function sendMail(
  message: Message,
  ids: { tenantId: string; channelId: string; deliveryId: string },
  target: string,
  { mailer, timeoutMs, signal }: SendDeps,
): Promise<Sent> {
  if (!mailer) return never("this server sends no e-mail: SMTP_URL and SMTP_FROM are not set");
  return mailer.send(mailOf(message, { ...ids, domain: mailer.domain }), target, { timeoutMs, signal });
}
