import { expect, test } from "vitest";
import { cookieValue, isHttps, withSecure } from "./cookies.ts";
import { changesState, isSameOrigin, isSameOriginHandshake, safeNext } from "./origin.ts";

test("Sec-Fetch-Site decides where a browser sends it, not Origin", () => {
  const host = "console.test:3000";
  expect(isSameOrigin({ host, "sec-fetch-site": "same-origin" })).toBe(true);
  expect(isSameOrigin({ host, "sec-fetch-site": "none" })).toBe(true);
  expect(isSameOrigin({ host, "sec-fetch-site": "same-site", origin: `http://${host}` })).toBe(false);
  expect(isSameOrigin({ host, "sec-fetch-site": "cross-site", origin: `http://${host}` })).toBe(false);
});

test("without Sec-Fetch-Site, Origin must be there and name this host with its port", () => {
  const host = "console.test:3000";
  expect(isSameOrigin({ host, origin: "http://console.test:3000" })).toBe(true);
  expect(isSameOrigin({ host: "Console.test:3000", origin: "http://console.test:3000" })).toBe(true);
  expect(isSameOrigin({ host, origin: "http://console.test:4000" })).toBe(false);
  expect(isSameOrigin({ host, origin: "http://console.test.evil.test:3000" })).toBe(false);
  expect(isSameOrigin({ host, origin: "null" })).toBe(false);
  expect(isSameOrigin({ host })).toBe(false);
  expect(isSameOrigin({ origin: "http://console.test:3000" })).toBe(false);
});

test("behind a proxy that changes Host, the public origin is this one", () => {
  const headers = { host: "10.0.0.1:3000", origin: "https://yard.test" };
  expect(isSameOrigin(headers)).toBe(false);
  expect(isSameOrigin(headers, "https://yard.test")).toBe(true);
  expect(isSameOrigin({ ...headers, "sec-fetch-site": "cross-site" }, "https://yard.test")).toBe(false);
  expect(isSameOriginHandshake(headers, "https://yard.test")).toBe(true);
});

test("a WebSocket handshake from another port of this host is refused, one from no page is not", () => {
  const host = "localhost:3000";
  expect(isSameOriginHandshake({ host, origin: "http://localhost:3000" })).toBe(true);
  expect(isSameOriginHandshake({ host })).toBe(true);
  expect(isSameOriginHandshake({ host, origin: "http://localhost:5173" })).toBe(false);
  expect(isSameOriginHandshake({ host, origin: "http://localhost:3000", "sec-fetch-site": "same-site" })).toBe(false);
});

test("only methods that read are exempt", () => {
  expect(["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"].filter(changesState)).toEqual([
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
  ]);
});

test("after the sign-in one only ever lands inside this server", () => {
  expect(safeNext("/runs?status=failed&tag=a%20b")).toBe("/runs?status=failed&tag=a%20b");
  const elsewhere = [
    "https://evil.test",
    "//evil.test",
    "/\\evil.test",
    "/\t/evil.test",
    "/a\\b",
    "runs",
    "",
    "javascript:x",
  ];
  for (const next of [...elsewhere, undefined, 3, ["/runs"], `/${"a".repeat(3_000)}`]) expect(safeNext(next)).toBe("/");
  expect(safeNext("/login?token=x")).toBe("/");
});

test("a cookie is found by its whole name", () => {
  const header = "xa=0; a=1.sig%3D; ab=2;a=3";
  expect(cookieValue(header, "a")).toBe("1.sig%3D");
  expect(cookieValue(header, "ab")).toBe("2");
  expect(cookieValue(header, "b")).toBeUndefined();
  expect(cookieValue("b=x a=1", "c")).toBeUndefined();
  expect(cookieValue(undefined, "a")).toBeUndefined();
});

test("cookies are marked Secure exactly when a proxy says the browser speaks https", () => {
  expect(withSecure(["a=1"], { "x-forwarded-proto": "https" })).toEqual(["a=1; Secure"]);
  expect(withSecure(["a=1"], {})).toEqual(["a=1"]);
  expect(isHttps({ "x-forwarded-proto": "https, http" })).toBe(true);
  expect(isHttps({ "x-forwarded-proto": "http, https" })).toBe(false);
});
