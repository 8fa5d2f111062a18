import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, fresh, openApi } from "../kernel/resource.test-kit.ts";

let api: Api;
let runId: string;
beforeAll(async () => {
  api = await openApi();
  runId = fresh("run");
  await api.me.commit({ type: "run.create", runId, workflow: "w" });
});
afterAll(() => api.close());

async function enqueued(more: object = {}): Promise<string> {
  const jobId = fresh("job");
  const { status } = await api.me.post("/jobs", { jobId, runId, ...more });
  expect(status).toBe(201);
  return jobId;
}

async function started(more: object = {}): Promise<{ jobId: string; leaseToken: string; agentKey: string }> {
  const jobId = await enqueued(more);
  const agentKey = fresh("agent");
  const { body } = await api.me.post(`/jobs/${jobId}/start`, { agentKey, leaseMs: 60_000 });
  return { jobId, agentKey, leaseToken: String(body.leaseToken) };
}

test("POST /jobs enqueues and answers the row", async () => {
  const jobId = fresh("job");
  const answer = await api.me.post("/jobs", { jobId, runId, step: "test", priority: 5, input: { argv: ["true"] } });
  expect(answer).toMatchObject({
    status: 201,
    body: {
      kind: "job",
      jobId,
      runId,
      status: "queued",
      priority: 5,
      input: { argv: ["true"] },
      receipt: { mutations: ["job.enqueue"] },
    },
  });
});

test("a job that names an unknown run or workstream is refused and nothing is stored", async () => {
  const before = await api.me.head();
  const jobId = fresh("job");
  for (const named of [{ runId: "nobody" }, { runId, workstreamId: "nobody" }, { runId, dependsOn: ["nobody"] }]) {
    const answer = await api.me.post("/jobs", { jobId, ...named });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ code: "not_found" }] } });
  }
  expect(await api.me.head()).toBe(before);
  expect((await api.me.get(`/jobs/${jobId}`)).status).toBe(404);
});

test("a job goes from start over heartbeat to its result, with one attempt", async () => {
  const { jobId, leaseToken, agentKey } = await started();
  expect(leaseToken).toMatch(/\S{20,}/);
  const beat = await api.me.post(`/jobs/${jobId}/heartbeat`, { leaseToken, progress: { percent: 40 } });
  expect(beat).toMatchObject({ status: 200, body: { status: "running", progress: { percent: 40 } } });
  const done = await api.me.post(`/jobs/${jobId}/complete`, {
    leaseToken,
    exitCode: 0,
    durationMs: 12.5,
    result: { tail: "ok" },
  });
  expect(done).toMatchObject({
    status: 200,
    body: { status: "completed", exitCode: 0, durationMs: 12.5, result: { tail: "ok" } },
  });
  const { body } = await api.me.get(`/jobs/${jobId}`);
  expect(body).toMatchObject({
    jobId,
    status: "completed",
    attempts: [
      { attemptId: `${jobId}#1`, number: 1, agentKey, status: "completed", exitCode: 0, result: { tail: "ok" } },
    ],
  });
  expect(body).not.toHaveProperty("leaseToken");
});

test("a failed attempt with tries left goes back to the queue; the last one ends the job", async () => {
  const { jobId, leaseToken } = await started({ maxAttempts: 2, backoffMs: 0 });
  const first = await api.me.post(`/jobs/${jobId}/fail`, { leaseToken, error: "boom", exitCode: 1 });
  expect(first).toMatchObject({ status: 200, body: { status: "queued", attempt: 1, error: { message: "boom" } } });
  const second = await api.me.post(`/jobs/${jobId}/start`, { agentKey: fresh("agent") });
  const last = await api.me.post(`/jobs/${jobId}/timeout`, { leaseToken: second.body.leaseToken });
  expect(last).toMatchObject({ status: 200, body: { status: "timed_out", attempt: 2 } });
  const { body } = await api.me.get(`/jobs/${jobId}`);
  expect((body.attempts as { status: string }[]).map((attempt) => attempt.status)).toEqual(["failed", "timed_out"]);
});

test("a job is cancelled and queued again", async () => {
  const jobId = await enqueued();
  expect(await api.me.post(`/jobs/${jobId}/cancel`, { reason: "wrong" })).toMatchObject({
    status: 200,
    body: { status: "cancelled", reason: "wrong" },
  });
  expect(await api.me.post(`/jobs/${jobId}/retry`)).toMatchObject({ status: 200, body: { status: "queued" } });
});

test("a result under a lost lease is a conflict that shows the job as it now is", async () => {
  const { jobId, leaseToken } = await started();
  await api.me.post(`/jobs/${jobId}/cancel`);
  const before = await api.me.head();
  const late = await api.me.post(`/jobs/${jobId}/complete`, { leaseToken });
  expect(late).toMatchObject({
    status: 409,
    body: { code: "lease_lost", legal: ["queued"], row: { jobId, status: "cancelled" } },
  });
  const beat = await api.me.post(`/jobs/${jobId}/heartbeat`, { leaseToken: "stolen" });
  expect(beat).toMatchObject({ status: 409, body: { code: "lease_lost" } });
  expect(await api.me.head()).toBe(before);
});

