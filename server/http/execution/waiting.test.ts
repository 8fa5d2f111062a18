import { afterAll, beforeAll, expect, test } from "vitest";
import type { ClientMutationInput } from "../../../domain/commit/mutations.ts";
import type { QueueWaiting, RunWaiting, Waiting } from "../../../domain/execution/waiting-answers.ts";
import { type Api, openApi } from "../kernel/resource.test-kit.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
  await api.me.commit({ type: "agent.register", agentKey: "hand", capacity: 50 });
});
afterAll(() => api.close());

const why = async (jobId: string): Promise<Waiting> => {
  const { status, body } = await api.me.get(`/jobs/${jobId}/why`);
  expect(status).toBe(200);
  return body as unknown as Waiting;
};
const codes = async (jobId: string) => (await why(jobId)).reasons.map(({ code }) => code);
const texts = async (jobId: string) => (await why(jobId)).reasons.map(({ text }) => text);
const run = (runId: string): ClientMutationInput => ({ type: "run.create", runId, workflow: "w" });
const enqueue = (jobId: string, runId: string, more: object = {}): ClientMutationInput => ({
  type: "job.enqueue",
  jobId,
  runId,
  queue: runId,
  ...more,
});
const start = (jobId: string, agentKey = "hand"): ClientMutationInput => ({ type: "job.start", jobId, agentKey });

test("a job that waits names the jobs it waits for, those of other runs too, and its approval", async () => {
  await api.me.commit(
    run("dep-other"),
    enqueue("dep-other.a", "dep-other", { step: "build" }),
    run("dep"),
    enqueue("dep.a", "dep"),
    enqueue("dep.b", "dep", { dependsOn: ["dep.a", "dep-other.a"], approval: { title: "Ship it?" } }),
  );
  const { reasons } = await why("dep.b");
  expect(reasons.map(({ code }) => code)).toEqual(["dependencies", "approval"]);
  expect(reasons[0]).toMatchObject({
    text: "Waiting for dep.a (queued), build (queued, of run dep-other)",
    jobs: [
      { jobId: "dep.a", runId: "dep", status: "queued" },
      { jobId: "dep-other.a", runId: "dep-other", status: "queued" },
    ],
  });
  const { approvalId } = (await api.me.get("/jobs/dep.b")).body;
  expect(reasons[1]).toMatchObject({ text: "Waiting for the approval “Ship it?”", approvalId });
  await api.me.post(`/approvals/${approvalId}/approve`, {});
  expect(await codes("dep.b")).toEqual(["dependencies"]);
});

test("an approval of an escalation says so", async () => {
  await api.me.commit(
    run("esc"),
    enqueue("esc.a", "esc", { escalate: { approval: { title: "Try again?" } } }),
    start("esc.a"),
    { type: "job.fail", jobId: "esc.a", error: "no" },
  );
  expect(await texts("esc.a")).toEqual(["Waiting for the approval “Try again?” after its last attempt failed"]);
});

test("a schedule and a back-off say until when", async () => {
  const runAt = new Date(Date.now() + 3_600_000).toISOString();
  await api.me.commit(
    run("time"),
    enqueue("time.later", "time", { runAt }),
    enqueue("time.again", "time", { maxAttempts: 3, backoffMs: 600_000 }),
    start("time.again"),
    { type: "job.fail", jobId: "time.again", error: "no" },
  );
  expect((await why("time.later")).reasons).toMatchObject([{ code: "schedule", until: runAt }]);
  const again = (await api.me.get("/jobs/time.again")).body;
  expect((await why("time.again")).reasons).toMatchObject([
    { code: "backoff", until: again.runAt, text: "Attempt 1 of 3 failed; the next one starts" },
  ]);
});

test("a paused queue names who paused it and why, a full one how many run; what is behind both is listed too", async () => {
  await api.me.commit(
    run("q"),
    enqueue("q.runs", "q"),
    enqueue("q.waits", "q", { capability: "none-has-it" }),
    start("q.runs"),
    { type: "queue.configure", queue: "q", concurrency: 1 },
  );
  expect(await texts("q.waits")).toEqual([
    "Queue q is full: 1 of 1 jobs run",
    "No agent offers the capability “none-has-it”",
  ]);
  await api.me.commit({ type: "queue.configure", queue: "q", paused: true, reason: "the registry is down" });
  const [paused, full] = (await why("q.waits")).reasons;
  expect(paused).toMatchObject({ code: "queue_paused", queue: "q" });
  expect(full).toMatchObject({ code: "queue_full", queue: "q" });
  expect(paused?.text).toMatch(/^Queue q was paused by key:\S+: the registry is down$/);
});

