import { createHmac } from "node:crypto";

/** The headers of Standard Webhooks. */
export interface SignatureHeaders {
  "webhook-id": string;
  "webhook-timestamp": string;
  "webhook-signature": string;
}

/**
 * Signs a body by Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, one signature per secret
 * (`whsec_` and base64), separated by spaces.
 * @param at time of this try, ms since 1970
 */
export function signatureOf(id: string, at: number, body: string, secrets: readonly string[]): SignatureHeaders {
  const timestamp = String(Math.floor(at / 1000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
    return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
  });
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures.join(" ") };
}