test.each([
  ["start", { agentKey: "a" }],
  ["heartbeat", { leaseToken: "t" }],
  ["complete", {}],
  ["fail", { error: "e" }],
  ["timeout", {}],
  ["cancel", {}],
  ["retry", {}],
])("%s of an unknown job is 404, and with an unknown field 400", async (what, body) => {
  expect(await api.me.post(`/jobs/nobody/${what}`, body)).toMatchObject({ status: 404, body: { code: "not_found" } });
  const jobId = await enqueued();
  const before = await api.me.head();
  const answer = await api.me.post(`/jobs/${jobId}/${what}`, { ...body, colour: "red" });
  expect(answer).toMatchObject({ status: 400, body: { errors: [{ code: "unrecognized_keys" }] } });
  expect(await api.me.head()).toBe(before);
});

test("moves that a job's state forbids are conflicts with what is legal", async () => {
  const jobId = await enqueued({ agentKey: "only-me" });
  expect(await api.me.post(`/jobs/${jobId}/complete`)).toMatchObject({
    status: 409,
    body: { code: "illegal_transition", legal: ["running", "cancelled", "timed_out"], row: { status: "queued" } },
  });
  expect(await api.me.post(`/jobs/${jobId}/start`, { agentKey: "someone" })).toMatchObject({
    status: 409,
    body: { code: "not_claimable" },
  });
  const finished = fresh("run");
  await api.me.commit({ type: "run.create", runId: finished, workflow: "w" });
  await api.me.post(`/runs/${finished}/cancel`);
  expect(await api.me.post("/jobs", { jobId: fresh("job"), runId: finished })).toMatchObject({
    status: 409,
    body: { code: "run_is_final" },
  });
});

test("jobs are listed by run, workstream, status, queue and agent", async () => {
  const own = fresh("run");
  const [workstreamId, queue, agentKey] = [fresh("ws"), fresh("queue"), fresh("agent")];
  await api.me.commit(
    { type: "run.create", runId: own, workflow: "w" },
    { type: "workstream.create", runId: own, workstreamId, title: "T" },
  );
  const [a, b, c] = [fresh("job"), fresh("job"), fresh("job")];
  await api.me.post("/jobs", { jobId: a, runId: own, workstreamId });
  await api.me.post("/jobs", { jobId: b, runId: own, queue, agentKey });
  await api.me.post("/jobs", { jobId: c, runId: own, dependsOn: [a] });
  await api.me.post(`/jobs/${a}/start`, { agentKey });
  const ids = async (query: string) => (await api.me.get(`/jobs?${query}`)).body.items.map((item) => item.id);
  expect(await ids(`runId=${own}`)).toEqual([c, b, a]);
  expect(await ids(`run=${own}`)).toEqual([c, b, a]);
  expect(await ids(`runId=${own}&status=waiting,running`)).toEqual([c, a]);
  expect(await ids(`workstreamId=${workstreamId}`)).toEqual([a]);
  expect(await ids(`queue=${queue}`)).toEqual([b]);
  expect(await ids(`agent=${agentKey}`)).toEqual([b, a]);
  expect((await api.me.get("/jobs?status=lost")).status).toBe(400);
  expect((await api.me.get(`/workstreams?runId=${own}`)).body.items).toMatchObject([
    { kind: "workstream", workstreamId, jobCounts: { running: 1 } },
  ]);
  expect((await api.me.get(`/workstreams?runId=${own}&status=done`)).body.items).toEqual([]);
  expect((await api.me.get(`/workstreams/${workstreamId}`)).body).toMatchObject({ workstreamId });
});

test("before a retry one reads what comes back with it in which run, and what an ended run keeps cancelled", async () => {
  const [a, open, ended] = [fresh("run"), fresh("run"), fresh("run")];
  const job = (runId: string, step: string, ...dependsOn: string[]) =>
    ({ type: "job.enqueue", jobId: `${runId}.${step}`, runId, dependsOn }) as const;
  await api.me.commit(
    ...[a, open, ended].map((runId) => ({ type: "run.create", runId, workflow: "w" }) as const),
    ...[a, open, ended].map((runId) => job(runId, "first")),
    job(a, "next", `${a}.first`),
    job(open, "next", `${a}.first`),
    job(open, "last", `${open}.next`),
    job(ended, "next", `${a}.first`),
    job(ended, "last", `${ended}.next`),
  );
  await api.me.commit(
    { type: "job.cancel", jobId: `${a}.first` },
    { type: "run.transition", runId: ended, to: "cancelled" },
  );
  const { body } = await api.me.get(`/jobs/${a}.first/retry`);
  expect(body).toEqual({
    jobId: `${a}.first`,
    comeBack: [
      { jobId: `${a}.next`, runId: a, by: `${a}.first` },
      { jobId: `${open}.next`, runId: open, by: `${a}.first` },
      { jobId: `${open}.last`, runId: open, by: `${open}.next` },
    ],
    stay: [{ jobId: `${ended}.next`, runId: ended, why: "run_ended", runStatus: "cancelled" }],
    truncated: false,
  });
  await api.me.post(`/jobs/${a}.first/retry`);
  const statuses = [`${a}.next`, `${open}.next`, `${open}.last`, `${ended}.next`, `${ended}.last`].map(
    async (jobId) => (await api.me.get(`/jobs/${jobId}`)).body.status,
  );
  expect(await Promise.all(statuses)).toEqual(["waiting", "waiting", "waiting", "cancelled", "cancelled"]);
});
