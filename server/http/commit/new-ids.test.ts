import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, openApi } from "../kernel/resource.test-kit.ts";

let api: Api;
let runId = "";
beforeAll(async () => {
  api = await openApi();
  runId = String((await api.me.post("/runs", { workflow: "w" })).body.runId);
});
afterAll(() => api.close());

const ULID = "[0-7][0-9a-hjkmnp-tv-z]{25}";

test.each([
  ["/runs", "run", { type: "run.create", workflow: "w" }],
  ["", "ws", { type: "workstream.create", title: "W" }],
  ["/jobs", "job", { type: "job.enqueue" }],
  ["/sessions", "ses", { type: "session.create", agentRole: "a" }],
  ["/tasks", "tsk", { type: "task.create", taskType: "t" }],
  ["/approvals", "apr", { type: "approval.request", title: "Go?" }],
])(
  "%s %s_…: the server makes what id is left out, once per Idempotency-Key",
  async (path, prefix, { type, ...fields }) => {
    const shape = new RegExp(`^${prefix}_${ULID}$`);
    const body = { ...fields, ...(prefix === "ws" || prefix === "job" ? { runId } : {}) };
    const headers = { "idempotency-key": `make ${prefix}` };
    const commit = () => api.me.post("/commits", { mutations: [{ type, ...body }] }, headers);
    const [first, again] = [await commit(), await commit()];
    const [made] = first.body.results as { id: string }[];
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(made?.id).toMatch(shape);
    expect(again.body.results).toEqual(first.body.results);
    if (path === "") return;
    const answer = await api.me.post(path, body, { "idempotency-key": `post ${prefix}` });
    const repeated = await api.me.post(path, body, { "idempotency-key": `post ${prefix}` });
    expect([answer.status, repeated.status]).toEqual([201, 200]);
    expect(answer.body.id).toMatch(shape);
    expect(repeated.body.id).toBe(answer.body.id);
    expect((answer.body.receipt as { results: { id: string }[] }).results[0]?.id).toBe(answer.body.id);
    expect((await api.me.get(`${path}/${answer.body.id}`)).body.id).toBe(answer.body.id);
    expect(String(answer.body.id) > String(made?.id)).toBe(true);
  },
);

test("made ids of one batch sort as its commits came", async () => {
  const answers = await Promise.all(Array.from({ length: 40 }, () => api.me.post("/runs", { workflow: "sorted" })));
  const listed = await api.me.get("/runs?workflow=sorted&limit=100&order=asc");
  const ids = answers.map(({ body }) => body.id);
  expect(new Set(ids).size).toBe(40);
  expect(listed.body.items.map(({ id }) => id)).toEqual([...ids].sort());
});

test("the status of a tenant, without an agent, is that of all its agents", async () => {
  await api.me.post("/tasks", { taskType: "t", fromAgent: "one", toAgent: "two", idempotencyKey: "k" });
  await api.me.post("/sessions", { agentRole: "three" });
  const { status, body } = await api.me.get("/status");
  const { tasks, sessions, approvals } = body as unknown as { [list: string]: { [field: string]: unknown }[] };
  expect([status, body.agent]).toEqual([200, null]);
  expect(tasks?.map(({ idempotencyKey }) => idempotencyKey)).toContain("k");
  expect(sessions?.map(({ agentRole }) => agentRole)).toEqual(expect.arrayContaining(["a", "three"]));
  expect(approvals?.length).toBeGreaterThan(0);
  const others = await api.stranger.get("/status");
  expect(others.body).toMatchObject({ agent: null, tasks: [], sessions: [], approvals: [], truncated: false });
});
