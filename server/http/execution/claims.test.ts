import { once } from "node:events";
import http from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { iso } from "../../../domain/kernel/primitives.ts";
import { type Answer, type Api, fresh, openApi } from "../kernel/resource.test-kit.ts";

let api: Api;
let runId: string;
let queue: string;
let queues: string[];
beforeAll(async () => {
  api = await openApi();
  await api.t.app.listen({ port: 0, host: "127.0.0.1" });
});
afterAll(() => api.close());
afterEach(() => {
  vi.restoreAllMocks();
});
beforeEach(async () => {
  runId = fresh("run");
  queue = fresh("queue");
  queues = [queue];
  await api.me.commit({ type: "run.create", runId, workflow: "w" });
});

const enqueue = (more: object = {}) => ({ type: "job.enqueue" as const, jobId: fresh("job"), runId, queue, ...more });
const claim = (body: object, headers = {}) => api.me.post("/jobs/claim", { queues, ...body }, headers);
const ids = (answer: Answer) => answer.body.jobs.map((job) => job.jobId);

/** An agent that is there, so that its first claim writes nothing. */
async function agent(more: object = {}): Promise<string> {
  const agentKey = fresh("agent");
  await api.me.post("/agents", { agentKey, ...more });
  return agentKey;
}

/** Resolves once `count` more claims have been committed: waiting claims have tried by then. */
function looked(count: number): Promise<void> {
  const { store } = api.t.deps;
  const real = store.commit;
  return new Promise((resolve) => {
    let left = count;
    store.commit = async (...args) => {
      const outcome = await real(...args);
      if (args[2].mutations[0]?.type === "job.claim") {
        left -= 1;
        if (left === 0) {
          store.commit = real;
          setImmediate(resolve);
        }
      }
      return outcome;
    };
  });
}

test("a claim gives the most urgent jobs with attempt, lease token and input", async () => {
  const [low, high, mid] = [
    enqueue({ priority: 1 }),
    enqueue({ priority: 9, input: { n: 1 } }),
    enqueue({ priority: 5 }),
  ];
  await api.me.commit(low, high, mid);
  const answer = await claim({ agentKey: "worker", max: 2, leaseMs: 5000 });
  expect(answer.status).toBe(200);
  expect(ids(answer)).toEqual([high.jobId, mid.jobId]);
  expect(answer.body.jobs[0]).toMatchObject({
    kind: "job",
    status: "running",
    attempt: 1,
    leaseToken: expect.stringMatching(/\S{20,}/),
    input: { n: 1 },
    claimedBy: "worker",
  });
  expect(answer.body.receipt).toMatchObject({ mutations: ["job.claim"] });
  expect(ids(await claim({ agentKey: "worker" }))).toEqual([low.jobId]);
});

test("an empty claim answers at once and writes nothing to the log", async () => {
  const agentKey = await agent();
  const before = await api.me.head();
  const answer = await claim({ agentKey });
  expect(answer).toMatchObject({ status: 200, body: { jobs: [], receipt: { firstSeq: before + 1, lastSeq: before } } });
  expect(await api.me.head()).toBe(before);
});

test.each([
  [{}],
  [{ agentKey: "a b" }],
  [{ agentKey: "a", max: 0 }],
  [{ agentKey: "a", waitMs: 30_001 }],
  [{ agentKey: "a", waitMs: "long" }],
  [{ agentKey: "a", colour: "red" }],
])("a claim of %j is malformed", async (body) => {
  expect(await api.me.post("/jobs/claim", body)).toMatchObject({ status: 400, body: { code: "malformed" } });
});

test("a waiting claim wakes when a job is enqueued", async () => {
  const agentKey = await agent();
  const first = looked(1);
  const waiting = claim({ agentKey, waitMs: 30_000 });
  await first;
  const job = enqueue();
  await api.me.commit(job);
  expect(ids(await waiting)).toEqual([job.jobId]);
});

test("a waiting claim wakes when a dependency completes, when a job is retried and when an attempt fails", async () => {
  const agentKey = await agent();
  const parent = enqueue({ queue: "elsewhere" });
  const child = enqueue({ dependsOn: [parent.jobId], maxAttempts: 2, backoffMs: 30 });
  await api.me.commit(parent, child);
  await api.me.post(`/jobs/${parent.jobId}/start`, { agentKey: "other" });

  let first = looked(1);
  let waiting = claim({ agentKey, waitMs: 30_000 });
  await first;
  await api.me.post(`/jobs/${parent.jobId}/complete`);
  expect(ids(await waiting)).toEqual([child.jobId]);

  first = looked(1);
  waiting = claim({ agentKey, waitMs: 30_000 });
  await first;
  await api.me.post(`/jobs/${child.jobId}/fail`, { error: "once" });
  expect((await waiting).body.jobs[0]).toMatchObject({ jobId: child.jobId, attempt: 2 });

  await api.me.post(`/jobs/${child.jobId}/cancel`);
  first = looked(1);
  waiting = claim({ agentKey, waitMs: 30_000 });
  await first;
  await api.me.post(`/jobs/${child.jobId}/retry`);
  expect((await waiting).body.jobs[0]).toMatchObject({ jobId: child.jobId, attempt: 3 });
});

