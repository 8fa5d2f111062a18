import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureTenant } from "../../store/tenants.ts";
import { cookiesOf, createTestApp, type TestApp } from "../test-app.ts";
import { hashApiKey, mintApiKey, revokeApiKey, setBootstrapKey } from "./api-keys.ts";

let t: TestApp;
beforeAll(async () => {
  t = await createTestApp((app) => {
    app.get("/api/v1/test-runs", (request) => request.db.run.findMany({ select: { id: true } }));
    app.post("/api/v1/test-echo", (request) => ({ by: request.principal.name, body: request.body ?? null }));
  });
});
afterAll(() => t.close());

const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
const HOST = { host: "console.test:3000" };

async function signIn(): Promise<string> {
  const token = await t.auth.sessions.mintLoginToken("default", "admin");
  return cookiesOf(await t.app.inject({ url: `/login?token=${token}` }));
}

test("a viewer reads everything and changes nothing, but may sign out", async () => {
  const { secret } = await mintApiKey(t.database.prisma, { tenantId: "default", name: "viewer", role: "viewer" });
  const ask = async (method: "GET" | "POST" | "PUT" | "DELETE", url: string) => {
    const answer = await t.app.inject({ method, url, headers: bearer(secret) });
    return answer.statusCode;
  };
  expect(await ask("GET", "/api/v1/test-runs")).toBe(200);
  expect(await ask("POST", "/api/v1/test-echo")).toBe(403);
  expect(await ask("POST", "/api/v1/commits")).toBe(403);
  expect(await ask("PUT", "/api/v1/channels/pager")).toBe(403);
  expect(await ask("DELETE", "/api/v1/alert-rules/stuck")).toBe(403);
  expect(await ask("POST", "/api/v1/alert-rules/preview")).toBe(400);
  expect(await ask("POST", "/api/v1/logout")).toBe(204);
});

test.each(["/healthz", "/readyz"])("%s answers anyone", async (url) => {
  expect((await t.app.inject({ url })).statusCode).toBe(200);
});

test.each([
  "/login",
  "/login?next=%2Fruns",
  "/login?error=link_invalid",
  "/_next/static/chunks/a.js",
  "/favicon.ico",
  "/icon.svg",
])("%s, part of the login page, answers anyone", async (url) => {
  const answer = await t.app.inject({ url });
  expect([answer.statusCode, answer.body]).toEqual([200, `page ${url}`]);
});

test.each(["/api/v1/me", "/api/v1/test-runs", "/api/v1/none", "/api/none", "/api", "/metrics", "/api/v1/openapi.json"])(
  "GET %s without a key or a session is 401 with a challenge",
  async (url) => {
    const answer = await t.app.inject({ url });
    expect(answer.statusCode).toBe(401);
    expect(answer.headers["www-authenticate"]).toContain("Bearer");
    expect(answer.headers["content-type"]).toContain("application/problem+json");
    expect(answer.json()).toMatchObject({ status: 401, code: "unauthenticated" });
  },
);

test.each([
  ["/", "/login"],
  ["/runs", "/login?next=%2Fruns"],
  ["/runs/a?tab=events&x=1", "/login?next=%2Fruns%2Fa%3Ftab%3Devents%26x%3D1"],
  ["/runs?status=failed&_rsc=abc12", "/login?next=%2Fruns%3Fstatus%3Dfailed"],
  ["/docs", "/login?next=%2Fdocs"],
  ["/_next/data/x.json", "/login?next=%2F_next%2Fdata%2Fx.json"],
  ["/_next/image?url=x", "/login?next=%2F_next%2Fimage%3Furl%3Dx"],
  ["/apiary", "/login?next=%2Fapiary"],
])("page %s without a session leads to the login page and back", async (url, location) => {
  const answer = await t.app.inject({ url });
  expect([answer.statusCode, answer.headers.location]).toEqual([302, location]);
});

test.each(["POST", "PUT", "PATCH", "DELETE"] as const)("%s on a page without a session is 401", async (method) => {
  expect((await t.app.inject({ method, url: "/runs" })).statusCode).toBe(401);
});

test.each([
  "/_next/static/../../runs",
  "/_next/static/%2e%2e/%2e%2e/runs",
  "/_next/static/..%2f..%2fruns",
  "/_next/static//runs",
  "/brand/..\\runs",
])("%s does not reach a page through the open assets", async (url) => {
  const answer = await t.app.inject({ url });
  expect(answer.body).not.toContain("page ");
  expect([302, 404]).toContain(answer.statusCode);
});

test("an address that cannot be decoded is answered as a problem, before anything is looked at", async () => {
  const answer = await t.app.inject({ url: "/%zz" });
  expect([answer.statusCode, answer.json().code]).toEqual([400, "malformed_url"]);
});

test("a key opens the API and names the caller", async () => {
  const answer = await t.app.inject({ url: "/api/v1/me", headers: bearer(t.key.secret) });
  expect(answer.json()).toEqual({ tenantId: "default", kind: "key", id: t.key.id, name: "tests", role: "admin" });
  const lower = await t.app.inject({ url: "/api/v1/me", headers: { authorization: `bearer ${t.key.secret}` } });
  expect(lower.statusCode).toBe(200);
});

test.each(["Bearer wrong", "Bearer ", "Bearer", "Basic dGVzdHM6eA==", "wrong", ""])(
  "Authorization %j is 401",
  async (authorization) => {
    const answer = await t.app.inject({ url: "/api/v1/me", headers: { authorization } });
    expect([answer.statusCode, answer.json().code]).toEqual([401, "invalid_key"]);
    expect(answer.headers["www-authenticate"]).toContain('error="invalid_token"');
  },
);

