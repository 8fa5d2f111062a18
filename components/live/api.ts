import type { ClientMutationInput } from "../../domain/commit/mutations.ts";
import type { Receipt } from "../../domain/kernel/receipt.ts";

/** The server's refusal (RFC 9457), or `network` when no answer came. `message` is the detail, fit for people. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  readonly detail: string;
  constructor(
    /** HTTP status; 0 when no answer came. */
    readonly status: number,
    readonly code: string,
    detail: string,
    /** Every fault of a refused commit or body. */
    readonly errors: readonly unknown[] = [],
    /** Legal moves, when an illegal one was refused. */
    readonly legal: readonly string[] = [],
    /** The whole answer; a lost race carries the row as it is now in `row`. */
    readonly body: { readonly [key: string]: unknown } = {},
  ) {
    super(detail);
    this.detail = detail;
  }
}

const BASE = "/api/v1";
const TIMEOUT_MS = 15_000;

/** Same-origin JSON calls. Paths are relative to `/api/v1` (`/runs?limit=50`) unless they begin with `/api/` or `/login/`. */
export const api = {
  /** @throws ApiProblem */
  get: <T>(path: string, signal?: AbortSignal, timeoutMs?: number): Promise<T> =>
    call<T>("GET", path, undefined, signal, timeoutMs),
  /** @throws ApiProblem */
  post: <T>(path: string, body?: unknown, signal?: AbortSignal, timeoutMs?: number): Promise<T> =>
    call<T>("POST", path, body, signal, timeoutMs),
  /**
   * As `post`, if the row is still of the version (or of the tag of its settings) that was seen. `putIf` and `deleteIf` likewise.
   * @throws ApiProblem 412 with the row as it is now in `body.row`
   */
  postIf: <T>(path: string, tag: Tag, body?: unknown): Promise<T> =>
    call<T>("POST", path, body, undefined, undefined, ifMatch(tag)),
  putIf: <T>(path: string, tag: Tag, body: unknown): Promise<T> =>
    call<T>("PUT", path, body, undefined, undefined, ifMatch(tag)),
  deleteIf: <T>(path: string, tag: Tag): Promise<T> =>
    call<T>("DELETE", path, undefined, undefined, undefined, ifMatch(tag)),
};

/** What a row was seen as: its version, 0 for one that is not there yet, or a tag of its settings (`domain/kernel/setting-tag.ts`). */
export type Tag = number | string;

const ifMatch = (tag: Tag) => ({ "if-match": `"${tag}"` });

/** Commits mutations, all or none. Sent under one idempotency key, so a repeat after a lost answer changes nothing twice. */
export function commit(mutations: ClientMutationInput[]): Promise<Receipt> {
  return api.post<Receipt>("/commits", { mutations });
}

async function call<T>(
  method: "GET" | "POST" | "PUT" | "DELETE",
  path: string,
  body?: unknown,
  signal?: AbortSignal,
  timeoutMs = TIMEOUT_MS,
  more: Record<string, string> = {},
): Promise<T> {
  const isCommit = method === "POST" && path === "/commits";
  const headers: Record<string, string> = { accept: "application/json", ...more };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (isCommit) headers["idempotency-key"] = newKey();
  const url = path.startsWith("/api/") || path.startsWith("/login/") ? path : `${BASE}${path}`;
  const init: RequestInit = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
  const send = () => fetch(url, { ...init, signal: withTimeout(timeoutMs, signal) });
  // What has no idempotency key must not be sent twice: the first may have landed.
  const repeatable = method === "GET" || isCommit;
  const response = await send().catch((error: unknown) => {
    if (signal?.aborted) throw error;
    if (repeatable) return send().catch((again: unknown) => Promise.reject(noAnswer(again)));
    throw noAnswer(error);
  });
  if (!response.ok) throw await problemOf(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

const withTimeout = (ms: number, signal?: AbortSignal): AbortSignal =>
  signal ? AbortSignal.any([signal, AbortSignal.timeout(ms)]) : AbortSignal.timeout(ms);

function noAnswer(cause: unknown): ApiProblem {
  const late = cause instanceof DOMException && cause.name === "TimeoutError";
  const detail = late ? "The server did not answer in time." : "The server cannot be reached.";
  return new ApiProblem(0, late ? "timeout" : "network", detail);
}

/** The problem an answer other than success tells of; proxies may answer something that is no JSON. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const body = await response.json().catch(() => ({}));
  const told = (typeof body === "object" && body !== null ? body : {}) as { [key: string]: unknown };
  const detail =
    typeof told.detail === "string"
      ? told.detail
      : `The server answered ${response.status} ${response.statusText}`.trim();
  const code = typeof told.code === "string" ? told.code : `http_${response.status}`;
  const problem = new ApiProblem(
    response.status,
    code,
    detail,
    listOf(told.errors),
    listOf(told.legal).map(String),
    told,
  );
  if (problem.status === 401 && typeof window !== "undefined" && window.location.pathname !== "/login") toLogin();
  return problem;
}

/** Leaves for the login page, to come back here after it. */
export function toLogin(): void {
  const here = window.location.pathname + window.location.search;
  window.location.assign(`/login?next=${encodeURIComponent(here)}&error=session_expired`);
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function newKey(): string {
  // randomUUID is missing on plain http beyond localhost.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `console-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
