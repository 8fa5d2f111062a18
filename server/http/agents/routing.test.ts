import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Api, allPages, fresh, openApi } from "../kernel/resource.test-kit.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

/** Agents of a capability of their own, so that tests do not meet. */
async function team(...names: string[]) {
  const capability = fresh("skill");
  const agents = names.map((name) => `${capability}-${name}`);
  const breaker = { windowSize: 1, minimumCalls: 1, openMs: 3_600_000 };
  await api.me.commit(
    ...agents.map((agentKey) => ({
      type: "agent.register" as const,
      agentKey,
      capabilities: [capability],
      capacity: 2,
      breaker,
    })),
  );
  const task = { taskId: fresh("task"), taskType: fresh("type"), requiredCapability: capability };
  const decide = (more: object = {}) => api.me.post("/routing/decisions", { ...task, ...more });
  return { agents, task, decide };
}

const trip = (agentKey: string) => api.me.commit({ type: "breaker.record", agentKey, success: false, error: "no" });
const keysOf = (items: readonly { [field: string]: unknown }[], field = "agentKey") => items.map((item) => item[field]);

describe("POST /routing/decisions", () => {
  test("answers 201 with the decision, its candidates explained, and a receipt", async () => {
    const { agents, task, decide } = await team("a", "b", "c");
    await trip(String(agents[0]));
    const { status, body } = await decide({ priority: 2, weights: { load: 5 } });
    expect(status).toBe(201);
    expect(body).toMatchObject({ ...task, selectedAgent: agents[1], success: null, routingDurationMs: null });
    expect(body).toMatchObject({ weights: { success: 0.6, speed: 0.2, load: 5 }, receipt: { lastSeq: body.seq } });
    const all = body.candidates as { agentKey: string; excluded?: string }[];
    const ours = all.filter(({ agentKey }) => agents.includes(agentKey));
    expect(keysOf(ours)).toEqual([agents[1], agents[2], agents[0]]);
    expect(ours[2]?.excluded).toMatch(/^breaker open until /);
    expect(body).not.toHaveProperty("permitId");
  });

  test("answers 409 with everybody's reason when nobody can take it, and keeps nothing", async () => {
    const { agents, task, decide } = await team("a", "b");
    await trip(String(agents[0]));
    const refused = await decide({ exclude: [agents[1]] });
    expect(refused).toMatchObject({ status: 409, body: { code: "no_agent" } });
    const reasons = (refused.body.candidates as { agentKey: string; excluded: string }[]).filter(({ agentKey }) =>
      agents.includes(agentKey),
    );
    expect(reasons).toMatchObject([
      { excluded: expect.stringMatching(/excluded by the caller|breaker open/) },
      { excluded: expect.stringMatching(/excluded by the caller|breaker open/) },
    ]);
    expect((await api.me.get(`/routing/decisions?taskId=${task.taskId}`)).body.items).toEqual([]);
  });

  test("the same Idempotency-Key gets the same decision; a contract broken is 400, another tenant's agents are none", async () => {
    const { task, decide } = await team("a");
    const header = { "idempotency-key": fresh("key") };
    const first = await api.me.post("/routing/decisions", task, header);
    const again = await api.me.post("/routing/decisions", task, header);
    expect([first.status, again.status, again.body.decisionId]).toEqual([201, 200, first.body.decisionId]);
    expect((await decide({ weights: { success: 0, speed: 0, load: 0 } })).status).toBe(400);
    expect((await decide({ runId: "none" })).status).toBe(422);
    expect(await api.stranger.post("/routing/decisions", task)).toMatchObject({
      status: 409,
      body: { code: "no_agent", candidates: [] },
    });
  });

  test("fallbacks take each agent once, in order, until nobody is left", async () => {
    const { agents, decide } = await team("a", "b");
    const first = (await decide()).body;
    await api.me.post(`/routing/decisions/${first.decisionId}/outcome`, { success: false, error: "broke" });
    const second = (await decide({ fallbackOf: first.decisionId })).body;
    expect([first.selectedAgent, second.selectedAgent]).toEqual(agents);
    expect(second).toMatchObject({ retryAttempts: 1, fallbackOf: first.decisionId });
    expect(await decide({ fallbackOf: second.decisionId })).toMatchObject({ status: 409, body: { code: "no_agent" } });
  });

  test("many decisions at once give a half-open breaker's trial to one of them", async () => {
    const { agents, decide } = await team("a");
    const [agentKey] = agents as [string];
    await api.me.commit({
      type: "agent.register",
      agentKey,
      breaker: { windowSize: 1, minimumCalls: 1, openMs: 1, permittedTrials: 1 },
    });
    await trip(agentKey);
    await expect.poll(async () => (await decide()).status).toBe(201);
    const answers = await Promise.all(Array.from({ length: 10 }, () => decide()));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([409]));
    expect((await api.me.get(`/agents/${agentKey}/breaker`)).body).toMatchObject({ state: "half_open" });
  });
});

