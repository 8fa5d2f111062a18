import { afterAll, beforeAll, expect, test } from "vitest";
import { mintApiKey } from "../auth/api-keys.ts";
import { type Answer, type Api, fresh, openApi } from "../kernel/resource.test-kit.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const facts = ({ status, body }: Answer) => [status, body.code];

async function asked(more: object = {}): Promise<string> {
  const approvalId = fresh("approval");
  const { status } = await api.me.post("/approvals", { approvalId, title: "Deploy?", ...more });
  expect(status).toBe(201);
  return approvalId;
}

/** A key of the same tenant: another person. */
async function person(name: string) {
  const { secret } = await mintApiKey(api.t.deps.prisma, { tenantId: "default", name });
  return async (path: string, body: object = {}, headers: { [name: string]: string } = {}): Promise<Answer> =>
    api.me.post(path, body, { authorization: `Bearer ${secret}`, ...headers });
}

test("an approval is asked for, approved with a comment and consumed", async () => {
  const approvalId = await asked({ detail: "version 2", payload: { version: 2 } });
  const pending = await api.me.get(`/approvals/${approvalId}`);
  expect(pending).toMatchObject({
    status: 200,
    headers: { etag: '"1"' },
    body: { kind: "approval", status: "pending", requestedBy: "key:tests", options: ["approve", "reject"] },
  });
  const approved = await api.me.post(`/approvals/${approvalId}/approve`, { comment: "go" });
  expect(approved).toMatchObject({
    status: 200,
    headers: { etag: '"2"' },
    body: { status: "approved", decidedBy: "key:tests", comment: "go" },
  });
  const consumed = await api.me.post(`/approvals/${approvalId}/consume`);
  expect(consumed).toMatchObject({ status: 200, body: { consumedBy: "key:tests", consumedAt: expect.any(String) } });
});

test("a second decision gets what was decided, and by whom", async () => {
  const approvalId = await asked();
  await (await person("ada"))(`/approvals/${approvalId}/reject`, { comment: "no" });
  const late = await api.me.post(`/approvals/${approvalId}/approve`);
  expect(late).toMatchObject({
    status: 409,
    body: { code: "illegal_transition", legal: [], row: { status: "rejected", decidedBy: "key:ada", comment: "no" } },
  });
  expect(facts(await api.me.post(`/approvals/${approvalId}/consume`))).toEqual([409, "illegal_transition"]);
});

test("of twenty who consume at once one succeeds", async () => {
  const approvalId = await asked();
  await api.me.post(`/approvals/${approvalId}/approve`);
  const answers = await Promise.all(Array.from({ length: 20 }, () => api.me.post(`/approvals/${approvalId}/consume`)));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(409)]);
  expect(new Set(answers.filter(({ status }) => status === 409).map(({ body }) => body.code))).toEqual(
    new Set(["already_consumed"]),
  );
  const events = await api.me.get(`/events?subject=approval:${approvalId}&type=approval.consumed`);
  expect(events.body.items).toHaveLength(1);
});

test("of many that approve and reject at once the first decides", async () => {
  for (let round = 0; round < 5; round += 1) {
    const approvalId = await asked();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) => api.me.post(`/approvals/${approvalId}/${i % 2 ? "approve" : "reject"}`)),
    );
    const decided = answers.filter(({ status }) => status === 200);
    expect(decided).toHaveLength(1);
    expect((await api.me.get(`/approvals/${approvalId}`)).body.status).toBe(decided[0]?.body.status);
  }
});

test("the two-person rule takes two different keys, and no more than their own word", async () => {
  const approvalId = await asked({ requiredApprovals: 2 });
  const [ada, bob] = [await person("ada-2"), await person("bob-2")];
  const approve = `/approvals/${approvalId}/approve`;
  expect(await ada(approve)).toMatchObject({ status: 200, body: { status: "pending", decidedAt: null } });
  expect(facts(await ada(approve))).toEqual([409, "already_decided"]);
  // What bob has seen is what he approves.
  expect(facts(await bob(approve, {}, { "if-match": '"1"' }))).toEqual([412, "stale_version"]);
  expect(await bob(approve, {}, { "if-match": '"2"' })).toMatchObject({
    status: 200,
    body: { status: "approved", decisions: [{ by: "key:ada-2" }, { by: "key:bob-2" }] },
  });
});

