import http from "node:http";
import https from "node:https";
import { NO_ANSWER } from "../../domain/alerts/delivery.ts";
import { type Guard, TargetRefused } from "./guard.ts";

/** Outcome of a try to send: accepted or not, and whether a retry makes sense. */
export interface Sent {
  ok: boolean;
  status: number | null;
  error: string | null;
  /** A retry may succeed. */
  retry: boolean;
  /** The receiver's Retry-After, ms. */
  retryAfterMs?: number;
}

export interface Post {
  url: string;
  headers: { readonly [name: string]: string };
  body: string;
}

export interface PostLimits {
  guard: Guard;
  timeoutMs: number;
  signal: AbortSignal;
}

/**
 * One POST. Only 2xx counts as accepted. Redirects are not followed, and only status and headers of
 * the answer are read, so a receiver can neither redirect the server nor keep it reading. Never
 * rejects.
 */
export async function post({ url, headers, body }: Post, { guard, timeoutMs, signal }: PostLimits): Promise<Sent> {
  try {
    const target = new URL(url);
    guard.check(target);
    const answer = await ask(target, headers, body, guard, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]));
    return judge(answer);
  } catch (error) {
    return { ok: false, status: null, error: reasonOf(error), retry: !(error instanceof TargetRefused) };
  }
}

function ask(
  url: URL,
  headers: Post["headers"],
  body: string,
  guard: Guard,
  signal: AbortSignal,
): Promise<{ status: number; retryAfter: string | undefined }> {
  return new Promise((resolve, reject) => {
    const { request } = url.protocol === "https:" ? https : http;
    const length = String(Buffer.byteLength(body));
    const asked = request(url, {
      method: "POST",
      // A new connection: not one opened to an address that was checked at another time.
      agent: false,
      lookup: guard.lookup,
      maxHeaderSize: 16_384,
      signal,
      headers: { "user-agent": "Switchyard", ...headers, "content-length": length },
    });
    asked.once("error", reject);
    asked.once("response", (response) => {
      resolve({ status: response.statusCode ?? 0, retryAfter: response.headers["retry-after"] });
      response.on("error", () => {});
      response.destroy();
    });
    asked.end(body);
  });
}

const MOST_RETRY_AFTER_S = 86_400;

function judge({ status, retryAfter }: { status: number; retryAfter: string | undefined }): Sent {
  if (status >= 200 && status < 300) return { ok: true, status, error: null, retry: false };
  const redirect = status >= 300 && status < 400;
  const error = redirect ? `answered ${status}: redirects are not followed` : `answered ${status}`;
  const seconds = Number(retryAfter);
  const retryAfterMs = seconds > 0 ? Math.min(seconds, MOST_RETRY_AFTER_S) * 1000 : 0;
  // 410: the receiver never wants this again.
  return { ok: false, status, error, retry: status !== 410, ...(retryAfterMs > 0 && { retryAfterMs }) };
}

/** Why it failed, for people: without addresses and URLs. */
export function reasonOf(error: unknown): string {
  if (error instanceof TargetRefused) return error.message;
  const { name, code, cause } = error as { name?: string; code?: string; cause?: { name?: string } };
  if (name === "TimeoutError" || cause?.name === "TimeoutError") return NO_ANSWER;
  if (name === "AbortError") return NO_ANSWER;
  return typeof code === "string" ? `could not be reached: ${code}` : "could not be reached";
}
