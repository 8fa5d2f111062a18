import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, allPages, fresh, openApi } from "../kernel/resource.test-kit.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const run = (more: object = {}) => ({ type: "run.create" as const, runId: fresh("run"), workflow: "build", ...more });

test("POST /runs creates a run and answers its row with the receipt", async () => {
  const runId = fresh("run");
  const { status, body } = await api.me.post("/runs", { runId, workflow: "deploy", tags: ["prod"], context: { a: 1 } });
  expect(status).toBe(201);
  expect(body).toMatchObject({
    kind: "run",
    id: runId,
    runId,
    workflow: "deploy",
    status: "pending",
    tags: ["prod"],
    context: { a: 1 },
    initiatedBy: "key:tests",
    version: 1,
    receipt: { mutations: ["run.create"], results: [{ id: runId, version: 1 }] },
  });
  const { receipt, ...row } = body;
  expect((await api.me.get(`/runs/${runId}`)).body).toEqual(row);
  expect(row.seq).toBe((receipt as { lastSeq: number }).lastSeq);
});

test("creating it again is a conflict that shows what is there", async () => {
  const runId = fresh("run");
  await api.me.post("/runs", { runId, workflow: "deploy" });
  const before = await api.me.head();
  const again = await api.me.post("/runs", { runId, workflow: "other" });
  expect(again).toMatchObject({
    status: 409,
    body: { code: "already_exists", type: "/docs#problem-already_exists", row: { runId, workflow: "deploy" } },
  });
  expect(await api.me.head()).toBe(before);
});

test("the Idempotency-Key works on conveniences: 200, the same receipt, the row", async () => {
  const body = { runId: fresh("run"), workflow: "deploy" };
  const first = await api.me.post("/runs", body, { "idempotency-key": "c1" });
  const again = await api.me.post("/runs", body, { "idempotency-key": "c1" });
  expect([first.status, again.status]).toEqual([201, 200]);
  expect(again.headers["idempotency-replayed"]).toBe("true");
  expect(again.body).toEqual(first.body);
  const other = await api.me.post(`/runs/${body.runId}/cancel`, {}, { "idempotency-key": "c1" });
  expect(other).toMatchObject({ status: 422, body: { code: "idempotency_mismatch" } });
});

test.each([
  ["/runs", {}, ["workflow"]],
  ["/runs", { runId: "a b", workflow: "x" }, ["runId"]],
  ["/runs", { runId: "x", workflow: "x", colour: "red" }, [""]],
  ["/runs", { type: "run.retry", runId: "x", workflow: "x" }, ["type"]],
  ["/runs", [], [""]],
  ["/runs/x/cancel", { to: "completed" }, ["to"]],
  ["/runs/x/cancel", { reason: 7 }, ["reason"]],
  ["/runs/a%20b/cancel", {}, ["path id"]],
])("POST %s with %j is malformed and changes nothing", async (path, body, paths) => {
  const before = await api.me.head();
  const answer = await api.me.post(path, body);
  expect(answer).toMatchObject({ status: 400, body: { code: "malformed" } });
  expect(answer.body.errors.map((error) => (error.code === "invalid_id" ? `path ${error.path}` : error.path))).toEqual(
    paths,
  );
  expect(await api.me.head()).toBe(before);
});

test("a run is cancelled once; the second time is a conflict with the row as it now is", async () => {
  const { runId } = run();
  await api.me.post("/runs", { runId, workflow: "w" });
  const cancelled = await api.me.post(`/runs/${runId}/cancel`, { reason: "not needed" });
  expect(cancelled).toMatchObject({ status: 200, body: { status: "cancelled", reason: "not needed", version: 2 } });
  const before = await api.me.head();
  const again = await api.me.post(`/runs/${runId}/cancel`);
  expect(again).toMatchObject({
    status: 409,
    body: { code: "illegal_transition", legal: [], row: { runId, status: "cancelled", version: 2 } },
  });
  expect(await api.me.head()).toBe(before);
  const retried = await api.me.post(`/runs/${runId}/retry`, {});
  expect(retried).toMatchObject({ status: 200, body: { status: "running", version: 3 } });
});

test.each(["cancel", "retry"])("%s of an unknown run is 404", async (what) => {
  expect(await api.me.post(`/runs/nobody/${what}`)).toMatchObject({ status: 404, body: { code: "not_found" } });
});

test("a child of an unknown run is refused, not unknown", async () => {
  const answer = await api.me.post("/runs", { runId: fresh("run"), workflow: "w", parentRunId: "nobody" });
  expect(answer).toMatchObject({ status: 422, body: { code: "commit_refused", errors: [{ code: "not_found" }] } });
});

test("runs are filtered by status, workflow, tag and time, newest first or oldest first", async () => {
  const workflow = fresh("flow");
  const [a, b, c] = [run({ workflow, tags: ["x"] }), run({ workflow }), run({ workflow, tags: ["x", "y"] })];
  for (const mutation of [a, b, c]) await api.me.commit(mutation);
  await api.me.commit({ type: "run.transition", runId: b.runId, to: "running" });
  await api.me.commit({ type: "run.transition", runId: c.runId, to: "cancelled" });
  const ids = async (query: string) => {
    const { status, body } = await api.me.get(`/runs?workflow=${workflow}&${query}`);
    expect(status).toBe(200);
    return body.items.map((item) => item.id);
  };
  expect(await ids("")).toEqual([c.runId, b.runId, a.runId]);
  expect(await ids("order=asc")).toEqual([a.runId, b.runId, c.runId]);
  expect(await ids("status=running")).toEqual([b.runId]);
  expect(await ids("status=pending,running,blocked&order=asc")).toEqual([a.runId, b.runId]);
  expect(await ids("tag=x")).toEqual([c.runId, a.runId]);
  expect(await ids("tag=y&status=running")).toEqual([]);
  const { createdAt } = (await api.me.get(`/runs/${b.runId}`)).body;
  expect(await ids(`to=${createdAt}`)).not.toContain(b.runId);
  expect(await ids(`from=${createdAt}`)).toContain(b.runId);
  expect(await ids(`from=${createdAt}`)).not.toContain(a.runId);
});

