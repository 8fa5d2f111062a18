import type { IncomingHttpHeaders } from "node:http";

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Whether a method may change state and so needs proof of its origin when a cookie vouches for it.
 */
export function changesState(method: string): boolean {
  return !SAFE_METHODS.has(method);
}

/**
 * Whether a request by cookie comes from this very origin. Browsers say so in Sec-Fetch-Site, which
 * pages cannot forge; where that is missing (plain http on another host than localhost), Origin
 * must be there and name this host.
 *
 * @param publicOrigin what browsers call this server when a proxy in front of it changes Host.
 */
export function isSameOrigin(headers: IncomingHttpHeaders, publicOrigin?: string): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== undefined) return site === "same-origin" || site === "none";
  return headers.origin !== undefined && isOurs(headers.origin, headers.host, publicOrigin);
}

/**
 * The same for a WebSocket handshake, where every browser sends Origin (RFC 6455): one without it
 * comes from no page. Sec-Fetch-Site counts as well, since another port of this host is the same
 * site and so gets the cookie.
 */
export function isSameOriginHandshake(headers: IncomingHttpHeaders, publicOrigin?: string): boolean {
  const site = headers["sec-fetch-site"];
  if (typeof site === "string" && site !== "same-origin" && site !== "none") return false;
  return headers.origin === undefined || isOurs(headers.origin, headers.host, publicOrigin);
}

function isOurs(origin: string, host: string | undefined, publicOrigin: string | undefined): boolean {
  if (origin === publicOrigin) return true;
  if (host === undefined || !URL.canParse(origin)) return false;
  return new URL(origin).host === host.toLowerCase();
}

/**
 * A place inside this server to go to after the sign-in, or `/` for anything that could lead
 * elsewhere.
 */
export function safeNext(next: unknown): string {
  if (typeof next !== "string" || next.length > 2_000) return "/";
  // Browsers read a backslash as a slash and drop control characters, so "/\evil" and "/\t/evil"
  // lead to another site.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these characters are what is looked for
  if (!/^\/(?!\/)[^\\\u0000-\u0020\u007f]*$/.test(next)) return "/";
  return next === "/login" || next.startsWith("/login?") || next.startsWith("/login/") ? "/" : next;
}
