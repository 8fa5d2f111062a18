import type { ConnectionOptions } from "node:tls";
import { createTransport, type NodemailerError } from "nodemailer";
import { NO_ANSWER } from "../../domain/alerts/delivery.ts";
import { addressesOf } from "../../domain/alerts/email-address.ts";
import type { Mail } from "./mail.ts";
import type { Sent } from "./post.ts";

/** Where mails are handed in, and whom they are from. */
export interface SmtpSettings {
  /** `smtp://` or `smtps://`, with user and password where the server wants them. */
  url: string;
  from: { name: string; address: string };
  /** What `tls.connect` is told besides: a certificate authority of one's own. */
  tls?: ConnectionOptions;
}

export interface Mailer {
  /** What stands behind the sender's @. */
  domain: string;
  /** One try to hand in a mail for addresses separated by commas. Never rejects. */
  send(mail: Mail, target: string, limits: { timeoutMs: number; signal: AbortSignal }): Promise<Sent>;
}

/** The server on this very machine: nobody listens on the way, and its certificate is seldom one that can be checked. */
const isLoopback = (host: string): boolean => /^(localhost|127(\.\d+){3}|\[?::1\]?)$/i.test(host);

/**
 * Hands mails to the operator's own SMTP server, a connection each. `smtp://` turns to TLS when the server offers it, and must when there is a
 * password to be sent to another machine; certificates are checked. The guard for targets does not apply: the operator chose the server, and
 * whoever writes channels chooses none.
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
    // 587 for handing in, 465 for the same within TLS: what nodemailer takes when none is named.
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
          // A server that keeps answering, but never comes to an end, is given up too.
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

/** The mail was taken, perhaps not for all: those that are refused for now get it by another try, which the others get too, as a repeated one. */
function taken(code: number, refusals: readonly NodemailerError[], count: number): Sent {
  const status = Number.isNaN(code) ? null : code;
  if (refusals.length === 0) return { ok: true, status, error: null, retry: false };
  const later = refusals.find((one) => !isFinal(one));
  const error = `refused for ${refusals.length} of ${count} addresses: answered ${(later ?? refusals[0])?.responseCode}`;
  return { ok: later === undefined, status: later?.responseCode ?? status, error, retry: later !== undefined };
}

/** Why it failed, without the server's own words: they hold addresses. */
function refused(error: NodemailerError): Sent {
  const status = error.responseCode ?? null;
  const all = error.rejectedErrors?.length ? error.rejectedErrors : [error];
  if (error.code === "EAUTH" || error.code === "ENOAUTH") {
    // Nothing is wrong with the mail: when the operator has put it right, the next try arrives.
    return { ok: false, status, error: "the SMTP server refuses the user or the password", retry: true };
  }
  if (error.code === "ETLS" && status !== null) {
    return { ok: false, status, error: "the SMTP server does not turn to TLS, which a password needs", retry: true };
  }
  if (status !== null) {
    // What is refused before it comes to this mail, the connection or its TLS, says nothing of the mail.
    const ofMail = error.code === "EENVELOPE" || error.code === "EMESSAGE";
    return { ok: false, status, error: `answered ${status}`, retry: !ofMail || !all.every(isFinal) };
  }
  const late = error.code === "ETIMEDOUT" || error.code === "EABORT";
  const why = late ? `gave ${NO_ANSWER}` : `could not be reached: ${error.originalCode ?? error.code}`;
  return { ok: false, status, error: `the SMTP server ${why}`, retry: true };
}

const isFinal = ({ responseCode, permanent }: NodemailerError): boolean =>
  permanent ?? (responseCode !== undefined && responseCode >= 500);
