import type { AlertNotice, Notice } from "../../domain/delivery.ts";
import { ownOf } from "../../domain/json-map.ts";
import { plainVisible, titleText } from "../../domain/visible.ts";
import { type Digest, digestHeadline, latestOf } from "./digest.ts";

/** What is to be told, in the form that the kinds shape it from. */
export interface Message {
  event: string;
  createdAt: string;
  notice: Notice;
  /** What a digest tells. */
  digest?: Digest;
  channelName: string;
  /** Where people reach the console. */
  publicUrl: string;
}

/** Where an alert is shown; without one, all of them. */
export const linkTo = (publicUrl: string, alert?: AlertNotice): string =>
  alert ? `${publicUrl}/alerts?alert=${encodeURIComponent(alert.alertId)}` : `${publicUrl}/alerts`;

/** The body of a webhook, as Standard Webhooks has it: `type`, `timestamp`, `data`. */
export function webhookBody({ event, createdAt, notice, digest, publicUrl }: Message): object {
  const url = linkTo(publicUrl, notice.alert);
  return { type: event, timestamp: createdAt, data: { ...notice, ...(digest && { digest }), url } };
}

/** What has happened, in words. */
const HAPPENED: { readonly [event: string]: string } = {
  "alert.fired": "Firing",
  "alert.reopened": "Firing again",
  "alert.unacknowledged": "Firing again",
  "alert.woken": "Firing again",
  "alert.escalated": "Nobody has acknowledged",
  "alert.resolved": "Resolved",
};

const lineOf = (event: string, alert: AlertNotice | undefined): string =>
  `${ownOf(HAPPENED, event) ?? event} (${alert?.severity}): ${titleText(alert?.title ?? "")}`;

const LONGEST_MESSAGE = 1_000;

/** One line that says it all. */
export function headline({ event, notice, digest }: Message): string {
  return digest
    ? digestHeadline(digest)
    : notice.message === undefined
      ? lineOf(event, notice.alert)
      : titleText(notice.message, LONGEST_MESSAGE);
}

/** How many alerts of a digest people are shown; the console has them all. */
const SHOWN = 20;

/** What people are told below the headline: paragraphs of lines. */
export function paragraphs({ notice, digest }: Message): string[][] {
  if (!digest) return notice.alert?.detail ? [[plainVisible(notice.alert.detail)]] : [];
  const rules = digest.byRule.map(({ rule, severity, fired, resolved }) => {
    const counts = [fired > 0 ? `${fired} fired` : "", resolved > 0 ? `${resolved} resolved` : ""];
    return `${severity} · ${rule}: ${counts.filter(Boolean).join(", ")}`;
  });
  const latest = latestOf(digest);
  const shown = latest.slice(0, SHOWN).map(({ event, alert }) => lineOf(event, alert));
  const more = latest.length - shown.length;
  return [rules.slice(0, SHOWN), more > 0 ? [...shown, `and ${more} more`] : shown];
}

/** A Slack incoming webhook's message: text for notifications, blocks for reading. Slack's own characters are escaped. */
export function slackBody(message: Message): object {
  const text = escapeSlack(headline(message));
  const link = `<${linkTo(message.publicUrl, message.notice.alert)}|Open in Switchyard>`;
  const sections = paragraphs(message).map((lines) => cut(lines.map(escapeSlack), 2500));
  const [first = "", ...others] = sections;
  const section = (mrkdwn: string) => ({ type: "section", text: { type: "mrkdwn", text: mrkdwn } });
  return {
    text,
    blocks: [
      section(`*${text.slice(0, 400)}*${first ? `\n${first}` : ""}`),
      ...others.filter(Boolean).map(section),
      { type: "context", elements: [{ type: "mrkdwn", text: link }] },
    ],
  };
}

/** As many whole lines as fit; of a single one as much as does. */
function cut(lines: readonly string[], most: number): string {
  let text = lines[0]?.slice(0, most) ?? "";
  for (const line of lines.slice(1)) {
    if (text.length + line.length + 1 > most) return text;
    text += `\n${line}`;
  }
  return text;
}

const escapeSlack = (text: string): string => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