test("an edit is taken where it is an option", async () => {
  const [plain, open] = [await asked(), await asked({ options: ["approve", "edit"], payload: { to: "all" } })];
  const edit = { edit: { to: "beta" } };
  const refused = await api.me.post(`/approvals/${plain}/approve`, edit);
  expect([refused.status, refused.body.errors[0]?.code]).toEqual([422, "not_permitted"]);
  expect(await api.me.post(`/approvals/${open}/approve`, edit)).toMatchObject({
    status: 200,
    body: { status: "approved", payload: { to: "all" }, edit: { to: "beta" } },
  });
  expect((await api.me.post(`/approvals/${await asked({ options: ["approve"] })}/reject`)).status).toBe(422);
});

test("a time that has passed is refused", async () => {
  const body = { approvalId: fresh("approval"), title: "T", expiresAt: "2020-01-01T00:00:00Z" };
  const refused = await api.me.post("/approvals", body);
  expect([refused.status, refused.body.errors[0]?.code]).toEqual([422, "not_permitted"]);
});

test("what is wrong is 400, what is unknown 404, another tenant's too", async () => {
  const approvalId = await asked();
  for (const body of [
    {},
    { approvalId: "x" },
    { approvalId: "x", title: "" },
    { approvalId: "x", title: "T", requiredApprovals: 0 },
    { approvalId: "x", title: "T", requiredApprovals: 1.5 },
    { approvalId: "x", title: "T", options: ["perhaps"] },
    { approvalId: "x", title: "T", expiresAt: "tomorrow" },
    { approvalId: "x", title: "T", status: "approved" },
  ]) {
    expect(facts(await api.me.post("/approvals", body))).toEqual([400, "malformed"]);
  }
  for (const reference of [{ runId: "none" }, { jobId: "none" }, { taskId: "none" }]) {
    const refused = await api.me.post("/approvals", { approvalId: fresh("approval"), title: "T", ...reference });
    expect([refused.status, refused.body.errors[0]?.code]).toEqual([422, "not_found"]);
  }
  for (const caller of [api.me, api.stranger]) {
    const id = caller === api.me ? "nobody" : approvalId;
    expect(facts(await caller.get(`/approvals/${id}`))).toEqual([404, "not_found"]);
    for (const verb of ["approve", "reject", "consume"])
      expect(facts(await caller.post(`/approvals/${id}/${verb}`))).toEqual([404, "not_found"]);
  }
  expect((await api.stranger.get("/approvals")).body).toMatchObject({ items: [], total: 0 });
});

test("pending approvals are a view; approvals are filtered by run, job, task and status", async () => {
  const [runId, jobId, taskId] = [fresh("run"), fresh("job"), fresh("task")];
  await api.me.commit(
    { type: "run.create", runId, workflow: "w" },
    { type: "job.enqueue", jobId, runId },
    { type: "task.create", taskId, taskType: "x" },
  );
  const [a, b, c] = [await asked({ runId }), await asked({ jobId }), await asked({ runId, taskId })];
  await api.me.post(`/approvals/${a}/approve`);
  const ids = async (query: string) => (await api.me.get(`/approvals?${query}`)).body.items.map(({ id }) => id);
  expect(await ids(`runId=${runId}`)).toEqual([c, b, a]);
  expect(await ids(`run=${runId}&view=pending`)).toEqual([c, b]);
  expect(await ids(`runId=${runId}&status=approved,rejected`)).toEqual([a]);
  expect(await ids(`jobId=${jobId}`)).toEqual([b]);
  expect(await ids(`taskId=${taskId}`)).toEqual([c]);
  expect((await api.me.get("/approvals?view=all")).status).toBe(400);
});

test("a pending approval in the list brings the task that it is for; a settled one does not", async () => {
  const taskId = fresh("task");
  await api.me.post("/tasks", { taskId, taskType: "deploy" });
  const [pending, settled] = [await asked({ taskId }), await asked({ taskId })];
  await api.me.post(`/approvals/${settled}/approve`);
  const { items } = (await api.me.get(`/approvals?taskId=${taskId}`)).body;
  const { body: task } = await api.me.get(`/tasks/${taskId}`);
  expect(items.map(({ id, task }) => [id, task])).toEqual([
    [settled, undefined],
    [pending, task],
  ]);
  const alone = await asked();
  const listed = (await api.me.get("/approvals?view=pending&pageSize=1")).body.items;
  expect(listed).toMatchObject([{ id: alone, task: null }]);
});
