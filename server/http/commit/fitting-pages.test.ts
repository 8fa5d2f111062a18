import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, allPages, fresh, openApi } from "../kernel/resource.test-kit.ts";

/** Rows of almost a megabyte each: more in all than one answer may have. */
const ROWS = 30;
const LARGE = "x".repeat(900_000);

let api: Api;
const jobs: string[] = [];
const tasks: string[] = [];
let before = 0;
beforeAll(async () => {
  api = await openApi();
  const runId = fresh("run");
  await api.me.commit({ type: "run.create", runId, workflow: "w" });
  before = await api.me.head();
  for (let n = 0; n < ROWS; n += 1) {
    const [jobId, taskId] = [fresh("job"), fresh("task")];
    await api.me.commit({ type: "job.enqueue", jobId, runId, input: LARGE });
    await api.me.commit({ type: "task.create", taskId, taskType: "t", toAgent: "a", payload: { LARGE } });
    jobs.unshift(jobId);
    tasks.unshift(taskId);
  }
}, 60_000);
afterAll(() => api.close());

const ids = (items: { id: string }[]) => items.map(({ id }) => id);

test("a page of a list ends where it would be too large, and the next goes on there", async () => {
  const first = await api.me.get("/jobs?limit=100");
  expect(first.status).toBe(200);
  expect(first.body.items.length).toBeLessThan(ROWS);
  expect(first.body.nextCursor).not.toBeNull();
  const all = await allPages(api.me, "/jobs", 100);
  expect(ids(all)).toEqual(jobs);
  expect(all.every((job) => job.input === LARGE)).toBe(true);
});

test("a list without what is large has all its rows at once", async () => {
  const { status, body } = await api.me.get("/jobs?limit=100&large=omit");
  expect(status).toBe(200);
  expect(ids(body.items)).toEqual(jobs);
  expect(body.items.every((job) => (job.omitted as string[]).includes("input"))).toBe(true);
  expect(body.nextCursor).toBeNull();
});

test("a page by its number is refused when it is too large, and whole without what is large", async () => {
  const refused = await api.me.get("/tasks?page=1&pageSize=100");
  expect(refused).toMatchObject({ status: 422, body: { code: "answer_too_large" } });
  const { status, body } = await api.me.get("/tasks?page=1&pageSize=25&large=omit");
  expect(status).toBe(200);
  expect(ids(body.items)).toEqual(tasks.slice(0, 25));
  expect(body).toMatchObject({ total: ROWS, page: 1, pageSize: 25 });
  const second = await api.me.get("/tasks?page=2&pageSize=25&large=omit");
  expect(ids(second.body.items)).toEqual(tasks.slice(25));
  expect(second.body).toMatchObject({ page: 2, pageSize: 25, nextCursor: null });
});

test.each(["", "&order=desc"])("the log is read in pages that fit%s", async (order) => {
  const found = await allPages(api.me, `/events?after=${before}${order}`, 1_000);
  expect(found).toHaveLength(2 * ROWS);
});

test("other faults of a list stay what they are", async () => {
  expect((await api.me.get("/jobs?limit=0")).status).toBe(400);
  expect((await api.me.get("/jobs?cursor=x")).status).toBe(400);
});
