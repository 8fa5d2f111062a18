import { afterAll, beforeAll, expect, test } from "vitest";
import { MAX_STATE_BYTES } from "../../../domain/execution/state/execution-state.ts";
import { type Answer, type Api, fresh, openApi } from "../kernel/resource.test-kit.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

/** A run with something in every part of its state. */
async function fullRun(): Promise<string> {
  const runId = fresh("run");
  await api.me.commit(
    { type: "run.create", runId, workflow: "build", context: { branch: "main" } },
    { type: "context.merge", runId, patch: { build: { number: 7 } } },
    { type: "scope.enter", runId, scopeId: "outer" },
    { type: "scope.enter", runId, scopeId: "inner", parentId: "outer" },
    { type: "token.add", runId, tokenId: "t1", token: { scopeId: "inner", value: { at: "lint" } } },
    { type: "token.add", runId, tokenId: "t2" },
    { type: "step.increment", runId, by: 3 },
    { type: "metadata.set", runId, metadata: { owner: "ci" } },
  );
  return runId;
}

const commit = (...mutations: object[]): Promise<Answer> => api.me.post("/commits", { mutations });
const faults = ({ body }: Answer) => body.errors.map(({ index, code }) => [index, code]);

test("a snapshot is the run's execution state, and nothing besides", async () => {
  const runId = await fullRun();
  const { status, body } = await api.me.get(`/runs/${runId}/snapshot`);
  expect(status).toBe(200);
  expect(body).toEqual({
    schemaVersion: 2,
    runId,
    version: 8,
    seq: await api.me.head(),
    status: "pending",
    context: { branch: "main", build: { number: 7 } },
    tokens: {
      t1: { scopeId: "inner", status: "active", value: { at: "lint" } },
      t2: { scopeId: null, status: "active", value: null },
    },
    scopes: { outer: { parentId: null, status: "active" }, inner: { parentId: "outer", status: "active" } },
    stepCount: 3,
    metadata: { owner: "ci" },
  });
});

test("restoring takes a snapshot unchanged and brings the state back; the version goes on", async () => {
  const runId = await fullRun();
  const { body: snapshot } = await api.me.get(`/runs/${runId}/snapshot`);
  await api.me.commit(
    { type: "scope.cancel", runId, scopeId: "outer" },
    { type: "context.set", runId, context: {} },
    { type: "run.transition", runId, to: "running" },
  );
  const restored = await api.me.post(`/runs/${runId}/restore`, { snapshot });
  expect(restored).toMatchObject({
    status: 200,
    body: { runId, status: "running", version: 12, receipt: { mutations: ["run.restore"] } },
  });
  const { body: now } = await api.me.get(`/runs/${runId}/snapshot`);
  expect(now).toEqual({
    ...snapshot,
    status: "running",
    version: 12,
    seq: await api.me.head(),
  });
  const again = await api.me.post(`/runs/${runId}/restore`, { snapshot: now });
  expect(again).toMatchObject({ status: 200, body: { version: 12 } });
});

test("a snapshot of version 1 is brought up to the current version on the way in", async () => {
  const runId = fresh("run");
  await api.me.commit({ type: "run.create", runId, workflow: "build", metadata: { gone: true } });
  const snapshot = {
    schemaVersion: 1,
    runId: "before-the-move",
    version: 4,
    seq: 99,
    status: "running",
    variables: { branch: "main" },
    tokens: [
      { tokenId: "t1", scopeId: "s1", value: 7 },
      { tokenId: "t2", cancelled: true },
    ],
    scopes: [{ scopeId: "s1" }, { scopeId: "s2", parentId: "s1", cancelled: true }],
    steps: 12,
  };
  expect((await api.me.post(`/runs/${runId}/restore`, { snapshot })).status).toBe(200);
  expect((await api.me.get(`/runs/${runId}/snapshot`)).body).toMatchObject({
    schemaVersion: 2,
    runId,
    version: 2,
    status: "pending",
    context: { branch: "main" },
    tokens: {
      t1: { scopeId: "s1", status: "active", value: 7 },
      t2: { scopeId: null, status: "cancelled", value: null },
    },
    scopes: { s1: { parentId: null, status: "active" }, s2: { parentId: "s1", status: "cancelled" } },
    stepCount: 12,
    metadata: {},
  });
});

test("a snapshot of a version to come is refused, naming what can be restored", async () => {
  const runId = await fullRun();
  const { body: snapshot } = await api.me.get(`/runs/${runId}/snapshot`);
  const answer = await api.me.post(`/runs/${runId}/restore`, { snapshot: { ...snapshot, schemaVersion: 3 } });
  expect(answer).toMatchObject({ status: 400, body: { code: "malformed" } });
  expect(answer.body.errors[0]?.message).toContain("restores snapshots of schemaVersion 1, 2; this is 3");
});

