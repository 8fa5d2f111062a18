import { expect } from "vitest";
import type { ClientMutationInput } from "../../../domain/commit/mutations.ts";
import { ensureTenant } from "../../store/tenants.ts";
import { mintApiKey } from "../auth/api-keys.ts";
import { createTestApp, type TestApp } from "../test-app.ts";

/** A row as tests read it. */
export interface Row {
  [field: string]: unknown;
  id: string;
  seq: number;
}

/** An answer's body; which of the named fields are there depends on the call. */
export interface Body {
  [field: string]: unknown;
  items: Row[];
  jobs: Row[];
  nextCursor: string | null;
  /** Of lists that are counted. */
  total?: number;
  errors: { index: number; code: string; message: string; path: string }[];
}

export interface Answer {
  status: number;
  body: Body;
  headers: { [name: string]: unknown };
}

/** A caller of the API: one tenant's key. */
export interface Caller {
  get(path: string): Promise<Answer>;
  post(path: string, body?: unknown, headers?: { [name: string]: string }): Promise<Answer>;
  patch(path: string, body?: unknown, headers?: { [name: string]: string }): Promise<Answer>;
  put(path: string, body?: unknown, headers?: { [name: string]: string }): Promise<Answer>;
  delete(path: string, headers?: { [name: string]: string }): Promise<Answer>;
  /** Commits; fails the test when that is refused. */
  commit(...mutations: ClientMutationInput[]): Promise<Body>;
  /** The position of the log. */
  head(): Promise<number>;
  secret: string;
}

export interface Api {
  t: TestApp;
  /** Of tenant `default`. */
  me: Caller;
  /** A key of another tenant. */
  stranger: Caller;
  close(): Promise<void>;
}

export async function openApi(): Promise<Api> {
  const t = await createTestApp();
  await ensureTenant(t.deps.prisma, "other", "Other");
  const key = await mintApiKey(t.deps.prisma, { tenantId: "other", name: "others" });
  return {
    t,
    me: callerOf(t, "default", t.key.secret),
    stranger: callerOf(t, "other", key.secret),
    close: () => t.close(),
  };
}

function callerOf(t: TestApp, tenantId: string, secret: string): Caller {
  const authorization = `Bearer ${secret}`;
  const call = async (
    method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE",
    path: string,
    body?: unknown,
    headers: { [name: string]: string } = {},
  ) => {
    const answer = await t.app.inject({
      method,
      url: `/api/v1${path}`,
      headers: { authorization, ...(body !== undefined && { "content-type": "application/json" }), ...headers },
      ...(body !== undefined && { payload: JSON.stringify(body) }),
    });
    return {
      status: answer.statusCode,
      body: (answer.body === "" ? {} : answer.json()) as Body,
      headers: answer.headers,
    };
  };
  return {
    secret,
    get: (path) => call("GET", path),
    post: (path, body, headers) => call("POST", path, body, headers),
    patch: (path, body, headers) => call("PATCH", path, body, headers),
    put: (path, body, headers) => call("PUT", path, body, headers),
    delete: (path, headers) => call("DELETE", path, undefined, headers),
    async commit(...mutations) {
      const answer = await call("POST", "/commits", { mutations });
      expect(answer.body).toHaveProperty("receiptId");
      return answer.body;
    },
    async head() {
      return (await t.deps.store.head(tenantId)).head;
    },
  };
}

let count = 0;
/** An id that no other test has used. */
export const fresh = (prefix: string): string => `${prefix}-${++count}`;

/** All items of a list, page by page. */
export async function allPages(caller: Caller, path: string, limit: number): Promise<Row[]> {
  const items: Row[] = [];
  let cursor: string | null = null;
  do {
    const more = cursor === null ? "" : `&cursor=${cursor}`;
    const page: Answer = await caller.get(`${path}${path.includes("?") ? "&" : "?"}limit=${limit}${more}`);
    expect(page.status).toBe(200);
    expect(page.body.items.length).toBeLessThanOrEqual(limit);
    items.push(...page.body.items);
    cursor = page.body.nextCursor;
  } while (cursor !== null);
  return items;
}