test("a waiting claim wakes when a job becomes due that was enqueued before it came", async () => {
  const agentKey = await agent();
  const runAt = iso(Date.now() + 600);
  const job = enqueue({ runAt });
  await api.me.commit(job);
  const answer = await claim({ agentKey, waitMs: 30_000 });
  expect(ids(answer)).toEqual([job.jobId]);
  expect(Number(Date.parse(String(answer.body.jobs[0]?.startedAt)))).toBeGreaterThanOrEqual(Date.parse(runAt));
});

test("a waiting claim wakes when its agent's breaker is closed again", async () => {
  const agentKey = await agent();
  await api.me.post(`/agents/${agentKey}/breaker/override`, { state: "forced_open", reason: "test" });
  const job = enqueue();
  await api.me.commit(job);
  const first = looked(1);
  const waiting = claim({ agentKey, waitMs: 30_000 });
  await first;
  await api.me.post(`/agents/${agentKey}/breaker/reset`, { reason: "done" });
  expect(ids(await waiting)).toEqual([job.jobId]);
});

test("a waiting claim wakes when its agent registers the capability", async () => {
  const agentKey = await agent();
  const job = enqueue({ capability: "lint" });
  await api.me.commit(job);
  const first = looked(1);
  const waiting = claim({ agentKey, waitMs: 30_000 });
  await first;
  await api.me.post("/agents", { agentKey, capabilities: ["lint"] });
  expect(ids(await waiting)).toEqual([job.jobId]);
});

test("a waiting claim wakes when its queue is resumed, and is not stirred before", async () => {
  const agentKey = await agent();
  await api.me.post(`/queues/${queue}`, { paused: true, reason: "repairs" });
  const first = looked(1);
  const waiting = claim({ agentKey, waitMs: 30_000 });
  await first;
  const commits = vi.spyOn(api.t.deps.store, "commit");
  const job = enqueue();
  await api.me.commit(job);
  await api.me.post(`/queues/${queue}`, { concurrency: 3 });
  expect(commits.mock.calls.filter(([, , commit]) => commit.mutations[0]?.type === "job.claim")).toHaveLength(0);
  await api.me.post(`/queues/${queue}`, { paused: false });
  expect(ids(await waiting)).toEqual([job.jobId]);
});

test("a waiting claim wakes when its queue may run more, and when one of its jobs ends", async () => {
  const agentKey = await agent();
  await api.me.post(`/queues/${queue}`, { concurrency: 1 });
  const [a, b, c] = [enqueue(), enqueue(), enqueue()];
  await api.me.commit(a, b, c);
  expect(ids(await claim({ agentKey, max: 3 }))).toEqual([a.jobId]);

  let first = looked(1);
  let waiting = claim({ agentKey, waitMs: 30_000 });
  await first;
  await api.me.post(`/queues/${queue}`, { concurrency: 2 });
  expect(ids(await waiting)).toEqual([b.jobId]);

  first = looked(1);
  waiting = claim({ agentKey, waitMs: 30_000 });
  await first;
  await api.me.post(`/jobs/${a.jobId}/complete`);
  expect(ids(await waiting)).toEqual([c.jobId]);
});

test("a slot that comes free among thirty waiting workers goes to one, and the others are not stirred", async () => {
  await api.me.post(`/queues/${queue}`, { concurrency: 1 });
  const [a, b] = [enqueue(), enqueue()];
  await api.me.commit(a, b);
  await claim({ agentKey: "first" });
  const agents = await Promise.all(Array.from({ length: 30 }, () => agent()));
  const all = looked(30);
  const waiting = agents.map((agentKey) => claim({ agentKey, waitMs: 1500 }));
  await all;
  const commits = vi.spyOn(api.t.deps.store, "commit");
  await api.me.post(`/jobs/${a.jobId}/complete`);
  const answers = await Promise.all(waiting);
  expect(answers.flatMap(ids)).toEqual([b.jobId]);
  expect(commits.mock.calls.filter(([, , commit]) => commit.mutations[0]?.type === "job.claim")).toHaveLength(1);
});

test("a waiting claim of an agent whose slots are taken wakes when one comes free", async () => {
  const agentKey = await agent({ capacity: 1 });
  const [a, b] = [enqueue(), enqueue()];
  await api.me.commit(a, b);
  expect(ids(await claim({ agentKey, max: 2 }))).toEqual([a.jobId]);
  const first = looked(1);
  const waiting = claim({ agentKey, waitMs: 30_000 });
  await first;
  await api.me.post(`/jobs/${a.jobId}/complete`);
  expect(ids(await waiting)).toEqual([b.jobId]);
});

