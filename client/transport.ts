import { STREAM_BEAT_MS } from "../domain/kernel/live.ts";
import { errorOfAnswer, SwitchyardError } from "./errors.ts";
import { toBody } from "./json-body.ts";
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
  /**
   * `GET` of an answer that does not end by itself, line by line, without the empty ones; one try. Leaving the loop closes it. Throws when
   * nothing has come for `silenceMs` (three of the server's beats): the connection is dead, or something on the way keeps what comes.
   */
  lines(path: string, options: LineOptions): AsyncGenerator<string, void, void>;
}

type LineOptions = Pick<CallOptions, "query" | "signal"> & { onOpen?: () => void; silenceMs?: number };

const DEFAULT_TIMEOUT_MS = 15_000;
/** More than any event has, whose commit is a body of 4 MiB. */
const LONGEST_LINE = 32 * 1024 * 1024;

/** HTTP with one meaning of failure: retries what may be retried, types the rest. Every call sent here must be safe to repeat. */
export function createTransport(options: TransportOptions): Transport {
  const { key, fetch: doFetch = fetch, timing = REAL_TIMING } = options;
  const base = `${options.url.replace(/\/+$/, "")}/api/v1`;

  /** An answer's body is the caller's to read; one that is no success is thrown. */
  async function request(method: string, url: string, call: CallOptions, signal: AbortSignal): Promise<Response> {
    const response = await doFetch(url, {
      method,
      headers: {
        accept: "application/json",
        authorization: `Bearer ${key}`,
        ...(call.body !== undefined && { "content-type": "application/json" }),
        ...call.headers,
      },
      ...(call.body !== undefined && { body: toBody(call.body) }),
      signal,
    });
    if (response.ok) return response;
    throw errorOfAnswer(response.status, await response.text(), response.headers, Date.now());
  }

  async function once<T>(method: string, url: string, call: CallOptions): Promise<T> {
    const deadline = withDeadline(call.signal, call.timeoutMs ?? options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    try {
      const text = await (await request(method, url, call, deadline.signal)).text();
      return (text === "" ? undefined : parse(method, url, text)) as T;
    } catch (error) {
      if (error instanceof SwitchyardError) throw error;
      if (call.signal?.aborted) throw call.signal.reason;
      throw lost(method, url, error, deadline.signal.aborted);
    } finally {
      deadline.clear();
    }
  }

  async function* lines(path: string, call: LineOptions): AsyncGenerator<string, void, void> {
    const url = base + path + toSearch(call.query);
    const deadline = withDeadline(call.signal, options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
    try {
      const { body } = await request("GET", url, call, deadline.signal);
      call.onOpen?.();
      reader = body?.getReader();
      const decoder = new TextDecoder();
      let rest = "";
      for (;;) {
        deadline.restart(call.silenceMs ?? 3 * STREAM_BEAT_MS);
        const chunk = await reader?.read();
        deadline.lift();
        if (!chunk?.value) break;
        const parts = decoder.decode(chunk.value, { stream: true }).split("\n");
        parts[0] = rest + parts[0];
        rest = parts.pop() ?? "";
        yield* parts.filter((line) => line !== "");
        if (rest.length > LONGEST_LINE) throw lost("GET", url, "a line without end", false);
      }
      throw new SwitchyardError(0, "network", `GET ${path}: the server has ended the stream`);
    } catch (error) {
      if (error instanceof SwitchyardError) throw error;
      if (call.signal?.aborted) throw call.signal.reason;
      throw lost("GET", url, error, deadline.signal.aborted);
    } finally {
      deadline.clear();
      await reader?.cancel().catch(() => undefined);
    }
  }

  return {
    lines,
    call<T>(method: string, path: string, call: CallOptions = {}) {
      const url = base + path + toSearch(call.query);
      const policy = { ...DEFAULT_RETRY, ...options.retry, ...call.retry };
      return withRetry(() => once<T>(method, url, call), policy, timing, call.signal);
    },
  };
}

interface Deadline {
  signal: AbortSignal;
  /** Takes the time limit away; it still follows. */
  lift(): void;
  /** Sets a new time limit, from now. */
  restart(ms: number): void;
  clear(): void;
}

/** A signal that follows `outer` and ends by itself after `ms`. Not `AbortSignal.any`: that keeps every signal alive with `outer`. */
function withDeadline(outer: AbortSignal | undefined, ms: number): Deadline {
  const controller = new AbortController();
  const follow = () => controller.abort(outer?.reason);
  let timer: NodeJS.Timeout;
  const restart = (limitMs: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => controller.abort(new DOMException("timed out", "TimeoutError")), limitMs);
  };
  restart(ms);
  if (outer?.aborted) follow();
  outer?.addEventListener("abort", follow, { once: true });
  return {
    signal: controller.signal,
    lift: () => clearTimeout(timer),
    restart,
    clear() {
      clearTimeout(timer);
      outer?.removeEventListener("abort", follow);
    },
  };
}

function lost(method: string, url: string, cause: unknown, timedOut: boolean): SwitchyardError {
  const why = timedOut ? "no answer in time" : messageOf(cause);
  return new SwitchyardError(0, timedOut ? "timeout" : "network", `${method} ${url.split("?")[0]}: ${why}`, { cause });
}

function toSearch(query: Query | undefined): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined) search.set(name, Array.isArray(value) ? value.join(",") : String(value));
  }
  return search.size > 0 ? `?${search}` : "";
}

/** Something on the way (a login page, a captive portal) may answer 200 with a page of its own. */
function parse(method: string, url: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const detail = `${method} ${url.split("?")[0]}: the answer is no JSON; does the URL lead to a Switchyard server?`;
    throw new SwitchyardError(0, "network", detail, { cause });
  }
}

/** `fetch failed` says nothing; its cause does. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause : undefined;
  return cause?.message || (cause && "code" in cause ? String(cause.code) : error.message);
}