describe("POST /routing/decisions/{id}/outcome", () => {
  test("is reported once; for a decision with a job it counts nothing, as the job's attempts do", async () => {
    const { agents, decide } = await team("a");
    const [runId, jobId] = [fresh("run"), fresh("job")];
    await api.me.commit({ type: "run.create", runId, workflow: "w" }, { type: "job.enqueue", jobId, runId });
    const { decisionId } = (await decide({ jobId })).body;
    const report = () => api.me.post(`/routing/decisions/${decisionId}/outcome`, { success: true, durationMs: 5 });
    expect(await report()).toMatchObject({ status: 200, body: { success: true, runId } });
    expect(await report()).toMatchObject({ status: 409, body: { code: "already_reported" } });
    expect((await api.me.get(`/agents/${agents[0]}`)).body.statistics).toMatchObject({ total: 0 });
  });
});

describe("GET /routing/decisions/{id}", () => {
  test("explains: the second choice and its success rate at this type of task, the fallbacks, the job's end", async () => {
    const { agents, task, decide } = await team("a", "b");
    const [a, b] = agents as [string, string];
    const [runId, jobId] = [fresh("run"), fresh("job")];
    await api.me.commit(
      { type: "breaker.override", agentKey: b, state: "disabled", reason: "test" },
      ...[true, true, false, false].map((success) => ({
        type: "routing.record" as const,
        taskId: fresh("task"),
        taskType: task.taskType,
        selectedAgent: b,
        success,
      })),
      { type: "run.create", runId, workflow: "w" },
      { type: "job.enqueue", jobId, runId },
    );
    const first = (await decide({ jobId })).body;
    const second = (await decide({ jobId, fallbackOf: first.decisionId })).body;
    await api.me.commit({ type: "job.start", jobId, agentKey: b }, { type: "job.complete", jobId });
    const { body } = await api.me.get(`/routing/decisions/${first.decisionId}`);
    expect(body).toMatchObject({
      selectedAgent: a,
      explanation: {
        chosen: { agentKey: a, successRate: null, sample: 0, basis: "overall" },
        secondChoice: { agentKey: b, successRate: 0.5, sample: 4, basis: "task_type" },
        fallbacks: [{ decisionId: second.decisionId, selectedAgent: b }],
        job: { jobId, status: "completed", claimedBy: b, attempt: 1 },
      },
    });
    const alone = (await api.me.get(`/routing/decisions/${second.decisionId}`)).body;
    expect(alone.explanation).toMatchObject({ secondChoice: null, fallbacks: [] });
    expect(await api.stranger.get(`/routing/decisions/${first.decisionId}`)).toMatchObject({ status: 404 });
  });
});