test("a wrong key is not made good by a session", async () => {
  const headers = { ...bearer("wrong"), cookie: await signIn() };
  expect((await t.app.inject({ url: "/api/v1/me", headers })).statusCode).toBe(401);
  expect((await t.app.inject({ url: "/runs", headers })).statusCode).toBe(401);
});

test("the database holds a key's hash and not the key", async () => {
  const row = await t.database.prisma.apiKey.findUniqueOrThrow({ where: { id: t.key.id } });
  expect(row.hash).toBe(hashApiKey(t.key.secret));
  expect(JSON.stringify(row)).not.toContain(t.key.secret);
});

test("a revoked key is refused by a server that has not seen it", async () => {
  const { id, secret } = await mintApiKey(t.database.prisma, { tenantId: "default", name: "gone" });
  expect(await revokeApiKey(t.database.prisma, "other", id)).toBe(false);
  expect(await revokeApiKey(t.database.prisma, "default", id)).toBe(true);
  expect((await t.app.inject({ url: "/api/v1/me", headers: bearer(secret) })).statusCode).toBe(401);
});

test("use of a key is noted", async () => {
  const { id, secret } = await mintApiKey(t.database.prisma, { tenantId: "default", name: "noted" });
  await t.app.inject({ url: "/api/v1/me", headers: bearer(secret) });
  await expect
    .poll(async () => (await t.database.prisma.apiKey.findUniqueOrThrow({ where: { id } })).lastUsedAt)
    .toBeInstanceOf(Date);
});

test("another tenant's key sees nothing of this tenant's rows", async () => {
  const { prisma } = t.database;
  const at = new Date();
  await prisma.run.create({
    data: { tenantId: "default", id: "r1", workflow: "w", status: "pending", createdAt: at, updatedAt: at, seq: 1n },
  });
  await ensureTenant(prisma, "other", "Other");
  const { secret } = await mintApiKey(prisma, { tenantId: "other", name: "stranger" });
  expect((await t.app.inject({ url: "/api/v1/test-runs", headers: bearer(t.key.secret) })).json()).toEqual([
    { id: "r1" },
  ]);
  expect((await t.app.inject({ url: "/api/v1/test-runs", headers: bearer(secret) })).json()).toEqual([]);
});

test("the bootstrap key works at once, is stored hashed, and a new one ends the former", async () => {
  const { prisma } = t.database;
  const me = async (secret: string) => (await t.app.inject({ url: "/api/v1/me", headers: bearer(secret) })).statusCode;
  await setBootstrapKey(prisma, "default", "first-bootstrap-key");
  expect(await me("first-bootstrap-key")).toBe(200);
  expect(JSON.stringify(await prisma.apiKey.findMany())).not.toContain("first-bootstrap-key");
  await setBootstrapKey(prisma, "default", "second-bootstrap-key");
  t.auth.keys.forget();
  expect([await me("first-bootstrap-key"), await me("second-bootstrap-key")]).toEqual([401, 200]);
  await setBootstrapKey(prisma, "default", null);
  t.auth.keys.forget();
  expect(await me("second-bootstrap-key")).toBe(401);
  await expect(setBootstrapKey(prisma, "default", t.key.secret)).rejects.toThrow("SWITCHYARD_BOOTSTRAP_KEY");
});

test("a change by cookie from another site is refused, from this one taken, by key never asked", async () => {
  const cookie = await signIn();
  const post = (headers: Record<string, string>) =>
    t.app.inject({ method: "POST", url: "/api/v1/test-echo", headers: { ...HOST, ...headers }, payload: { a: 1 } });
  const status = async (headers: Record<string, string>) => (await post(headers)).statusCode;
  expect(await status({ cookie, "sec-fetch-site": "cross-site", origin: "http://evil.test" })).toBe(403);
  expect(await status({ cookie, "sec-fetch-site": "same-site", origin: "http://console.test:4000" })).toBe(403);
  expect(await status({ cookie, origin: "http://evil.test" })).toBe(403);
  expect(await status({ cookie })).toBe(403);
  expect((await post({ cookie })).json()).toMatchObject({ code: "cross_origin" });
  expect(await status({ cookie, origin: "http://console.test:3000" })).toBe(200);
  expect((await post({ cookie, "sec-fetch-site": "same-origin" })).json()).toEqual({ by: "operator", body: { a: 1 } });
  expect(await status({ ...bearer(t.key.secret), "sec-fetch-site": "cross-site", origin: "http://evil.test" })).toBe(
    200,
  );
});

test("reading by cookie needs no origin", async () => {
  const answer = await t.app.inject({ url: "/api/v1/me", headers: { cookie: await signIn() } });
  expect(answer.json()).toMatchObject({ tenantId: "default", kind: "user", name: "operator", role: "admin" });
});

test("a handshake is let in by key, Bearer or this origin's cookie, and by nothing else", async () => {
  const cookie = await signIn();
  const named = async (handshake: Parameters<typeof t.auth.authenticate>[0]) =>
    (await t.auth.authenticate(handshake))?.name ?? null;
  expect(await named({ headers: {}, key: t.key.secret })).toBe("tests");
  expect(await named({ headers: bearer(t.key.secret) })).toBe("tests");
  expect(await named({ headers: { ...HOST, cookie, origin: "http://console.test:3000" } })).toBe("operator");
  expect(await named({ headers: { ...HOST, cookie, origin: "http://console.test:4000" } })).toBeNull();
  expect(await named({ headers: { ...HOST, cookie, origin: "http://console.test:3000" }, key: "wrong" })).toBeNull();
  expect(await named({ headers: { cookie }, key: { a: 1 } })).toBeNull();
  expect(await named({ headers: {} })).toBeNull();
});
