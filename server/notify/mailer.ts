import type { ConnectionOptions } from "node:tls";
import { createTransport, type NodemailerError } from "nodemailer";
import { NO_ANSWER } from "../../domain/alerts/delivery.ts";
import { addressesOf } from "../../domain/alerts/email-address.ts";
import type { Mail } from "./mail.ts";
import type { Sent } from "./post.ts";

/** The SMTP server and the sender. */
export interface SmtpSettings {
  /** `smtp://` or `smtps://`, with user and password if the server requires them. */
  url: string;
  from: { name: string; address: string };
  /** Further options of `tls.connect`, such as a private certificate authority. */
  tls?: ConnectionOptions;
}

export interface Mailer {
  /** Domain of the sender's address. */
  domain: string;
  /** One try to submit a mail to comma-separated addresses. Never rejects. */
  send(mail: Mail, target: string, limits: { timeoutMs: number; signal: AbortSignal }): Promise<Sent>;
}

/**
 * A server on this machine: the connection cannot be intercepted, and its certificate can seldom be
 * verified.
 */
const isLoopback = (host: string): boolean => /^(localhost|127(\.\d+){3}|\[?::1\]?)$/i.test(host);

/**
 * Submits mails to the operator's SMTP server, one connection each. `smtp://` uses STARTTLS when
 * offered, and requires it to send a password to another machine; certificates are verified. The
 * target guard does not apply: the operator chose the server, not the writers of channels.
 */
export function createMailer({ url, from, tls }: SmtpSettings): Mailer {
  const { protocol, hostname, port, username, password } = new URL(url);
  const secure = protocol === "smtps:";
  const local = isLoopback(hostname);
  const host = hostname.replace(/^\[|\]$/g, "");
  const auth = username === "" ? undefined : { user: decodeURIComponent(username), pass: decodeURIComponent(password) };
  const server = {
    host,
    secure,
    // nodemailer's defaults: 587, or 465 within TLS.
    ...(port !== "" && { port: Number(port) }),
    requireTLS: !secure && auth !== undefined && !local,
    ...(auth && { auth }),
    tls: { ...(local && { rejectUnauthorized: false }), ...tls },
    disableFileAccess: true,
    disableUrlAccess: true,
  };

  return {
    domain: from.address.slice(from.address.lastIndexOf("@") + 1),
    async send(mail, target, { timeoutMs, signal }) {
      const timeouts = { connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs };
      const transport = createTransport({ ...server, ...timeouts, dnsTimeout: timeoutMs, socketCloseTimeout: 0 });
      try {
        const { subject, text, html, messageId, thread } = mail;
        const info = await transport.sendMail({
          from,
          to: addressesOf(target).map((address) => ({ name: "", address })),
          subject,
          text,
          html,
          messageId,
          references: thread,
          inReplyTo: thread,
          headers: { "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All" },
          // Also gives up on a server that keeps answering without finishing.
          signal: AbortSignal.any([signal, AbortSignal.timeout(4 * timeoutMs)]),
        });
        return taken(Number.parseInt(info.response, 10), info.rejectedErrors ?? [], addressesOf(target).length);
      } catch (error) {
        return refused(error as NodemailerError);
      } finally {
        transport.close();
      }
    },
  };
}

/**
 * The mail was accepted, maybe not for all: addresses refused for now get it by a retry, which the
 * others get as a repeat.
 */
function taken(code: number, refusals: readonly NodemailerError[], count: number): Sent {
  const status = Number.isNaN(code) ? null : code;
  if (refusals.length === 0) return { ok: true, status, error: null, retry: false };
  const later = refusals.find((one) => !isFinal(one));
  const error = `refused for ${refusals.length} of ${count} addresses: answered ${(later ?? refusals[0])?.responseCode}`;
  return { ok: later === undefined, status: later?.responseCode ?? status, error, retry: later !== undefined };
}

/** Why it failed, without the server's own words, which contain addresses. */
function refused(error: NodemailerError): Sent {
  const status = error.responseCode ?? null;
  const all = error.rejectedErrors?.length ? error.rejectedErrors : [error];
  if (error.code === "EAUTH" || error.code === "ENOAUTH") {
    // Nothing is wrong with the mail: once the operator has fixed the settings, the next try
    // succeeds.
    return { ok: false, status, error: "the SMTP server refuses the user or the password", retry: true };
  }
  if (error.code === "ETLS" && status !== null) {
    return { ok: false, status, error: "the SMTP server does not turn to TLS, which a password needs", retry: true };
  }
  if (status !== null) {
    // A refusal of the connection or its TLS, before the mail, says nothing about the mail.
    const ofMail = error.code === "EENVELOPE" || error.code === "EMESSAGE";
    return { ok: false, status, error: `answered ${status}`, retry: !ofMail || !all.every(isFinal) };
  }
  const late = error.code === "ETIMEDOUT" || error.code === "EABORT";
  const why = late ? `gave ${NO_ANSWER}` : `could not be reached: ${error.originalCode ?? error.code}`;
  return { ok: false, status, error: `the SMTP server ${why}`, retry: true };
}

const isFinal = ({ responseCode, permanent }: NodemailerError): boolean =>
  permanent ?? (responseCode !== undefined && responseCode >= 500);