describe("decisions are found by what is known of them", () => {
  test("decisions by task, by execution, by job, agent, type of task, success, time; page by page", async () => {
    const { agents, task, decide } = await team("a");
    const [runId, jobId] = [fresh("run"), fresh("job")];
    await api.me.commit({ type: "run.create", runId, workflow: "w" }, { type: "job.enqueue", jobId, runId });
    const ids = [(await decide()).body, (await decide({ jobId })).body, (await decide({ runId })).body];
    const [plain, ofJob, ofRun] = ids.map(({ decisionId }) => decisionId);
    await api.me.post(`/routing/decisions/${plain}/outcome`, { success: true });
    const found = async (query: string) =>
      keysOf(await allPages(api.me, `/routing/decisions?${query}`, 2), "decisionId");
    expect(await found(`taskId=${task.taskId}`)).toEqual([ofRun, ofJob, plain]);
    expect(await found(`run=${runId}`)).toEqual([ofRun, ofJob]);
    expect(await found(`runId=${runId}`)).toEqual([ofRun, ofJob]);
    expect(await found(`jobId=${jobId}`)).toEqual([ofJob]);
    expect(await found(`agent=${agents[0]}`)).toEqual([ofRun, ofJob, plain]);
    expect(await found(`taskType=${task.taskType}&success=true`)).toEqual([plain]);
    expect(await found(`taskType=${task.taskType}&success=false`)).toEqual([]);
    expect(await found(`taskType=${task.taskType}&success=unknown`)).toEqual([ofRun, ofJob]);
    const at = encodeURIComponent(String(ids[1]?.routedAt));
    expect(await found(`taskType=${task.taskType}&from=${at}`)).toEqual(expect.arrayContaining([ofRun, ofJob]));
    expect(await found(`taskType=${task.taskType}&to=${at}`)).not.toContain(ofRun);
    expect((await api.stranger.get(`/routing/decisions?taskId=${task.taskId}`)).body.items).toEqual([]);
  });

  test("open circuits, by state and page by page", async () => {
    const { agents } = await team("a", "b", "c");
    const [a, b, c] = agents as [string, string, string];
    await trip(c);
    await trip(a);
    await api.me.post(`/agents/${b}/breaker/override`, { state: "forced_open", reason: "test" });
    const ours = async (query: string) =>
      keysOf(await allPages(api.me, `/breakers?${query}`, 1)).filter((key) => agents.includes(String(key)));
    expect(await ours("state=open")).toEqual([a, c]);
    expect(await ours("state=open,forced_open")).toEqual(agents);
    expect(await ours("state=closed")).toEqual([]);
    expect((await api.me.get("/breakers?state=ajar")).status).toBe(400);
    expect((await api.stranger.get("/breakers")).body.items).toEqual([]);
  });

  test("executions by name, status, time and tag; incomplete ones oldest first", async () => {
    const [tag, workflow] = [fresh("tag"), fresh("flow")];
    const [first, second, third] = [fresh("run"), fresh("run"), fresh("run")];
    for (const runId of [first, second, third]) {
      await api.me.commit({ type: "run.create", runId, workflow, tags: [tag] });
    }
    await api.me.commit(
      { type: "run.transition", runId: second, to: "running" },
      { type: "run.transition", runId: second, to: "completed" },
    );
    const found = async (query: string) => keysOf(await allPages(api.me, `/runs?${query}`, 1), "runId");
    const incomplete = "status=pending,running,blocked&order=asc";
    expect(await found(`tag=${tag}&${incomplete}`)).toEqual([first, third]);
    expect(await found(`workflow=${workflow}&status=completed`)).toEqual([second]);
    expect(await found(`tag=${tag}&from=2999-01-01T00:00:00Z`)).toEqual([]);
  });

  test("agents that perform best, those that stay below a threshold, and the figures of each", async () => {
    const { agents } = await team("a", "b");
    const [a, b] = agents as [string, string];
    for (const success of [true, false]) {
      const record = { type: "breaker.record" as const, agentKey: success ? a : b, success, durationMs: 8 };
      await api.me.commit(
        { type: "breaker.override", agentKey: record.agentKey, state: "disabled", reason: "test" },
        ...Array.from({ length: 5 }, () => record),
      );
    }
    const ours = async (query: string) =>
      keysOf(await allPages(api.me, `/leaderboard?${query}`, 5)).filter((key) => agents.includes(String(key)));
    expect(await ours("minTotal=5")).toEqual([a, b]);
    expect(await ours("below=0.8&minTotal=5")).toEqual([b]);
    const { statistics } = (await api.me.get(`/agents/${a}`)).body;
    expect(statistics).toMatchObject({ total: 5, successful: 5, failed: 0, totalDurationMs: 40, timed: 5 });
  });
});
