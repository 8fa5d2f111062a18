import type { Http, Method, Query } from "./core/http.ts";
import { newIdempotencyKey } from "./core/idempotency-key.ts";
import type { CallControl, WriteOptions } from "./types.ts";

export interface Calls {
  read<T>(path: string, control?: CallControl, query?: Query): Promise<T>;
  /** One Idempotency-Key for all its tries: however often it is sent, it happens once. */
  write<T>(method: Method, path: string, body: object, options?: WriteOptions): Promise<T>;
}

/** The two kinds of calls that a client makes. */
export function callsOf(http: Http): Calls {
  return {
    read: (path, control, query) => http.call("GET", path, { ...control, query }),
    write: (method, path, body, { ifVersion, idempotencyKey = newIdempotencyKey(), ...control } = {}) =>
      http.call(method, path, { ...control, body, idempotencyKey, tag: ifVersion }),
  };
}

/** The path of one thing, or of what can be done to it. */
export const pathOf = (collection: string, id: string, verb = ""): string =>
  `/${collection}/${encodeURIComponent(id)}${verb}`;