test("a search finds runs by the beginning of id, workflow or tag, upper and lower case alike, page by page", async () => {
  const word = fresh("Needle");
  const hits = [
    run({ runId: `${word}-1` }),
    run({ workflow: `${word.toLowerCase()} flow` }),
    run({ tags: ["other", word.toUpperCase()] }),
  ];
  await api.me.commit(...hits, run({ workflow: `not-${word}` }), run({ tags: [`no${word}`] }));
  const found = await allPages(api.me, `/runs?q=${word.toLowerCase()}`, 2);
  expect(found.map((item) => item.id).sort()).toEqual(hits.map((hit) => hit.runId).sort());
  expect(await allPages(api.me, `/runs?q=${word}&status=running`, 2)).toEqual([]);
  expect((await api.me.get("/runs?q=%25")).body.items).toEqual([]);
});

test.each([
  "status=flying",
  "status=",
  "status=running,",
  "limit=0",
  "limit=101",
  "limit=many",
  "cursor=%20",
  "cursor=abc",
  "cursor=WyJ4IiwieSJd",
  "from=yesterday",
  "order=up",
  "colour=red",
  "status=running&status=failed",
])("GET /runs?%s is malformed", async (query) => {
  const answer = await api.me.get(`/runs?${query}`);
  expect(answer).toMatchObject({ status: 400, body: { code: "malformed" } });
  expect(answer.body.errors[0]).toMatchObject({ message: expect.any(String), path: expect.any(String) });
});

test("a timeline has the run with its workstreams, jobs and attempts, and the position to follow from", async () => {
  const { runId } = run();
  const [workstreamId, jobId, later] = [fresh("ws"), fresh("job"), fresh("job")];
  await api.me.commit(
    { type: "run.create", runId, workflow: "w" },
    { type: "workstream.create", runId, workstreamId, title: "Build" },
    { type: "job.enqueue", jobId, runId, workstreamId },
    { type: "job.enqueue", jobId: later, runId, dependsOn: [jobId] },
  );
  await api.me.post(`/jobs/${jobId}/start`, { agentKey: fresh("agent") });
  const { status, body } = await api.me.get(`/runs/${runId}/timeline`);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    run: { kind: "run", runId, status: "running" },
    workstreams: [{ kind: "workstream", workstreamId, jobCounts: { running: 1 } }],
    jobs: [
      { kind: "job", jobId, status: "running", attempt: 1 },
      { kind: "job", jobId: later, status: "waiting", dependsOn: [jobId] },
    ],
    attempts: [{ kind: "attempt", id: `${jobId}#1`, jobId, status: "running" }],
    seq: await api.me.head(),
    truncated: false,
  });
  expect(JSON.stringify(body)).not.toContain("leaseToken");
  expect((await api.me.get("/runs/nobody/timeline")).status).toBe(404);
});

test("a read with minSeq is never older: the log's position, or 425 with where it is", async () => {
  const { runId } = run();
  const { body } = await api.me.post("/runs", { runId, workflow: "w" });
  const { lastSeq } = body.receipt as { lastSeq: number };
  expect((await api.me.get(`/runs/${runId}?minSeq=${lastSeq}`)).status).toBe(200);
  const early = await api.me.get(`/runs/${runId}?minSeq=${lastSeq + 1000}`);
  expect(early).toMatchObject({ status: 425, body: { code: "not_there_yet", head: lastSeq } });
  expect((await api.me.get(`/runs/${runId}?minSeq=x`)).status).toBe(400);
});

test("lists of runs leave out what can be large; the run itself and its timeline have it", async () => {
  const workflow = fresh("flow");
  const { runId } = run();
  const large = { definition: { steps: ["a"] }, context: { a: 1 }, tokens: {}, scopes: {} };
  const { definition, context } = large;
  await api.me.commit({ type: "run.create", runId, workflow, definition, context, metadata: { owner: "ci" } });
  for (const query of ["", `&q=${runId}`]) {
    const [item] = (await api.me.get(`/runs?workflow=${workflow}${query}`)).body.items;
    expect(item).toMatchObject({ kind: "run", runId, stepCount: 0, metadata: { owner: "ci" } });
    expect(Object.keys(large).filter((column) => column in (item ?? {}))).toEqual([]);
  }
  expect((await api.me.get(`/runs/${runId}`)).body).toMatchObject(large);
  expect((await api.me.get(`/runs/${runId}/timeline`)).body.run).toMatchObject(large);
  const snapshot = async (topic: string) => (await api.t.deps.store.snapshot("default", topic, 200))?.rows ?? [];
  expect((await snapshot("runs")).find((row) => row.id === runId)).not.toHaveProperty("context");
  expect(await snapshot(`run:${runId}`)).toMatchObject([large]);
});
