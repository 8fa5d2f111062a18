import { afterAll, beforeAll, expect, test } from "vitest";
import { Lease } from "../../store/lease.ts";
import { mintApiKey } from "../auth/api-keys.ts";
import { type Api, openApi } from "../kernel/resource.test-kit.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

test("POST /statistics/recalculate answers what was rebuilt, for the caller's tenant alone", async () => {
  await api.me.commit({ type: "breaker.record", agentKey: "a", success: true, durationMs: 5 });
  expect(await api.me.post("/statistics/recalculate")).toMatchObject({
    status: 200,
    body: { agents: 1, outcomesRead: 1, corrected: [], unfinished: [], from: null },
  });
  const from = "2000-01-01T00:00:00.000Z";
  expect((await api.me.post("/statistics/recalculate", { from, agentKey: "a" })).body).toMatchObject({
    agents: 1,
    from,
  });
  expect((await api.stranger.post("/statistics/recalculate", {})).body).toMatchObject({ agents: 0 });
  expect((await api.me.post("/statistics/recalculate", { from: "yesterday" })).status).toBe(400);
  expect((await api.me.post("/statistics/recalculate", { agentKey: "nobody" })).status).toBe(404);
  expect((await api.stranger.post("/statistics/recalculate", { agentKey: "a" })).status).toBe(404);
});

test("it is for admins, and one at a time", async () => {
  const viewer = await mintApiKey(api.t.deps.prisma, { tenantId: "default", name: "viewer", role: "viewer" });
  const asked = await api.t.app.inject({
    method: "POST",
    url: "/api/v1/statistics/recalculate",
    headers: { authorization: `Bearer ${viewer.secret}` },
  });
  expect(asked.statusCode).toBe(403);
  await new Lease(api.t.deps.queries, "recalculation:default", 60_000).take();
  const { status, body, headers } = await api.me.post("/statistics/recalculate");
  expect([status, body.code, headers["retry-after"]]).toEqual([409, "recalculation_under_way", "5"]);
});
