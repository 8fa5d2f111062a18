import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { StoreError } from "../store/errors.ts";
import { createTestApp, type TestApp } from "./test-app.ts";

let t: TestApp;
beforeAll(async () => {
  t = await createTestApp((app) => {
    app.post("/api/v1/test-echo", (request) => ({ body: request.body ?? null }));
    app.post("/api/v1/test-parse", (request) => z.strictObject({ n: z.int() }).parse(request.body));
    app.get("/api/v1/test-things/:id", (request) => request.params);
    app.get("/api/v1/test-throw/:what", (request) => {
      const { what } = request.params as { what: string };
      if (what === "full") throw new StoreError("lane_full", "Too many commits wait; try again.");
      throw new Error(`secret ${what}`);
    });
  });
});
afterAll(() => t.close());

const key = () => ({ authorization: `Bearer ${t.key.secret}` });
const post = (url: string, payload: string, type = "application/json") =>
  t.app.inject({ method: "POST", url, headers: { ...key(), "content-type": type }, payload });

test.each([
  ["a body over 1 MiB", () => post("/api/v1/test-echo", JSON.stringify("x".repeat(1_048_576))), 413, "body_too_large"],
  ["malformed JSON", () => post("/api/v1/test-echo", '{"a":'), 400, "malformed_json"],
  ["a poisoned prototype", () => post("/api/v1/test-echo", '{"__proto__":{"a":1}}'), 400, "malformed"],
  [
    "a form",
    () => post("/api/v1/test-echo", "a=1", "application/x-www-form-urlencoded"),
    415,
    "unsupported_media_type",
  ],
  ["plain text", () => post("/api/v1/test-echo", "{}", "text/plain"), 415, "unsupported_media_type"],
  ["a body that breaks its contract", () => post("/api/v1/test-parse", '{"n":"x","m":1}'), 400, "malformed"],
  ["an unknown path", () => t.app.inject({ url: "/api/v1/none?x=1", headers: key() }), 404, "not_found"],
  [
    "an unknown method",
    () => t.app.inject({ method: "DELETE", url: "/api/v1/me", headers: key() }),
    405,
    "method_not_allowed",
  ],
  ["a full lane", () => t.app.inject({ url: "/api/v1/test-throw/full", headers: key() }), 503, "lane_full"],
  ["an unforeseen error", () => t.app.inject({ url: "/api/v1/test-throw/hunter2", headers: key() }), 500, "internal"],
] as const)("%s is answered as a problem", async (_name, send, status, code) => {
  const answer = await send();
  expect(answer.statusCode).toBe(status);
  expect(answer.headers["content-type"]).toBe("application/problem+json; charset=utf-8");
  expect(answer.headers["x-content-type-options"]).toBe("nosniff");
  expect(answer.headers["content-security-policy"]).toBe("default-src 'none'; frame-ancestors 'none'");
  expect(answer.json()).toMatchObject({ type: `/docs#problem-${code}`, status, code, title: expect.any(String) });
  expect(answer.body).not.toContain("hunter2");
  if (status === 503) expect(answer.headers["retry-after"]).toBe("1");
});

test("an unforeseen error is logged with the request it belongs to, and its answer names that request", async () => {
  const answer = await t.app.inject({ url: "/api/v1/test-throw/logged", headers: key() });
  const line = t.logged.find((entry) => entry.reqId === answer.json().requestId);
  expect(line).toMatchObject({ msg: "failed", route: "/api/v1/test-throw/:what", err: { message: "secret logged" } });
  expect(JSON.stringify(t.logged)).not.toContain(t.key.secret);
});

test("successful requests leave no line in the log", async () => {
  const before = t.logged.length;
  await t.app.inject({ url: "/api/v1/me", headers: key() });
  expect(t.logged.length).toBe(before);
});

test("an empty JSON body is no body", async () => {
  expect((await post("/api/v1/test-echo", "")).json()).toEqual({ body: null });
});

test("ids of 200 characters fit into a path, encoded too", async () => {
  const id = "run:".repeat(50);
  const answer = await t.app.inject({ url: `/api/v1/test-things/${encodeURIComponent(id)}`, headers: key() });
  expect(answer.json()).toEqual({ id });
});

test("metrics need a key and count requests by route", async () => {
  expect((await t.app.inject({ url: "/metrics" })).statusCode).toBe(401);
  await t.app.inject({ url: "/runs" });
  const answer = await t.app.inject({ url: "/metrics", headers: key() });
  expect(answer.headers["content-type"]).toContain("text/plain");
  expect(answer.body).toMatch(/http_request_duration_seconds_count\{method="GET",route="\/metrics",status="401"\} 1/);
  expect(answer.body).toMatch(/http_request_duration_seconds_count\{method="GET",route="\/\*",status="302"\} 1/);
  expect(answer.body).toContain("process_cpu_seconds_total");
});

test("readiness ends when the server drains and when the database is away; liveness does not", async () => {
  const statuses = async () => [
    (await t.app.inject({ url: "/healthz" })).statusCode,
    (await t.app.inject({ url: "/readyz" })).statusCode,
  ];
  expect(await statuses()).toEqual([200, 200]);
  t.health.state = "draining";
  expect(await statuses()).toEqual([200, 503]);
  t.health.state = "ready";
  const { check } = t.health;
  t.health.check = () => Promise.reject(new Error("connection refused"));
  expect(await statuses()).toEqual([200, 503]);
  t.health.check = check;
  expect(await statuses()).toEqual([200, 200]);
});

test("pages carry a content security policy with a nonce of their own and may not be framed", async () => {
  const policy = async () =>
    String((await t.app.inject({ url: "/login", headers: { host: "h:1" } })).headers["content-security-policy"]);
  const first = await policy();
  expect(first).toMatch(/script-src 'self' 'nonce-[A-Za-z0-9+/=]{24}'(;|$)/);
  expect(first).toContain("frame-ancestors 'none'");
  expect(first).toContain("connect-src 'self' ws://h:1 wss://h:1");
  expect(first).not.toContain("unsafe-eval");
  expect(await policy()).not.toBe(first);
});

test("a page's request gives Next the nonce and the API's address, not what the caller claims", async () => {
  const headers = {
    ...key(),
    "x-nonce": "mine",
    "content-security-policy": "x",
    "x-switchyard-origin": "http://evil.test",
  };
  const answer = await t.app.inject({ url: "/runs", headers });
  const seen: Record<string, unknown> = answer.raw.req.headers;
  expect(seen["x-nonce"]).not.toBe("mine");
  expect(seen["content-security-policy"]).toBe(`script-src 'nonce-${String(seen["x-nonce"])}'`);
  expect(seen["x-switchyard-origin"]).toBe("");
});
