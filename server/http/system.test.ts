import { afterAll, beforeAll, expect, test } from "vitest";
import { buildApp } from "./app.ts";
import { mintApiKey } from "./auth/api-keys.ts";
import { type Api, openApi } from "./kernel/resource.test-kit.ts";
import { createMetrics } from "./metrics.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const keyOf = async (tenantId: string, role: string) =>
  (await mintApiKey(api.t.database.prisma, { tenantId, name: role, role })).secret;

test.each([
  ["default", "admin", true],
  ["default", "viewer", false],
  ["other", "admin", false],
  ["other", "viewer", false],
])("in tenant %s the role %s sees figures of the whole process: %s", async (tenantId, role, sees) => {
  const headers = { authorization: `Bearer ${await keyOf(tenantId, role)}` };
  const system = (await api.t.app.inject({ url: "/api/v1/system", headers })).json();
  expect([system.memory, system.hotTier, system.disks].map((part) => part !== null)).toEqual([sees, sees, sees]);
  expect(system.links).toEqual({ origin: "http://localhost:3000", local: true });
  expect(system.log).toEqual({ head: expect.any(Number), floor: 0, aheadMs: 0 });
  const { statusCode, body } = await api.t.app.inject({ url: "/metrics", headers });
  expect(statusCode).toBe(200);
  expect(body.includes("process_resident_memory_bytes")).toBe(sees);
  if (!sees) expect(body).toMatch(/^switchyard_log_head \d+$/m);
});

test("a server that stops refuses what comes with a problem that says when to ask again", async () => {
  const app = buildApp({ ...api.t.deps, metrics: createMetrics(), stopping: AbortSignal.abort() });
  const answer = await app.inject({ url: "/api/v1/me", headers: { authorization: `Bearer ${api.me.secret}` } });
  expect(answer.statusCode).toBe(503);
  expect(answer.headers).toMatchObject({ "content-type": expect.stringContaining("problem+json"), "retry-after": "1" });
  expect(answer.json()).toMatchObject({ code: "closing", status: 503 });
  expect((await app.inject({ url: "/healthz" })).statusCode).toBe(200);
  await app.close();
});

test("open connections are bounded, and headers must come soon", () => {
  const { maxConnections, headersTimeout } = api.t.app.server;
  expect(maxConnections).toBeGreaterThan(1_000);
  expect(headersTimeout).toBeLessThan(60_000);
});