test("agents that could take it are listed with what keeps each of them: breaker, trials, drain, slots", async () => {
  const breaker = { windowSize: 1, minimumCalls: 1, permittedTrials: 1, openMs: 60_000 };
  const register = (agentKey: string, more: object = {}): ClientMutationInput => ({
    type: "agent.register",
    agentKey,
    capabilities: ["gpu"],
    breaker,
    ...more,
  });
  await api.me.commit(
    run("agents"),
    enqueue("agents.a", "agents", { capability: "gpu" }),
    enqueue("agents.b", "agents"),
    register("ag-open"),
    register("ag-forced"),
    register("ag-drains"),
    register("ag-busy", { capacity: 1 }),
    register("ag-none", { capacity: 0 }),
    { type: "breaker.record", agentKey: "ag-open", success: false },
    { type: "breaker.override", agentKey: "ag-forced", state: "forced_open", reason: "maintenance" },
    { type: "agent.drain", agentKey: "ag-drains", reason: "upgrade" },
    start("agents.b", "ag-busy"),
  );
  const { reasons } = await why("agents.a");
  expect(reasons.map(({ code, agents }) => [code, [...agents].sort()])).toEqual([
    ["breaker_open", ["ag-forced", "ag-open"]],
    ["agents_draining", ["ag-drains"]],
    ["agents_busy", ["ag-busy", "ag-none"]],
  ]);
  expect(reasons[0]?.until).toBe(((await api.me.get("/agents/ag-open")).body.breaker as { resetAt: string }).resetAt);
  expect(reasons[1]?.text).toBe("ag-drains could run it, but is draining (upgrade)");

  await api.me.commit(enqueue("agents.pinned", "agents", { agentKey: "ag-forced" }));
  expect((await texts("agents.pinned"))[0]).toMatch(
    /^The breaker of agent ag-forced is open, forced by key:\S+ \(maintenance\)$/,
  );
  await api.me.commit(enqueue("agents.nobody", "agents", { agentKey: "who" }));
  expect(await texts("agents.nobody")).toEqual(["It is for agent who only, which is not registered"]);
});

test("of a job for later, a breaker that lets calls through before then is no cause", async () => {
  const breaker = { windowSize: 1, minimumCalls: 1, openMs: 60_000 };
  const runAt = (afterMs: number) => new Date(Date.now() + afterMs).toISOString();
  await api.me.commit(
    run("by-then"),
    { type: "agent.register", agentKey: "by-then", breaker },
    { type: "breaker.record", agentKey: "by-then", success: false },
    enqueue("by-then.later", "by-then", { agentKey: "by-then", runAt: runAt(3_600_000) }),
    enqueue("by-then.soon", "by-then", { agentKey: "by-then", runAt: runAt(10_000) }),
  );
  expect(await codes("by-then.later")).toEqual(["schedule"]);
  expect(await codes("by-then.soon")).toEqual(["schedule", "breaker_open"]);
});

test("what comes first is counted by priority, then by how long it is due; an agent without a stated capacity is never full", async () => {
  const many = Array.from({ length: 47 }, (_, at) =>
    enqueue(`prio.h${at}`, "prio", { priority: 10, agentKey: "solo" }),
  );
  await api.me.commit(
    run("prio"),
    { type: "agent.register", agentKey: "solo" },
    ...many,
    enqueue("prio.same", "prio", { agentKey: "solo" }),
    enqueue("prio.others", "prio", { priority: 20, capability: "gpu" }),
    start("prio.h0", "solo"),
  );
  await api.me.commit(enqueue("prio.low", "prio", { agentKey: "solo" }));
  const { reasons } = await why("prio.low");
  expect(reasons).toMatchObject([{ code: "priority", before: 47, agents: ["solo"] }]);
  expect(reasons[0]?.text).toBe("47 jobs come before it in queue prio: 46 of a higher priority, 1 due for longer");

  await api.me.commit(run("prio2"), enqueue("prio2.a", "prio2", { agentKey: "solo" }));
  const [next] = (await why("prio2.a")).reasons;
  expect(next).toMatchObject({ code: "next", holds: false, before: 0 });
  expect(next?.text).toMatch(
    /^Nothing holds it up: it is next in its queue for solo; for one that claims from any queue, \d+ jobs of other queues come first$/,
  );
});