test("another tenant's run has no snapshot and cannot be restored; an unknown one neither", async () => {
  const runId = await fullRun();
  const { body: snapshot } = await api.me.get(`/runs/${runId}/snapshot`);
  for (const [caller, id] of [
    [api.stranger, runId],
    [api.me, "nobody"],
  ] as const) {
    expect(await caller.get(`/runs/${id}/snapshot`)).toMatchObject({ status: 404, body: { code: "not_found" } });
    expect(await caller.post(`/runs/${id}/restore`, { snapshot })).toMatchObject({ status: 404 });
    const stolen = await caller.post("/commits", { mutations: [{ type: "context.set", runId: id, context: {} }] });
    expect([stolen.status, faults(stolen)]).toEqual([422, [[0, "not_found"]]]);
  }
  expect((await api.me.get(`/runs/${runId}/snapshot`)).body).toEqual(snapshot);
});

test("a run that has ended is not restored, and says so with what it is", async () => {
  const runId = await fullRun();
  const { body: snapshot } = await api.me.get(`/runs/${runId}/snapshot`);
  await api.me.commit({ type: "run.transition", runId, to: "cancelled" });
  expect(await api.me.post(`/runs/${runId}/restore`, { snapshot })).toMatchObject({
    status: 409,
    body: { code: "run_is_final", row: { status: "cancelled" } },
  });
});

test("a snapshot read with minSeq is not older than the caller's own write", async () => {
  const runId = await fullRun();
  const receipt = await api.me.commit({ type: "step.increment", runId });
  const { status, body } = await api.me.get(`/runs/${runId}/snapshot?minSeq=${receipt.lastSeq}`);
  expect([status, body.stepCount]).toEqual([200, 4]);
  const early = await api.me.get(`/runs/${runId}/snapshot?minSeq=${Number(receipt.lastSeq) + 100}`);
  expect(early).toMatchObject({ status: 425, body: { code: "not_there_yet" } });
});

test.each([[[]], [null], ["text"], [7]])("a context of %j is malformed: it must be a map", async (context) => {
  const before = await api.me.head();
  const runId = await fullRun();
  const answer = await commit({ type: "context.set", runId, context });
  expect(answer).toMatchObject({
    status: 400,
    body: { errors: [{ index: 0, type: "context.set", path: "context", message: expect.stringContaining("map") }] },
  });
  expect(await api.me.head()).toBe(before + 8);
});

test("all faults of a commit are reported at once, and nothing of it happens", async () => {
  const runId = await fullRun();
  const { body: before } = await api.me.get(`/runs/${runId}/snapshot`);
  const head = await api.me.head();
  const answer = await commit(
    { type: "context.set", runId, context: { kept: false } },
    { type: "token.add", runId, tokenId: "t1" },
    { type: "token.remove", runId, tokenId: "t9" },
    { type: "scope.enter", runId, scopeId: "outer" },
    { type: "scope.exit", runId, scopeId: "nowhere" },
    { type: "scope.cancel", runId, scopeId: "nowhere" },
    { type: "token.add", runId, tokenId: "t3", token: { scopeId: "nowhere" } },
  );
  expect(answer.status).toBe(422);
  expect(faults(answer)).toEqual([
    [1, "already_exists"],
    [2, "not_found"],
    [3, "already_exists"],
    [4, "not_found"],
    [5, "not_found"],
    [6, "not_found"],
  ]);
  expect((await api.me.get(`/runs/${runId}/snapshot`)).body).toEqual(before);
  expect(await api.me.head()).toBe(head);
});

test("a commit that expects an older version is refused, and so is a later loser of a race", async () => {
  const runId = await fullRun();
  const race = ["a", "b"].map((owner) =>
    api.me.post("/commits", {
      mutations: [{ type: "metadata.set", runId, metadata: { owner } }],
      expect: { [runId]: 8 },
    }),
  );
  const answers = await Promise.all(race);
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
  expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({
    code: "stale_expectation",
    errors: [{ code: "stale_version", path: `expect.${runId}` }],
  });
});

