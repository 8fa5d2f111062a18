import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, allPages, openApi } from "./kernel/resource.test-kit.ts";

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
    { type: "session.create", sessionId: "s", agentRole: "a" },
    { type: "task.create", taskId: "t", taskType: "x", idempotencyKey: "k", toAgent: "a" },
    { type: "approval.request", approvalId: "ap", title: "T", runId: "r", taskId: "t" },
  );
});
afterAll(() => api.close());

const ONE = [
  "/runs/r",
  "/runs/r/timeline",
  "/runs/r/events",
  "/runs/r/state",
  "/runs/r/snapshot",
  "/sessions/s",
  "/tasks/t",
  "/approvals/ap",
  "/queues/default",
  "/queues/default/dead-letters",
  "/workstreams/ws",
  "/jobs/j",
  "/agents/a",
  "/agents/a/breaker",
  "/routing/decisions/d",
  "/alerts/breaker_open:a",
];

test.each(ONE)("GET %s is 404 for another tenant", async (path) => {
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
  "/sessions",
  "/tasks",
  "/tasks?idempotencyKey=k",
  "/approvals",
  "/approvals?run=r",
  "/queues",
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

test.each(LISTS)("GET %s shows another tenant nothing", async (path) => {
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
  ["/queues/default/dead-letters/retry", {}],
  ["/approvals/ap/approve", {}],
  ["/approvals/ap/reject", {}],
  ["/approvals/ap/consume", {}],
  ["/agents/a/heartbeat", {}],
  ["/agents/a/breaker/override", { state: "disabled", reason: "r" }],
  ["/agents/a/breaker/reset", { reason: "r" }],
  ["/alerts/breaker_open:a/acknowledge", {}],
  ["/alerts/breaker_open:a/unacknowledge", {}],
  ["/routing/decisions/d/outcome", { success: true }],
])("POST %s is 404 for another tenant, and changes nothing", async (path, body) => {
  const before = [await api.me.head(), await api.stranger.head()];
  expect(await api.stranger.post(path, body)).toMatchObject({ status: 404, body: { code: "not_found" } });
  expect([await api.me.head(), await api.stranger.head()]).toEqual(before);
});

test("another tenant's run cannot be restored, its session and its task not be changed, its agent not be asked about", async () => {
  const snapshot = (await api.me.get("/runs/r/snapshot")).body;
  const before = await api.me.head();
  const tries = [
    await api.stranger.post("/runs/r/restore", { snapshot }),
    await api.stranger.patch("/sessions/s", { status: "active" }),
    await api.stranger.put("/sessions/s", { metadata: { a: 1 } }, { "if-match": '"1"' }),
    await api.stranger.patch("/tasks/t", { status: "routed" }),
  ];
  expect(tries.map(({ status, body }) => [status, body.row])).toEqual(Array(4).fill([404, undefined]));
  expect((await api.stranger.get("/status?agent=a")).body).toMatchObject({ tasks: [], sessions: [], approvals: [] });
  expect(await api.me.head()).toBe(before);
});

test("another tenant's task keys are its own", async () => {
  const theirs = await api.stranger.post("/tasks", { taskId: "theirs", taskType: "x", idempotencyKey: "k" });
  expect(theirs).toMatchObject({ status: 201, body: { taskId: "theirs" } });
});

test("another tenant's ids are free, its summary and its idempotency keys its own", async () => {
  const headers = { "idempotency-key": "same" };
  const mine = await api.me.post("/runs", { runId: "own", workflow: "w" }, headers);
  const theirs = await api.stranger.post("/runs", { runId: "own", workflow: "other" }, headers);
  expect([mine.status, theirs.status]).toEqual([201, 201]);
  expect(theirs.body).toMatchObject({ workflow: "other", seq: 2 });
  expect((await api.stranger.get("/summary")).body).toMatchObject({ runs: { byStatus: { pending: 1 } }, head: 2 });
});
