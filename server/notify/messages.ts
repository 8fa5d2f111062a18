import type { AlertNoticeEvent } from "../../domain/alerts/contract.ts";
import type { AlertNotice, Notice } from "../../domain/alerts/delivery.ts";
import { ownOf } from "../../domain/kernel/json-map.ts";
import { pathTo } from "../../domain/kernel/links.ts";
import { shortened } from "../../domain/kernel/text.ts";
import { plainVisible, titleText } from "../../domain/kernel/visible.ts";
import { type Digest, digestHeadline, latestOf } from "./digest.ts";

/** A notification, from which each kind of channel shapes its message. */
export interface Message {
  /** Id of the delivery, the same for every try and replay. */
  deliveryId: string;
  event: string;
  createdAt: string;
  notice: Notice;
  /** Set for a digest. */
  digest?: Digest;
  channelName: string;
  /** Address of the console. */
  publicUrl: string;
}

/** Link to an alert; without one, to all. */
export const linkTo = (publicUrl: string, alert?: AlertNotice): string =>
  alert ? `${publicUrl}/alerts?alert=${encodeURIComponent(alert.alertId)}` : `${publicUrl}/alerts`;

/** Link to an alert's subject; undefined when it has no page. */
export function subjectLink(publicUrl: string, alert: AlertNotice | undefined): string | undefined {
  const path = alert && pathTo(alert.subject, alert.runId);
  return path ? publicUrl + path : undefined;
}

/** Key of one firing of an alert, the same from start to end; another when it fires again. */
export const incidentOf = ({ alertId, reopened }: AlertNotice): string => `${alertId}#${reopened}`;

/** A webhook's body in the format of Standard Webhooks: `type`, `timestamp`, `data`. */
export function webhookBody({ event, createdAt, notice, digest, publicUrl }: Message): object {
  const url = linkTo(publicUrl, notice.alert);
  const incident = notice.alert && { incident: incidentOf(notice.alert) };
  const entries = digest?.alerts.map((entry) => ({ ...entry, incident: incidentOf(entry.alert) }));
  const entriesOfDigest = digest && { digest: { ...digest, alerts: entries } };
  const subjectUrl = subjectLink(publicUrl, notice.alert);
  const links = { url, ...(subjectUrl !== undefined && { subjectUrl }) };
  return { type: event, timestamp: createdAt, data: { ...notice, ...incident, ...entriesOfDigest, ...links } };
}

/** The events in words. */
const HAPPENED = {
  "alert.fired": "Firing",
  "alert.reopened": "Firing again",
  "alert.unacknowledged": "Firing again",
  "alert.woken": "Firing again",
  "alert.escalated": "Nobody has acknowledged",
  "alert.resolved": "Resolved",
} as const satisfies { [E in AlertNoticeEvent]: string };

const lineOf = (event: string, alert: AlertNotice | undefined): string =>
  `${ownOf<string>(HAPPENED, event) ?? event} (${alert?.severity}): ${titleText(alert?.title ?? "")}`;

const LONGEST_MESSAGE = 1_000;

/** One line with the whole message. */
export function headline({ event, notice, digest }: Message): string {
  return digest
    ? digestHeadline(digest)
    : notice.message === undefined
      ? lineOf(event, notice.alert)
      : titleText(notice.message, LONGEST_MESSAGE);
}

/** Most alerts listed in a digest; the console has them all. */
const SHOWN = 20;

/** The text below the headline: paragraphs of lines. */
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

/** Text of the link to an alert's subject: `Approval apr_1`. */
export const subjectWords = ({ subject: { kind, id } }: AlertNotice): string =>
  `${kind.slice(0, 1).toUpperCase()}${kind.slice(1)} ${plainVisible(id)}`;

/**
 * A Slack incoming webhook's message: text for notifications, blocks for reading. Slack's special
 * characters are escaped.
 */
export function slackBody(message: Message): object {
  const title = headline(message).replace(/\s+/gu, " ").trim();
  const { alert } = message.notice;
  const about = subjectLink(message.publicUrl, alert);
  const more = alert && about ? ` · <${about}|${escapedSlack(subjectWords(alert).replace(/[|\s]+/gu, " "), 200)}>` : "";
  const link = `<${linkTo(message.publicUrl, alert)}|Open in Switchyard>${more}`;
  const sections = paragraphs(message).map((lines) => wholeLines(lines, 2500));
  const [first = "", ...others] = sections;
  const section = (mrkdwn: string) => ({ type: "section", text: { type: "mrkdwn", text: mrkdwn, verbatim: true } });
  return {
    text: escapedSlack(title, 2500),
    blocks: [
      section(`*${escapedSlack(title, 400)}*${first ? `\n${first}` : ""}`),
      ...others.filter(Boolean).map(section),
      { type: "context", elements: [{ type: "mrkdwn", text: link }] },
    ],
  };
}

/** As many whole lines as fit, escaped; if the first does not fit, its beginning. */
function wholeLines(lines: readonly string[], most: number): string {
  let text = escapedSlack(lines[0] ?? "", most);
  for (const line of lines.slice(1)) {
    const escaped = escapeSlack(line);
    if (text.length + escaped.length + 1 > most) return text;
    text += `\n${escaped}`;
  }
  return text;
}

/**
 * As much of a text as fits into `most` characters once escaped. Cut before escaping, so that no
 * escape is broken.
 */
function escapedSlack(text: string, most: number): string {
  let kept = shortened(text, most);
  let escaped = escapeSlack(kept);
  while (escaped.length > most) {
    kept = shortened(kept, Math.floor((kept.length * most) / escaped.length) - 1);
    escaped = escapeSlack(kept);
  }
  return escaped;
}

const escapeSlack = (text: string): string => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