test("a state larger than a run may have is refused with its size, whether it comes at once or bit by bit", async () => {
  const runId = await fullRun();
  const half = "x".repeat(MAX_STATE_BYTES / 2);
  await api.me.commit({ type: "context.set", runId, context: { half } });
  const answer = await commit({ type: "token.add", runId, tokenId: "large", token: { value: half } });
  expect([answer.status, faults(answer)]).toEqual([422, [[0, "state_too_large"]]]);
  expect(answer.body.errors[0]?.message).toContain(`a run has ${MAX_STATE_BYTES}`);
  expect((await commit({ type: "context.merge", runId, patch: { half: null, other: half } })).status).toBe(201);
  expect(await commit({ type: "context.set", runId, context: { more: half + half + half } })).toMatchObject({
    status: 413,
    body: { code: "body_too_large" },
  });
});

test("the largest state there can be is taken out and put back", async () => {
  const [from, to] = [fresh("run"), fresh("run")];
  const context = { text: "x".repeat(MAX_STATE_BYTES - 100) };
  await api.me.commit({ type: "run.create", runId: from, workflow: "w", context });
  await api.me.commit({ type: "run.create", runId: to, workflow: "w" });
  const { body: snapshot } = await api.me.get(`/runs/${from}/snapshot`);
  expect((await api.me.post(`/runs/${to}/restore`, { snapshot })).status).toBe(200);
  expect((await api.me.get(`/runs/${to}/snapshot`)).body.context).toEqual(context);
});

test("a large snapshot is put back by a client that escapes all but ASCII too", async () => {
  const runId = fresh("run");
  await api.me.commit({ type: "run.create", runId, workflow: "w", context: { text: "é".repeat(400_000) } });
  const { body: snapshot } = await api.me.get(`/runs/${runId}/snapshot`);
  await api.me.commit({ type: "context.set", runId, context: {} });
  const payload = JSON.stringify({ snapshot }).replaceAll("é", "\\u00e9");
  expect(payload.length).toBeGreaterThan(2_000_000);
  const headers = { authorization: `Bearer ${api.me.secret}`, "content-type": "application/json" };
  const url = `/api/v1/runs/${runId}/restore`;
  const answer = await api.t.app.inject({ method: "POST", url, headers, payload });
  expect([answer.statusCode, answer.json().context]).toEqual([200, snapshot.context]);
  const tooLarge = `{"snapshot":"${"x".repeat(4_194_304)}"}`;
  expect((await api.t.app.inject({ method: "POST", url, headers, payload: tooLarge })).statusCode).toBe(413);
});

test("what is no JSON value to keep is refused: a number without end, a depth without bottom, a prototype", async () => {
  const runId = await fullRun();
  const send = async (context: string) => {
    const payload = `{"mutations":[{"type":"context.set","runId":"${runId}","context":${context}}]}`;
    const headers = { authorization: `Bearer ${api.me.secret}`, "content-type": "application/json" };
    const answer = await api.t.app.inject({ method: "POST", url: "/api/v1/commits", headers, payload });
    return [answer.statusCode, answer.json().code];
  };
  expect(await send('{"a":1e999}')).toEqual([400, "malformed"]);
  expect(await send(`{"a":${"[".repeat(70)}${"]".repeat(70)}}`)).toEqual([400, "malformed"]);
  expect(await send('{"a":"\\u0000"}')).toEqual([400, "malformed"]);
  expect(await send('{"a":{"__proto__":{"admin":true}}}')).toEqual([400, expect.any(String)]);
  expect(await send('{"constructor":"built","toString":null}')).toEqual([201, undefined]);
});

test("a cancelled scope takes the jobs of its tokens with it, here as in the rows read", async () => {
  const runId = await fullRun();
  const [mine, other, after] = [fresh("job"), fresh("job"), fresh("job")];
  await api.me.commit(
    { type: "job.enqueue", jobId: mine, runId, tokenId: "t1" },
    { type: "job.enqueue", jobId: other, runId, tokenId: "t2" },
    { type: "job.enqueue", jobId: after, runId, dependsOn: [mine] },
  );
  await api.me.commit({ type: "scope.cancel", runId, scopeId: "outer", reason: "not needed" });
  const jobs = async (id: string) => (await api.me.get(`/jobs/${id}`)).body;
  expect(await jobs(mine)).toMatchObject({ status: "cancelled", reason: "scope_cancelled" });
  expect(await jobs(after)).toMatchObject({ status: "cancelled", reason: "dependency_failed" });
  expect(await jobs(other)).toMatchObject({ status: "queued" });
  expect((await api.me.get(`/runs/${runId}`)).body).toMatchObject({
    scopes: { outer: { status: "cancelled" }, inner: { status: "cancelled" } },
    tokens: { t1: { status: "cancelled" }, t2: { status: "active" } },
    jobCounts: { cancelled: 2, queued: 1 },
  });
});
