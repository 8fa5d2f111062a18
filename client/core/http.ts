import { STREAM_BEAT_MS } from "../../domain/kernel/live.ts";
import { withDeadline } from "./deadline.ts";
import { toBody } from "./json-body.ts";
import { errorOfAnswer, SwitchyardError } from "./problem.ts";
import { DEFAULT_RETRY, REAL_TIMING, type RetryPolicy, type Timing, withRetry } from "./retry.ts";

export interface HttpOptions {
  /**
   * What all paths are below: `http://127.0.0.1:3000/api/v1`, or `/api/v1` in a page of that
   * server.
   */
  base: string;
  /** API key. Without one the session's cookie says who calls, in a page of the server. */
  key?: string;
  fetch?: typeof fetch;
  retry?: Partial<RetryPolicy> | undefined;
  /** How long one try may take before it counts as a network fault (ms). */
  timeoutMs?: number | undefined;
  timing?: Timing | undefined;
  /** Called with the error of every answer that is no success, before it is thrown. */
  onRefused?: (error: SwitchyardError) => void;
  /** What an error says when no answer came. Left out, it names the call and the cause. */
  noAnswer?: { network: string; timeout: string };
}

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
/** Lists are joined by commas; what is undefined is left out. */
export type Query = { [name: string]: string | number | boolean | readonly string[] | undefined };
/**
 * What a row was seen as: its version, 0 for one that is not there yet, or a tag of its settings.
 */
export type Tag = number | string;

export interface CallOptions {
  query?: Query | undefined;
  body?: unknown;
  /**
   * Sent as `If-Match`: refused with 412, the row as it is now in `body.row`, when the row has
   * changed since.
   */
  tag?: Tag | undefined;
  /** Makes a write that is repeated happen once. */
  idempotencyKey?: string | undefined;
  /** A write without a key may be repeated too: to do it twice does no harm. */
  repeatable?: true;
  signal?: AbortSignal | undefined;
  timeoutMs?: number | undefined;
  retry?: Partial<RetryPolicy> | undefined;
}

export interface Http {
  /**
   * Calls `base` + `path` and answers the parsed body, undefined for an empty one. Reads, and
   * writes with an Idempotency-Key, are tried again by the retry policy; other writes are sent
   * once, as the first may have arrived.
   *
   * @throws SwitchyardError, or the signal's reason when it is aborted
   */
  call<T>(method: Method, path: string, options?: CallOptions): Promise<T>;
  /**
   * `GET` of an answer that does not end by itself, line by line, without the empty ones; one try.
   * Leaving the loop closes it. Throws when nothing has come for `silenceMs` (three of the server's
   * beats): the connection is dead, or something on the way keeps what comes.
   */
  lines(path: string, options: LineOptions): AsyncGenerator<string, void, void>;
}

type LineOptions = Pick<CallOptions, "query" | "signal"> & { onOpen?: () => void; silenceMs?: number };

const DEFAULT_TIMEOUT_MS = 15_000;
/** More than any event has, whose commit is a body of 4 MiB. */
const LONGEST_LINE = 32 * 1024 * 1024;

/**
 * HTTP with one meaning of failure, in Node and in browsers: tries again what may be repeated,
 * types the rest.
 */
export function createHttp(options: HttpOptions): Http {
  const { base, timing = REAL_TIMING } = options;
  const send: typeof fetch = options.fetch ?? ((url, init) => fetch(url, init));

  async function once<T>(method: Method, url: string, call: CallOptions): Promise<T> {
    const deadline = withDeadline(call.signal, call.timeoutMs ?? options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    try {
      const answer = await request(method, url, call, deadline.signal);
      return parse(method, url, await answer.text()) as T;
    } catch (error) {
      throw failure(method, url, call, error, deadline.signal);
    } finally {
      deadline.clear();
    }
  }

  /** An answer's body is the caller's to read; one that is no success is thrown. */
  async function request(method: Method, url: string, call: CallOptions, signal: AbortSignal): Promise<Response> {
    const { body, tag, idempotencyKey } = call;
    const response = await send(url, {
      method,
      headers: {
        accept: "application/json",
        ...(options.key !== undefined && { authorization: `Bearer ${options.key}` }),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...(tag !== undefined && { "if-match": `"${tag}"` }),
        ...(idempotencyKey !== undefined && { "idempotency-key": idempotencyKey }),
      },
      ...(body !== undefined && { body: toBody(body) }),
      signal,
    });
    if (response.ok) return response;
    const error = errorOfAnswer(response, await response.text(), Date.now());
    options.onRefused?.(error);
    throw error;
  }

  /** What a call that failed throws. */
  function failure(method: Method, url: string, call: LineOptions, error: unknown, limit: AbortSignal): unknown {
    if (error instanceof SwitchyardError) return error;
    if (call.signal?.aborted) return call.signal.reason;
    const code = limit.aborted ? "timeout" : "network";
    const why = limit.aborted ? "no answer in time" : causeOf(error);
    const detail = options.noAnswer?.[code] ?? `${method} ${url.split("?")[0]}: ${why}`;
    return new SwitchyardError(0, code, detail, { cause: error });
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
        if (rest.length > LONGEST_LINE) throw new Error("a line without end");
      }
      throw new SwitchyardError(0, "network", `GET ${path}: the server has ended the stream`);
    } catch (error) {
      throw failure("GET", url, call, error, deadline.signal);
    } finally {
      deadline.clear();
      await reader?.cancel().catch(() => undefined);
    }
  }

  return {
    lines,
    call<T>(method: Method, path: string, call: CallOptions = {}) {
      const url = base + path + toSearch(call.query);
      const attempt = () => once<T>(method, url, call);
      const isRepeatable = method === "GET" || call.idempotencyKey !== undefined || call.repeatable;
      if (!isRepeatable) return attempt();
      return withRetry(attempt, { ...DEFAULT_RETRY, ...options.retry, ...call.retry }, timing, call.signal);
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

/** Something on the way (a login page, a captive portal) may answer 200 with a page of its own. */
function parse(method: Method, url: string, text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    const detail = `${method} ${url.split("?")[0]}: the answer is no JSON; does the URL lead to a Switchyard server?`;
    throw new SwitchyardError(0, "network", detail, { cause });
  }
}

/** `fetch failed` says nothing; its cause does. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause : undefined;
  return cause?.message || (cause && "code" in cause ? String(cause.code) : error.message);
}
