import { afterEach, describe, expect, test, vi } from "vitest";
import { sendJson, startTestServer, type TestServer } from "../http-server.test-kit.ts";
import { createHttp, type HttpOptions } from "./http.ts";
import { newIdempotencyKey } from "./idempotency-key.ts";

const quick = { baseMs: 1, capMs: 2, totalMs: 5_000 };

let server: TestServer;
afterEach(() => server.close());
const http = (options: Partial<HttpOptions> = {}) => createHttp({ base: server.url, retry: quick, ...options });

describe("a call", () => {
  test("of a page has no key, and the one of a client has", async () => {
    server = await startTestServer((_request, response) => sendJson(response, 200, {}));
    await http().call("GET", "/me");
    await http({ key: "sy_test" }).call("GET", "/me");
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual([undefined, "Bearer sy_test"]);
  });

  test("names the row as it was seen, by its version or the tag of its settings", async () => {
    server = await startTestServer((_request, response) => sendJson(response, 200, {}));
    await http().call("PUT", "/q", { tag: 0, body: {} });
    await http().call("DELETE", "/q", { tag: "s-1" });
    expect(server.seen.map(({ headers }) => headers["if-match"])).toEqual(['"0"', '"s-1"']);
  });

  test("has an empty answer as undefined", async () => {
    server = await startTestServer((_request, response) => response.writeHead(204).end());
    expect(await http().call("POST", "/logout")).toBeUndefined();
  });

  test("that is refused is passed to who asked for it, before it is thrown", async () => {
    server = await startTestServer((_request, response) => sendJson(response, 401, { code: "unauthenticated" }));
    const onRefused = vi.fn();
    const error = await http({ onRefused })
      .call("GET", "/me")
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ status: 401, code: "unauthenticated" });
    expect(onRefused.mock.calls).toEqual([[error]]);
  });

  test("that gets no answer says so in the caller's words", async () => {
    server = await startTestServer(() => undefined);
    const calling = http({
      timeoutMs: 20,
      noAnswer: { network: "away", timeout: "late" },
      retry: { ...quick, maxTries: 1 },
    });
    await expect(calling.call("GET", "/me")).rejects.toMatchObject({ status: 0, code: "timeout", detail: "late" });
    await server.close();
    await expect(calling.call("GET", "/me")).rejects.toMatchObject({ status: 0, code: "network", detail: "away" });
  });
});

describe("repeating", () => {
  const lostOnce = () =>
    startTestServer((_request, response, count) => {
      if (count === 1) response.destroy();
      else sendJson(response, 200, { done: true });
    });

  test.each([
    ["a read", "GET", {}],
    ["a write with a key", "POST", { body: {}, idempotencyKey: "one" }],
    ["a write that does no harm twice", "POST", { body: {}, repeatable: true as const }],
  ] as const)("%s is sent again when its answer was lost", async (_what, method, call) => {
    server = await lostOnce();
    expect(await http().call(method, "/x", call)).toEqual({ done: true });
    expect(server.seen).toHaveLength(2);
  });

  test.each(["POST", "PUT", "PATCH", "DELETE"] as const)("a %s without a key is sent once", async (method) => {
    server = await lostOnce();
    await expect(http().call(method, "/x", { body: {} })).rejects.toMatchObject({ code: "network" });
    expect(server.seen).toHaveLength(1);
  });

  test("can be kept to calls without an answer, and to a number of tries", async () => {
    server = await startTestServer((request, response) => {
      if (request.path === "/lost") response.destroy();
      else sendJson(response, 503, { code: "unavailable" }, { "retry-after": "0" });
    });
    const page = http({ retry: { ...quick, maxTries: 2, unansweredOnly: true } });
    await expect(page.call("GET", "/lost")).rejects.toMatchObject({ code: "network" });
    await expect(page.call("GET", "/busy")).rejects.toMatchObject({ code: "unavailable" });
    expect(server.seen.map(({ path }) => path)).toEqual(["/lost", "/lost", "/busy"]);
  });
});

test("a new idempotency key has the shape of a UUID, also where crypto.randomUUID is missing", () => {
  expect(newIdempotencyKey()).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(newIdempotencyKey()).not.toBe(newIdempotencyKey());
});
