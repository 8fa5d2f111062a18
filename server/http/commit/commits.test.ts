import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, fresh, openApi } from "../kernel/resource.test-kit.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const create = (runId: string) => ({ type: "run.create" as const, runId, workflow: "build" });

test("a commit is answered 201 with its receipt", async () => {
  const runId = fresh("run");
  const before = await api.me.head();
  const { status, body } = await api.me.post("/commits", { mutations: [create(runId)] });
  expect(status).toBe(201);
  expect(body).toMatchObject({
    receiptId: expect.any(String),
    tenantId: "default",
    firstSeq: before + 1,
    lastSeq: before + 1,
    mutations: ["run.create"],
    prevHash: expect.any(String),
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    results: [{ id: runId, version: 1 }],
  });
});

test("the same Idempotency-Key again answers 200 with the same receipt and says so", async () => {
  const body = { mutations: [create(fresh("run"))] };
  const first = await api.me.post("/commits", body, { "idempotency-key": "k1" });
  const head = await api.me.head();
  const again = await api.me.post("/commits", body, { "idempotency-key": "k1" });
  expect([first.status, again.status]).toEqual([201, 200]);
  expect(again.headers["idempotency-replayed"]).toBe("true");
  expect(first.headers["idempotency-replayed"]).toBeUndefined();
  expect(again.body).toEqual(first.body);
  expect(await api.me.head()).toBe(head);
});

test("the same Idempotency-Key with another body is refused", async () => {
  const headers = { "idempotency-key": "k2" };
  await api.me.post("/commits", { mutations: [create(fresh("run"))] }, headers);
  const other = await api.me.post("/commits", { mutations: [create(fresh("run"))] }, headers);
  expect(other).toMatchObject({ status: 422, body: { code: "idempotency_mismatch" } });
});

test.each(["", "é", "x".repeat(201)])("an Idempotency-Key of %j is refused and nothing changes", async (key) => {
  const before = await api.me.head();
  const answer = await api.me.post("/commits", { mutations: [create(fresh("run"))] }, { "idempotency-key": key });
  expect(answer).toMatchObject({ status: 400, body: { code: "malformed", errors: [{ path: "Idempotency-Key" }] } });
  expect(await api.me.head()).toBe(before);
});

test("a body that breaks contracts is answered 400 with every fault, and nothing changes", async () => {
  const before = await api.me.head();
  const { status, body } = await api.me.post("/commits", {
    mutations: [create(fresh("run")), { type: "run.create", runId: "no spaces", workflow: 1 }, { type: "run.burn" }, 7],
  });
  expect(status).toBe(400);
  expect(body).toMatchObject({ type: "/docs#problem-malformed", title: "Bad Request", status: 400, code: "malformed" });
  expect(body.errors.map((error) => [error.index, error.path])).toEqual([
    [1, "runId"],
    [1, "workflow"],
    [2, "type"],
    [3, "type"],
  ]);
  for (const error of body.errors)
    expect(error).toMatchObject({ code: expect.any(String), message: expect.any(String) });
  expect(await api.me.head()).toBe(before);
});

test.each([
  ["no body", undefined],
  ["an array", []],
  ["no mutations", { mutations: [] }],
  ["1,001 mutations", { mutations: Array.from({ length: 1001 }, () => create("x")) }],
  ["an unknown field", { mutations: [create("x")], dryRun: true }],
])("a commit with %s is malformed", async (_name, body) => {
  expect(await api.me.post("/commits", body)).toMatchObject({ status: 400, body: { code: "malformed" } });
});

test("a commit with one bad mutation among ten changes nothing and reports every error", async () => {
  const runId = fresh("run");
  const before = await api.me.head();
  const mutations = [
    create(runId),
    ...Array.from({ length: 8 }, () => create(fresh("run"))),
    { type: "run.transition", runId, to: "completed" },
    { type: "job.cancel", jobId: "nobody" },
  ];
  const { status, body } = await api.me.post("/commits", { mutations });
  expect(status).toBe(422);
  expect(body).toMatchObject({
    code: "commit_refused",
    errors: [
      { index: 9, type: "run.transition", code: "illegal_transition", legal: ["running", "cancelled", "failed"] },
      { index: 10, type: "job.cancel", code: "not_found" },
    ],
  });
  expect(await api.me.head()).toBe(before);
  expect((await api.me.get(`/runs/${runId}`)).status).toBe(404);
});

test("a single mutation on something unknown stays 422 here", async () => {
  const answer = await api.me.post("/commits", { mutations: [{ type: "run.retry", runId: "nobody" }] });
  expect(answer).toMatchObject({ status: 422, body: { errors: [{ index: 0, code: "not_found" }] } });
});

test("a commit that expects an old version of a run is answered 409", async () => {
  const runId = fresh("run");
  await api.me.commit(create(runId), { type: "run.transition", runId, to: "running" });
  const mutations = [{ type: "run.transition", runId, to: "blocked" }];
  const stale = await api.me.post("/commits", { mutations, expect: { [runId]: 1 } });
  expect(stale).toMatchObject({
    status: 409,
    body: { code: "stale_expectation", errors: [{ path: `expect.${runId}` }] },
  });
  expect((await api.me.post("/commits", { mutations, expect: { [runId]: 2 } })).status).toBe(201);
});

test("nothing is answered without a key", async () => {
  for (const url of ["/api/v1/commits", "/api/v1/runs", "/api/v1/jobs/claim"]) {
    const answer = await api.t.app.inject({ method: "POST", url, payload: {} });
    expect(answer.statusCode).toBe(401);
  }
});
