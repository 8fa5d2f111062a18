import { afterAll, beforeAll, expect, test } from "vitest";
import { wilsonLowerBound } from "../../../domain/agents/figures.ts";
import { type Api, allPages, fresh, openApi } from "../kernel/resource.test-kit.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

/** Tells the outcomes of calls made to an agent, `true` for a success. */
async function outcomes(agentKey: string, results: boolean[], durationMs = 100): Promise<void> {
  await api.me.commit(
    ...results.map((success) => ({ type: "breaker.record" as const, agentKey, success, durationMs })),
  );
}

test("an agent is registered with 201, changed with 200, and read with its breaker and figures", async () => {
  const agentKey = fresh("agent");
  const created = await api.me.post("/agents", { agentKey, displayName: "Codex", capabilities: ["code"], capacity: 3 });
  expect(created).toMatchObject({
    status: 201,
    body: { kind: "agent", agentKey, displayName: "Codex", capacity: 3, receipt: { mutations: ["agent.register"] } },
  });
  const changed = await api.me.post("/agents", { agentKey, capacity: 4 });
  expect(changed).toMatchObject({ status: 200, body: { displayName: "Codex", capacity: 4, version: 2 } });
  const one = await api.me.get(`/agents/${agentKey}`);
  expect(one).toMatchObject({
    status: 200,
    body: {
      agentKey,
      breaker: { kind: "breaker", agentKey, state: "closed" },
      statistics: { kind: "statistics", agentKey, total: 0 },
    },
  });
  const listed = await allPages(api.me, "/agents", 2);
  expect(listed.find((item) => item.agentKey === agentKey)).toEqual(one.body);
  expect((await api.me.get("/agents/nobody")).status).toBe(404);
});

test("an agent's heartbeat answers the agent; an unknown agent's is 404", async () => {
  const agentKey = fresh("agent");
  await api.me.post("/agents", { agentKey });
  expect(await api.me.post(`/agents/${agentKey}/heartbeat`, { busy: 1 })).toMatchObject({
    status: 200,
    body: { agentKey, reportedBusy: 1, receipt: {} },
  });
  expect((await api.me.post("/agents/nobody/heartbeat")).status).toBe(404);
  expect((await api.me.post(`/agents/${agentKey}/heartbeat`, { busy: -1 })).status).toBe(400);
});

test("a breaker that opens is seen, overridden and reset, and its alert acknowledged", async () => {
  const agentKey = fresh("agent");
  await api.me.post("/agents", { agentKey, breaker: { windowSize: 4, minimumCalls: 4 } });
  await outcomes(agentKey, [false, false, false, false]);
  const { body } = await api.me.get(`/agents/${agentKey}/breaker`);
  expect(body).toMatchObject({ agentKey, state: "open", failureRate: 1, calls: 4 });
  expect(Date.parse(String(body.resetAt))).toBeGreaterThan(Date.parse(String(body.openedAt)));

  const alertId = `breaker_open:${agentKey}`;
  const { body: firing } = await api.me.get("/alerts");
  expect(firing.items.find((alert) => alert.id === alertId)).toMatchObject({ status: "firing", severity: "critical" });
  expect(await api.me.post(`/alerts/${alertId}/acknowledge`, { note: "looking" })).toMatchObject({
    status: 200,
    body: { kind: "alert", alertId, status: "acknowledged", acknowledgedBy: "key:tests", note: "looking", receipt: {} },
  });
  expect(await api.me.post(`/alerts/${alertId}/acknowledge`)).toMatchObject({
    status: 409,
    body: {
      code: "illegal_transition",
      legal: ["firing", "snoozed", "resolved"],
      row: { status: "acknowledged", note: "looking" },
    },
  });
  expect(await api.me.post(`/alerts/${alertId}/unacknowledge`)).toMatchObject({
    status: 200,
    body: { status: "firing" },
  });

  const forced = await api.me.post(`/agents/${agentKey}/breaker/override`, { state: "forced_open", reason: "deploy" });
  expect(forced).toMatchObject({
    status: 200,
    body: { kind: "breaker", agentKey, state: "forced_open", override: { reason: "deploy", by: "key:tests" } },
  });
  const closed = await api.me.post(`/agents/${agentKey}/breaker/reset`, { reason: "done" });
  expect(closed).toMatchObject({ status: 200, body: { state: "closed", calls: 0 } });
  expect(await api.me.get(`/alerts/${alertId}`)).toMatchObject({ body: { status: "resolved" } });
  const ids = async (query: string) => (await api.me.get(`/alerts?${query}`)).body.items.map((alert) => alert.id);
  expect(await ids("")).not.toContain(alertId);
  expect(await ids("status=resolved")).toContain(alertId);
  expect(await ids("status=resolved&severity=info")).not.toContain(alertId);
});

