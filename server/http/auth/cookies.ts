import type { IncomingHttpHeaders } from "node:http";

/** No cookie of ours is longer; what is remembered by cookie must not be as large as a header. */
const MOST_CHARS = 500;

/**
 * The raw (still encoded) value of one cookie, or undefined. A header without that cookie costs one
 * scan.
 */
export function cookieValue(header: string | undefined, name: string): string | undefined {
  if (header === undefined) return undefined;
  for (let from = header.indexOf(name); from !== -1; from = header.indexOf(name, from + 1)) {
    const before = from === 0 ? ";" : header[from - 1];
    const valueAt = from + name.length;
    if ((before !== ";" && before !== " ") || header[valueAt] !== "=") continue;
    const end = header.indexOf(";", valueAt);
    const value = header.slice(valueAt + 1, end === -1 ? undefined : end);
    return value.length > MOST_CHARS ? undefined : value;
  }
  return undefined;
}

/**
 * Whether the browser reached us over https, as said by a TLS proxy. A forged header harms only its
 * sender's cookie.
 */
export function isHttps(headers: IncomingHttpHeaders): boolean {
  const forwarded = headers["x-forwarded-proto"];
  const first = Array.isArray(forwarded) ? forwarded[0] : forwarded?.split(",", 1)[0];
  return first?.trim() === "https";
}

/** Adds `Secure` where the browser speaks https; over plain http it would drop such a cookie. */
export function withSecure(cookies: readonly string[], headers: IncomingHttpHeaders): string[] {
  return isHttps(headers) ? cookies.map((cookie) => `${cookie}; Secure`) : [...cookies];
}
