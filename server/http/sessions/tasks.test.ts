import { Registry } from "prom-client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createStore } from "../../store/index.ts";
import { commit } from "../../store/lane/lane.test-kit.ts";
import { type Answer, type Api, fresh, openApi } from "../kernel/resource.test-kit.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const facts = ({ status, body }: Answer) => [status, body.code];

test("a task is created, routed, run and completed, each answer with its ETag", async () => {
  const taskId = fresh("task");
  const created = await api.me.post("/tasks", { taskId, taskType: "review", fromAgent: "a", payload: { files: [1] } });
  expect(created).toMatchObject({
    status: 201,
    headers: { etag: '"1"' },
    body: { kind: "task", taskId, status: "pending", payload: { files: [1] }, toAgent: null },
  });
  const steps = [{ status: "routed", toAgent: "b" }, { status: "running" }, { status: "completed", result: [true] }];
  for (const [i, step] of steps.entries()) {
    const moved = await api.me.patch(`/tasks/${taskId}`, step, { "if-match": `"${i + 1}"` });
    expect([moved.status, moved.headers.etag, moved.body.status]).toEqual([200, `"${i + 2}"`, step.status]);
  }
  const one = await api.me.get(`/tasks/${taskId}`);
  expect(one).toMatchObject({ headers: { etag: '"4"' }, body: { toAgent: "b", result: [true], status: "completed" } });
  const over = await api.me.patch(`/tasks/${taskId}`, { status: "running" });
  expect(over).toMatchObject({ status: 409, body: { code: "illegal_transition", legal: [] } });
  expect(facts(await api.me.patch(`/tasks/${taskId}`, { status: "running" }, { "if-match": '"1"' }))).toEqual([
    412,
    "stale_version",
  ]);
});

test("a duplicate answers 200 with the first row and changes nothing, also when both come at once", async () => {
  const idempotencyKey = fresh("key");
  const [first, second] = [fresh("task"), fresh("task")];
  const ask = (taskId: string, payload: number) =>
    api.me.post("/tasks", { taskId, taskType: "x", idempotencyKey, payload });
  expect((await ask(first, 1)).status).toBe(201);
  const before = await api.me.head();
  const again = await ask(second, 2);
  expect(again).toMatchObject({ status: 200, headers: { etag: '"1"' }, body: { taskId: first, payload: 1 } });
  expect(await api.me.head()).toBe(before);
  expect((await api.me.get(`/tasks/${second}`)).status).toBe(404);

  const key = fresh("key");
  const answers = await Promise.all(
    Array.from({ length: 20 }, () =>
      api.me.post("/tasks", { taskId: fresh("race"), taskType: "x", idempotencyKey: key }),
    ),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array(19).fill(200), 201]);
  expect(new Set(answers.map(({ body }) => body.taskId)).size).toBe(1);
  const listed = await api.me.get(`/tasks?idempotencyKey=${key}`);
  expect(listed.body).toMatchObject({ total: 1, items: [{ taskId: answers[0]?.body.taskId }] });
});

test("keys belong to a tenant", async () => {
  const idempotencyKey = fresh("key");
  const [mine, theirs] = [fresh("task"), fresh("task")];
  await api.me.post("/tasks", { taskId: mine, taskType: "x", idempotencyKey });
  const answer = await api.stranger.post("/tasks", { taskId: theirs, taskType: "x", idempotencyKey });
  expect([answer.status, answer.body.taskId]).toEqual([201, theirs]);
  expect(facts(await api.stranger.get(`/tasks/${mine}`))).toEqual([404, "not_found"]);
  expect(facts(await api.stranger.patch(`/tasks/${mine}`, { status: "routed" }))).toEqual([404, "not_found"]);
});

test("a key whose time is up may name the next task, also on a server that has never seen it", async () => {
  const { pool } = api.t.database;
  const open = () => createStore({ pool, registry: new Registry(), idempotencyTtlSeconds: 1 });
  const [one, two] = [open(), open()];
  const create = async (store: typeof one, taskId: string) => {
    const task = { type: "task.create" as const, taskId, taskType: "x", idempotencyKey: "brief" };
    const { receipt } = await commit(store, [task], {}, "default");
    return { id: (receipt.results[0] as { id: string }).id, at: Date.parse(receipt.committedAt) };
  };
  const where = { tenantId: "default", id: "brief" };
  const first = await create(one, "brief-0");
  const { expiresAt } = await api.t.deps.prisma.taskKey.findFirstOrThrow({ where });
  expect(expiresAt.getTime()).toBe(first.at + 1000);
  // From the first moment to the one that the key is over, and not one longer, it is the first task
  // that is answered.
  for (let n = 1, over = false; !over; n += 1) {
    const { id, at } = await create(n % 2 ? two : one, `brief-${n}`);
    over = at >= expiresAt.getTime();
    expect(id).toBe(over ? `brief-${n}` : "brief-0");
  }
  const renewed = await api.t.deps.prisma.taskKey.findFirstOrThrow({ where });
  expect(renewed.expiresAt.getTime()).toBeGreaterThan(expiresAt.getTime());
  await one.close();
  await two.close();
});

test("what is wrong is 400, what is unknown 404, what is taken 409", async () => {
  const taskId = fresh("task");
  await api.me.post("/tasks", { taskId, taskType: "x" });
  for (const body of [
    {},
    { status: "lost" },
    { status: "running", toAgent: "b" },
    { toAgent: "b" },
    { status: "routed", toAgent: 7 },
    { status: "failed", error: 7 },
    { status: "routed", taskType: "y" },
    "text",
  ]) {
    expect(facts(await api.me.patch(`/tasks/${taskId}`, body))).toEqual([400, "malformed"]);
  }
  for (const body of [
    {},
    { taskId },
    { taskId: "x", taskType: "y", idempotencyKey: "" },
    { taskId: "/", taskType: "" },
  ])
    expect(facts(await api.me.post("/tasks", body))).toEqual([400, "malformed"]);
  expect(facts(await api.me.post("/tasks", { taskId, taskType: "x" }))).toEqual([409, "already_exists"]);
  expect(facts(await api.me.get("/tasks/nobody"))).toEqual([404, "not_found"]);
  expect(facts(await api.me.patch("/tasks/nobody", { status: "routed" }))).toEqual([404, "not_found"]);
});

test("tasks are filtered by status, type and agent, whether it sends or gets them", async () => {
  const [agent, taskType] = [fresh("agent"), fresh("type")];
  const made: string[] = [];
  for (const more of [{ toAgent: agent }, { fromAgent: agent }, { toAgent: "somebody" }]) {
    const taskId = fresh("task");
    made.push(taskId);
    await api.me.post("/tasks", { taskId, taskType, ...more });
  }
  await api.me.patch(`/tasks/${made[0]}`, { status: "cancelled" });
  const ids = async (query: string) => (await api.me.get(`/tasks?${query}`)).body.items.map(({ id }) => id);
  expect(await ids(`agent=${agent}`)).toEqual([made[1], made[0]]);
  expect(await ids(`agent=${agent}&status=pending`)).toEqual([made[1]]);
  expect(await ids(`taskType=${taskType}`)).toEqual([made[2], made[1], made[0]]);
});
