import { createHash } from "node:crypto";
import { shortened } from "../../domain/kernel/text.ts";
import { headline, incidentOf, linkTo, type Message, paragraphs, subjectLink, subjectWords } from "./messages.ts";

/** An e-mail message; the mailer adds sender and recipients. */
export interface Mail {
  subject: string;
  text: string;
  html: string;
  /** The same for every try and replay, so that receivers can recognise repeats. */
  messageId: string;
  /** Id that all mails about one firing reply to, so that they form one thread. */
  thread: string;
}

/** The ids of a mail and its thread. */
export interface MailIds {
  tenantId: string;
  channelId: string;
  deliveryId: string;
  /** Domain of the sender's address. */
  domain: string;
}

const LONGEST_SUBJECT = 200;

export function mailOf(message: Message, { tenantId, channelId, deliveryId, domain }: MailIds): Mail {
  const title = oneLine(headline(message));
  const { alert } = message.notice;
  const link = linkTo(message.publicUrl, alert);
  const parts = paragraphs(message);
  const facts = alert ? [`Rule: ${alert.rule}`, `About: ${alert.subject.kind} ${alert.subject.id}`] : [];
  const about = alert && subjectLink(message.publicUrl, alert);
  const links = [{ words: "Open in Switchyard", href: link }];
  if (alert && about) links.push({ words: subjectWords(alert), href: about });
  const all = [[title], ...parts, facts, links.map(({ href }) => href)].filter((lines) => lines.length > 0);
  return {
    subject: shortened(oneLine(subjectOf(message, title)), LONGEST_SUBJECT),
    text: `${all.map((lines) => lines.join("\n")).join("\n\n")}\n`,
    html: htmlOf(title, [...parts, facts], links),
    messageId: `<${deliveryId}@${domain}>`,
    thread: `<${threadOf(`${tenantId}/${alert ? `alert/${incidentOf(alert)}` : `channel/${channelId}`}`)}@${domain}>`,
  };
}

/**
 * The same for all mails about one alert: mail clients form threads by subject, and titles change
 * with the figures. The first line of the mail says whether it fires or has ended.
 */
function subjectOf({ notice: { alert } }: Message, title: string): string {
  return alert ? `[Switchyard] ${alert.rule}: ${alert.subject.kind} ${alert.subject.id}` : title;
}

/** Hashed, because alert ids contain names of agents and queues. */
const threadOf = (what: string): string => `thread.${createHash("sha256").update(what).digest("hex").slice(0, 32)}`;

/**
 * Titles contain text of others: no line break or other control character may get into a header.
 */
const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, " ").trim();

function htmlOf(
  title: string,
  parts: readonly (readonly string[])[],
  links: readonly { words: string; href: string }[],
): string {
  const body = parts
    .filter((lines) => lines.length > 0)
    .map((lines) => `<p style="margin:0 0 16px">${lines.map(escapeHtml).join("<br>\n")}</p>`);
  return [
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title></head>`,
    `<body style="margin:0;padding:24px;font:14px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif">`,
    `<h1 style="margin:0 0 16px;font-size:18px">${escapeHtml(title)}</h1>`,
    ...body,
    `<p style="margin:0">${links.map(({ words, href }) => `<a href="${escapeHtml(href)}">${escapeHtml(words)}</a>`).join(" · ")}</p>`,
    "</body></html>",
  ].join("\n");
}

const ENTITIES: { readonly [character: string]: string } = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
