import type { AnswerOf, Endpoint, GivenBody, PathOf } from "../domain/kernel/endpoint.ts";
import type { Http } from "./core/http.ts";
import { newIdempotencyKey } from "./core/idempotency-key.ts";
import type { CallControl, WriteOptions } from "./types.ts";

export interface Calls {
  read<E extends Endpoint & { readonly method: "GET" }>(path: PathOf<E>, control?: CallControl): Promise<AnswerOf<E>>;
  /** One Idempotency-Key for all its tries: however often it is sent, it happens once. */
  write<E extends Endpoint>(
    method: E["method"],
    path: PathOf<E>,
    body: GivenBody<E>,
    options?: WriteOptions,
  ): Promise<AnswerOf<E>>;
}

/** The two kinds of calls that a client makes, by paths that know their endpoint (`pathTo`). */
export function callsOf(http: Http): Calls {
  return {
    read: (path, control) => http.call("GET", path, control),
    write: (method, path, body, { ifVersion, idempotencyKey = newIdempotencyKey(), ...control } = {}) =>
      http.call(method, path, { ...control, body, idempotencyKey, tag: ifVersion }),
  };
}
