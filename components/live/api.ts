import { createHttp, type HttpOptions, type Tag } from "../../client/core/http.ts";
import { newIdempotencyKey } from "../../client/core/idempotency-key.ts";
import type { ClientMutationInput } from "../../domain/commit/mutations.ts";
import type { AnswerOf, Endpoint, GivenBody, PathOf } from "../../domain/kernel/endpoint.ts";
import type { Receipt } from "../../domain/kernel/receipt.ts";

/** Calls the server of the page, as the signed-in user. */
const page: Omit<HttpOptions, "base"> = {
  // One immediate retry without a response: a user is waiting.
  retry: { baseMs: 0, capMs: 0, totalMs: Number.POSITIVE_INFINITY, maxTries: 2, unansweredOnly: true },
  noAnswer: { network: "The server cannot be reached.", timeout: "The server did not answer in time." },
  onRefused: ({ status }) => {
    if (status === 401 && typeof window !== "undefined" && window.location.pathname !== "/login") toLogin();
  },
};
const http = createHttp({ ...page, base: "/api/v1" });

type By<M extends Endpoint["method"]> = Endpoint & { readonly method: M };

/**
 * Same-origin JSON calls, by the paths of endpoints (`pathTo`). All throw `SwitchyardError`; an
 * expired session redirects to the login page.
 */
export const api = {
  get: <E extends By<"GET">>(path: PathOf<E>, signal?: AbortSignal, timeoutMs?: number): Promise<AnswerOf<E>> =>
    http.call("GET", path, { signal, timeoutMs }),
  post: <E extends By<"POST">>(
    path: PathOf<E>,
    body: GivenBody<E>,
    signal?: AbortSignal,
    timeoutMs?: number,
  ): Promise<AnswerOf<E>> => http.call("POST", path, { body, signal, timeoutMs }),
  /**
   * Like `post`, if the row still has the version (or the tag of its settings) that was seen; else
   * 412, with the current row in `body.row`. `putIf` and `deleteIf` do the same.
   */
  postIf: <E extends By<"POST">>(path: PathOf<E>, tag: Tag, body: GivenBody<E>): Promise<AnswerOf<E>> =>
    http.call("POST", path, { tag, body }),
  putIf: <E extends By<"PUT">>(path: PathOf<E>, tag: Tag, body: GivenBody<E>): Promise<AnswerOf<E>> =>
    http.call("PUT", path, { tag, body }),
  deleteIf: <E extends By<"DELETE">>(path: PathOf<E>, tag: Tag): Promise<AnswerOf<E>> =>
    http.call("DELETE", path, { tag }),
};

/**
 * Commits mutations, all or none. Sent with an idempotency key, so a repeat after a lost response
 * changes nothing twice.
 */
export const commit = (mutations: ClientMutationInput[]): Promise<Receipt> =>
  http.call("POST", "/commits", { body: { mutations }, idempotencyKey: newIdempotencyKey() });

/**
 * Signs in by an API key.
 * @returns the page to open: `next`, if it is on this server.
 */
export const signIn = (key: string, next: string): Promise<{ next: string }> =>
  createHttp({ ...page, base: "" }).call("POST", "/login/key", { body: { key, next } });

/** Opens the login page, which returns here. */
function toLogin(): void {
  const here = window.location.pathname + window.location.search;
  window.location.assign(`/login?next=${encodeURIComponent(here)}&error=session_expired`);
}