test("a waiting claim gets the job as soon as its approval is given", async () => {
  const agentKey = await agent();
  const job = enqueue({ approval: { title: "Deploy?" } });
  await api.me.commit(job);
  const first = looked(1);
  const waiting = claim({ agentKey, waitMs: 30_000 });
  await first;
  const { approvalId } = (await api.me.get(`/jobs/${job.jobId}`)).body;
  await api.me.commit({ type: "approval.approve", approvalId: String(approvalId) });
  expect(ids(await waiting)).toEqual([job.jobId]);
  expect((await waiting).body.jobs[0]).toMatchObject({ approvalId, status: "running", attempt: 1 });
});

test("when the time is up a waiting claim answers without jobs, and has written nothing", async () => {
  const agentKey = await agent();
  const before = await api.me.head();
  const answer = await claim({ agentKey, waitMs: 50 });
  expect(answer).toMatchObject({ status: 200, body: { jobs: [], receipt: { lastSeq: before } } });
  expect(await api.me.head()).toBe(before);
});

test("one job among thirty waiting workers goes to one, and the others are not stirred", async () => {
  const agents = await Promise.all(Array.from({ length: 30 }, () => agent()));
  const all = looked(30);
  const waiting = agents.map((agentKey) => claim({ agentKey, waitMs: 1500 }));
  await all;
  const commits = vi.spyOn(api.t.deps.store, "commit");
  const job = enqueue();
  await api.me.commit(job);
  const answers = await Promise.all(waiting);
  expect(answers.flatMap(ids)).toEqual([job.jobId]);
  expect(commits.mock.calls.filter(([, , commit]) => commit.mutations[0]?.type === "job.claim")).toHaveLength(1);
});

test("thirty jobs enqueued at once reach thirty waiting workers, one each", async () => {
  const agents = await Promise.all(Array.from({ length: 30 }, () => agent()));
  const all = looked(30);
  const waiting = agents.map((agentKey) => claim({ agentKey, waitMs: 30_000 }));
  await all;
  const jobs = Array.from({ length: 30 }, () => enqueue());
  await api.me.commit(...jobs);
  const answers = await Promise.all(waiting);
  expect(answers.map((answer) => answer.body.jobs.length)).toEqual(agents.map(() => 1));
  expect(answers.flatMap(ids).sort()).toEqual(jobs.map((job) => job.jobId).sort());
});

test("a job that the first woken worker cannot take goes on to the next", async () => {
  const [blocked, free] = [await agent(), await agent()];
  await api.me.post(`/agents/${blocked}/breaker/override`, { state: "forced_open", reason: "test" });
  const both = looked(2);
  const first = claim({ agentKey: blocked, waitMs: 2000 });
  const second = claim({ agentKey: free, waitMs: 30_000 });
  await both;
  const job = enqueue();
  await api.me.commit(job);
  expect(ids(await second)).toEqual([job.jobId]);
  expect(ids(await first)).toEqual([]);
});

test("a worker that goes away takes nothing with it: the job goes to the one who still waits", async () => {
  const [gone, stays] = [await agent(), await agent()];
  const { port } = api.t.app.server.address() as AddressInfo;
  let first = looked(1);
  const connected = once(api.t.app.server, "connection");
  const request = http.request({
    port,
    path: "/api/v1/jobs/claim",
    method: "POST",
    headers: { authorization: `Bearer ${api.me.secret}`, "content-type": "application/json" },
  });
  request.on("error", () => {});
  request.end(JSON.stringify({ agentKey: gone, queues, waitMs: 30_000 }));
  const [socket] = (await connected) as [Socket];
  await first;
  first = looked(1);
  const waiting = claim({ agentKey: stays, waitMs: 30_000 });
  await first;
  const noticed = once(socket, "close");
  request.destroy();
  await noticed;
  const job = enqueue();
  await api.me.commit(job);
  expect((await waiting).body.jobs).toMatchObject([{ jobId: job.jobId, claimedBy: stays }]);
});

test("the same waiting claim under an Idempotency-Key again answers the same jobs", async () => {
  const agentKey = await agent();
  const headers = { "idempotency-key": fresh("claim") };
  const first = looked(1);
  const waiting = claim({ agentKey, waitMs: 30_000 }, headers);
  await first;
  const job = enqueue();
  await api.me.commit(job);
  const answer = await waiting;
  expect(ids(answer)).toEqual([job.jobId]);
  const head = await api.me.head();
  const again = await claim({ agentKey, waitMs: 30_000 }, headers);
  expect(again.body).toEqual(answer.body);
  expect(again.headers["idempotency-replayed"]).toBe("true");
  expect(await api.me.head()).toBe(head);
});

test("another tenant's jobs wake nobody and are given to nobody", async () => {
  const agentKey = await agent();
  await api.stranger.post("/runs", { runId, workflow: "w" });
  const first = looked(1);
  const waiting = claim({ agentKey, waitMs: 300 });
  await first;
  await api.stranger.post("/jobs", { jobId: fresh("job"), runId, queue });
  expect(ids(await waiting)).toEqual([]);
});
