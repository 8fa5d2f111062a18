import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, allPages, openApi } from "./resource.test-kit.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
  await api.me.commit(
    { type: "run.create", runId: "r", workflow: "w" },
    { type: "workstream.create", runId: "r", workstreamId: "ws", title: "T" },
    { type: "job.enqueue", jobId: "j", runId: "r" },
    { type: "agent.register", agentKey: "a", breaker: { windowSize: 1, minimumCalls: 1 } },
    { type: "breaker.record", agentKey: "a", success: false },
    { type: "routing.record", decisionId: "d", taskId: "t", taskType: "x", selectedAgent: "a" },
  );
});
afterAll(() => api.close());

const ONE = [
  "/runs/r",
  "/runs/r/timeline",
  "/runs/r/events",
  "/workstreams/ws",
  "/jobs/j",
  "/agents/a",
  "/agents/a/breaker",
  "/routing/decisions/d",
  "/alerts/breaker_open:a",
];

test.each(ONE)("C9: GET %s is 404 for another tenant", async (path) => {
  expect((await api.me.get(path)).status).toBe(200);
  expect(await api.stranger.get(path)).toMatchObject({ status: 404, body: { code: "not_found" } });
});

const LISTS = [
  "/runs",
  "/runs?q=r",
  "/workstreams",
  "/workstreams?runId=r",
  "/jobs",
  "/jobs?runId=r",
  "/agents",
  "/leaderboard",
  "/routing/decisions",
  "/alerts",
  "/events",
  "/events?runId=r",
  "/events?type=run.*",
  "/events?subject=job:j",
  "/receipts",
];

test.each(LISTS)("C9: GET %s shows another tenant nothing", async (path) => {
  expect((await allPages(api.me, path, 50)).length).toBeGreaterThan(0);
  expect(await allPages(api.stranger, path, 50)).toEqual([]);
});

test.each([
  ["/runs/r/cancel", {}],
  ["/runs/r/retry", {}],
  ["/jobs/j/start", { agentKey: "a" }],
  ["/jobs/j/heartbeat", { leaseToken: "t" }],
  ["/jobs/j/complete", {}],
  ["/jobs/j/fail", { error: "e" }],
  ["/jobs/j/timeout", {}],
  ["/jobs/j/cancel", {}],
  ["/jobs/j/retry", {}],
  ["/agents/a/heartbeat", {}],
  ["/agents/a/breaker/override", { state: "disabled", reason: "r" }],
  ["/agents/a/breaker/reset", { reason: "r" }],
  ["/alerts/breaker_open:a/acknowledge", {}],
  ["/alerts/breaker_open:a/unacknowledge", {}],
  ["/routing/decisions/d/outcome", { success: true }],
])("C9: POST %s is 404 for another tenant, and changes nothing", async (path, body) => {
  const before = [await api.me.head(), await api.stranger.head()];
  expect(await api.stranger.post(path, body)).toMatchObject({ status: 404, body: { code: "not_found" } });
  expect([await api.me.head(), await api.stranger.head()]).toEqual(before);
});

test("C9: another tenant's ids are free, its summary and its idempotency keys its own", async () => {
  const headers = { "idempotency-key": "same" };
  const mine = await api.me.post("/runs", { runId: "own", workflow: "w" }, headers);
  const theirs = await api.stranger.post("/runs", { runId: "own", workflow: "other" }, headers);
  expect([mine.status, theirs.status]).toEqual([201, 201]);
  expect(theirs.body).toMatchObject({ workflow: "other", seq: 1 });
  expect((await api.stranger.get("/summary")).body).toMatchObject({ runs: { byStatus: { pending: 1 } }, head: 1 });
});