test.each([
  ["/agents/nobody/breaker/override", { state: "forced_open", reason: "x" }, 404],
  ["/agents/nobody/breaker/reset", { reason: "x" }, 404],
  ["/agents/nobody/breaker/override", { state: "open", reason: "x" }, 400],
  ["/agents/nobody/breaker/override", { state: "forced_open" }, 400],
  ["/alerts/nobody/acknowledge", {}, 404],
  ["/alerts/nobody/unacknowledge", {}, 404],
  ["/alerts/nobody/acknowledge", { timeoutMs: 0 }, 400],
  ["/routing/decisions/nobody/outcome", { success: true }, 404],
  ["/routing/decisions/nobody/outcome", {}, 400],
])("POST %s with %j is %i and changes nothing", async (path, body, status) => {
  const before = await api.me.head();
  expect((await api.me.post(path, body)).status).toBe(status);
  expect(await api.me.head()).toBe(before);
});

test("an override that has expired already is refused with 422", async () => {
  const agentKey = fresh("agent");
  await api.me.post("/agents", { agentKey });
  const expiresAt = "2001-01-01T00:00:00Z";
  const answer = await api.me.post(`/agents/${agentKey}/breaker/override`, {
    state: "disabled",
    reason: "x",
    expiresAt,
  });
  expect(answer).toMatchObject({ status: 422, body: { errors: [{ code: "not_permitted" }] } });
});

test("the leaderboard ranks by what is sure: much good work above one lucky call, the idle last", async () => {
  const [lucky, solid, poor, idle] = [fresh("lucky"), fresh("solid"), fresh("poor"), fresh("idle")];
  await api.me.commit(...[lucky, solid, poor, idle].map((agentKey) => ({ type: "agent.register" as const, agentKey })));
  await outcomes(lucky, [true]);
  await outcomes(
    solid,
    Array.from({ length: 40 }, (_, i) => i % 10 !== 0),
    200,
  );
  await outcomes(poor, [false, false, true]);
  const items = (await allPages(api.me, "/leaderboard", 2)).filter((item) =>
    [lucky, solid, poor, idle].includes(String(item.agentKey)),
  );
  expect(items.map((item) => item.agentKey)).toEqual([solid, lucky, poor, idle]);
  const ranks = items.map((item) => Number(item.rank));
  expect([...ranks].sort((a, b) => a - b)).toEqual(ranks);
  expect(items[0]).toMatchObject({
    total: 40,
    successful: 36,
    failed: 4,
    successRate: 0.9,
    wilsonLowerBound: wilsonLowerBound(36, 40),
    averageDurationMs: 200,
  });
  expect(Math.abs(Number(items[0]?.p95DurationMs) - 200)).toBeLessThan(10);
  expect(items[3]).toMatchObject({ total: 0, successRate: null, averageDurationMs: null, p95DurationMs: null });
});

test("decisions are listed by task, run, agent, type, success and time; an outcome is reported once", async () => {
  const [runId, agentKey, taskType] = [fresh("run"), fresh("agent"), fresh("type")];
  const [a, b] = [fresh("dec"), fresh("dec")];
  await api.me.commit(
    { type: "run.create", runId, workflow: "w" },
    {
      type: "routing.record",
      decisionId: a,
      taskId: "task-a",
      taskType,
      selectedAgent: agentKey,
      candidates: [{ agentKey, score: 0.9 }],
    },
  );
  await api.me.commit({
    type: "routing.record",
    decisionId: b,
    taskId: "task-b",
    taskType,
    selectedAgent: agentKey,
    runId,
  });
  const reported = await api.me.post(`/routing/decisions/${a}/outcome`, { success: false, durationMs: 5, error: "no" });
  expect(reported).toMatchObject({
    status: 200,
    body: { kind: "decision", decisionId: a, success: false, errorMessage: "no", durationMs: 5, receipt: {} },
  });
  expect(await api.me.post(`/routing/decisions/${a}/outcome`, { success: true })).toMatchObject({
    status: 409,
    body: { code: "already_reported", row: { decisionId: a, success: false } },
  });
  const ids = async (query: string) =>
    (await api.me.get(`/routing/decisions?taskType=${taskType}&${query}`)).body.items.map((item) => item.id);
  expect(await ids("")).toEqual([b, a]);
  expect(await ids("taskId=task-a")).toEqual([a]);
  expect(await ids(`runId=${runId}`)).toEqual([b]);
  expect(await ids(`agent=${agentKey}&success=false`)).toEqual([a]);
  expect(await ids("success=true")).toEqual([]);
  expect(await ids("from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z")).toEqual([]);
  expect((await api.me.get(`/routing/decisions/${a}`)).body).toMatchObject({ candidates: [{ agentKey, score: 0.9 }] });
  expect((await api.me.get("/routing/decisions?success=maybe")).status).toBe(400);
});
