import { errorOfAnswer, SwitchyardError } from "./errors.ts";
import { DEFAULT_RETRY, REAL_TIMING, type RetryPolicy, type Timing, withRetry } from "./retry.ts";

export interface TransportOptions {
  /** Where the server is, e.g. `http://127.0.0.1:3000`. */
  url: string;
  /** API key. */
  key: string;
  fetch?: typeof fetch;
  retry?: Partial<RetryPolicy>;
  /** How long one try may take before it counts as a network fault (ms). */
  timeoutMs?: number;
  timing?: Timing;
}

export type Query = { [name: string]: string | number | boolean | readonly string[] | undefined };

export interface CallOptions {
  query?: Query;
  body?: unknown;
  headers?: { [name: string]: string };
  signal?: AbortSignal | undefined;
  timeoutMs?: number;
  retry?: Partial<RetryPolicy> | undefined;
}

export interface Transport {
  /** Calls `/api/v1` + `path` and answers the parsed body; throws `SwitchyardError`, or the signal's reason when aborted. */
  call<T>(method: string, path: string, options?: CallOptions): Promise<T>;
}

const DEFAULT_TIMEOUT_MS = 15_000;

/** HTTP with one meaning of failure: retries what may be retried, types the rest. Every call sent here must be safe to repeat. */
export function createTransport(options: TransportOptions): Transport {
  const { key, fetch: doFetch = fetch, timing = REAL_TIMING } = options;
  const base = `${options.url.replace(/\/+$/, "")}/api/v1`;

  async function once<T>(method: string, url: string, call: CallOptions): Promise<T> {
    const deadline = withDeadline(call.signal, call.timeoutMs ?? options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    try {
      const response = await doFetch(url, {
        method,
        headers: {
          accept: "application/json",
          authorization: `Bearer ${key}`,
          ...(call.body !== undefined && { "content-type": "application/json" }),
          ...call.headers,
        },
        ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
        signal: deadline.signal,
      });
      const text = await response.text();
      if (!response.ok) throw errorOfAnswer(response.status, text, response.headers.get("retry-after"), Date.now());
      return (text === "" ? undefined : JSON.parse(text)) as T;
    } catch (error) {
      if (error instanceof SwitchyardError) throw error;
      if (call.signal?.aborted) throw call.signal.reason;
      const timedOut = deadline.signal.aborted;
      const why = timedOut ? "no answer in time" : messageOf(error);
      throw new SwitchyardError(0, timedOut ? "timeout" : "network", `${method} ${url.split("?")[0]}: ${why}`, {
        cause: error,
      });
    } finally {
      deadline.clear();
    }
  }

  return {
    call<T>(method: string, path: string, call: CallOptions = {}) {
      const url = base + path + toSearch(call.query);
      const policy = { ...DEFAULT_RETRY, ...options.retry, ...call.retry };
      return withRetry(() => once<T>(method, url, call), policy, timing, call.signal);
    },
  };
}

/** A signal that follows `outer` and ends by itself after `ms`. Not `AbortSignal.any`: that keeps every signal alive with `outer`. */
function withDeadline(outer: AbortSignal | undefined, ms: number): { signal: AbortSignal; clear(): void } {
  const controller = new AbortController();
  const follow = () => controller.abort(outer?.reason);
  const timer = setTimeout(() => controller.abort(new DOMException("timed out", "TimeoutError")), ms);
  if (outer?.aborted) follow();
  outer?.addEventListener("abort", follow, { once: true });
  return {
    signal: controller.signal,
    clear() {
      clearTimeout(timer);
      outer?.removeEventListener("abort", follow);
    },
  };
}

function toSearch(query: Query | undefined): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined) search.set(name, Array.isArray(value) ? value.join(",") : String(value));
  }
  return search.size > 0 ? `?${search}` : "";
}

/** `fetch failed` says nothing; its cause does. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause : undefined;
  return cause?.message || (cause && "code" in cause ? String(cause.code) : error.message);
}