test("a job that runs or has ended waits for nothing; one nobody knows is not found", async () => {
  await api.me.commit(run("end"), enqueue("end.a", "end"), start("end.a"));
  expect(await why("end.a")).toMatchObject({ status: "running", reasons: [] });
  await api.me.post("/jobs/end.a/complete", {});
  expect(await why("end.a")).toMatchObject({ status: "completed", reasons: [] });
  expect((await api.me.get("/jobs/nobody/why")).status).toBe(404);
  expect((await api.stranger.get("/jobs/end.a/why")).status).toBe(404);
});

test("a run's causes are listed once each, with how many jobs they hold", async () => {
  await api.me.commit(
    run("whole"),
    enqueue("whole.a", "whole", { queue: "whole-p" }),
    enqueue("whole.b", "whole", { queue: "whole-p", priority: 3 }),
    enqueue("whole.c", "whole", { capability: "never" }),
    enqueue("whole.d", "whole", { dependsOn: ["whole.c"] }),
    enqueue("whole.e", "whole", { dependsOn: ["dep-other.a"] }),
    { type: "queue.configure", queue: "whole-p", paused: true },
  );
  const { reasons } = (await api.me.get("/runs/whole/why")).body as unknown as RunWaiting;
  expect(reasons.map(({ code, count, jobIds }) => [code, count, jobIds])).toEqual([
    ["queue_paused", 2, ["whole.b", "whole.a"]],
    ["no_agent", 1, ["whole.c"]],
    ["dependencies", 1, ["whole.e"]],
  ]);
});

test("a run whose jobs only wait for their turn says so: how many come before the most urgent of them", async () => {
  await api.me.commit(
    run("turn-first"),
    { type: "agent.register", agentKey: "turner" },
    ...[0, 1, 2].map((at) => enqueue(`turn.h${at}`, "turn-first", { queue: "turn", priority: 10, agentKey: "turner" })),
    run("turn"),
    enqueue("turn.a", "turn", { agentKey: "turner" }),
    enqueue("turn.b", "turn", { agentKey: "turner", priority: 1 }),
  );
  const { reasons } = (await api.me.get("/runs/turn/why")).body as unknown as RunWaiting;
  expect(reasons).toMatchObject([{ code: "priority", count: 2, before: 3, jobIds: ["turn.b", "turn.a"] }]);
  expect((await api.me.get("/runs/turn-first/why")).body).toMatchObject({ reasons: [] });
});

test("a queue names its oldest job with the cause, and what is due in the order of claims", async () => {
  await api.me.commit(run("line"), enqueue("line.0", "line"), { type: "queue.configure", queue: "line", paused: true });
  await api.me.commit(
    enqueue("line.1", "line", { priority: 5 }),
    enqueue("line.2", "line"),
    enqueue("line.3", "line", { priority: -2 }),
  );
  await api.me.commit(enqueue("line.4", "line", { runAt: new Date(Date.now() + 3_600_000).toISOString() }));
  const { oldest } = (await api.me.get("/queues/line/why")).body as unknown as QueueWaiting;
  expect(oldest).toMatchObject({
    jobId: "line.0",
    reasons: [{ code: "queue_paused" }, { code: "priority", before: 1 }],
  });
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const { body } = await api.me.get(`/queues/line/due?limit=2${cursor === null ? "" : `&cursor=${cursor}`}`);
    ids.push(...body.items.map((item) => item.id));
    cursor = body.nextCursor;
  } while (cursor !== null);
  expect(ids).toEqual(["line.1", "line.0", "line.2", "line.3"]);
  expect((await api.me.get("/queues/nowhere/why")).status).toBe(404);
});
