import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ClientMutationInput } from "../../../domain/commit/mutations.ts";
import { type Api, allPages, fresh, openApi, type Row } from "./resource.test-kit.ts";

let api: Api;
const ROWS = 23;

const makers: { [list: string]: (id: string, i: number) => ClientMutationInput } = {
  sessions: (sessionId, i) => ({ type: "session.create", sessionId, agentRole: `role-${i % 2}` }),
  tasks: (taskId, i) => ({ type: "task.create", taskId, taskType: "x", toAgent: `agent-${i % 2}` }),
  approvals: (approvalId) => ({ type: "approval.request", approvalId, title: "T" }),
};

beforeAll(async () => {
  api = await openApi();
  for (const [list, make] of Object.entries(makers)) {
    // Some in one commit, so that they share their millisecond, some alone.
    await api.me.commit(...Array.from({ length: 15 }, (_, i) => make(`${list}-${i}`, i)));
    for (let i = 15; i < ROWS; i += 1) await api.me.commit(make(`${list}-${i}`, i));
  }
  await api.me.commit(
    ...[3, 4, 20].map((i) => ({ type: "approval.reject" as const, approvalId: `approvals-${i}` })),
    ...[3, 4, 20].map((i) => ({
      type: "session.transition" as const,
      sessionId: `sessions-${i}`,
      to: "active" as const,
    })),
  );
});
afterAll(() => api.close());

const LISTS = [
  ["/sessions", ROWS],
  ["/sessions?agentRole=role-1", 11],
  ["/sessions?view=active", 3],
  ["/tasks", ROWS],
  ["/tasks?agent=agent-0", 12],
  ["/approvals", ROWS],
  ["/approvals?view=pending", ROWS - 3],
] as const;

const and = (path: string, query: string) => `${path}${path.includes("?") ? "&" : "?"}${query}`;
const ids = (rows: Row[]) => rows.map(({ id }) => id);

test.each(LISTS)(
  "pages of GET %s, numbered or by cursor, of any size, put together are the whole list, every row once",
  async (path, total) => {
    const whole = ids(await allPages(api.me, path, 100));
    expect(new Set(whole).size).toBe(total);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 30 }), async (pageSize) => {
        const pages = Math.ceil(total / pageSize);
        const seen: string[] = [];
        for (let page = 1; page <= pages + 1; page += 1) {
          const { status, body } = await api.me.get(and(path, `page=${page}&pageSize=${pageSize}`));
          expect([status, body.total, body.page, body.pageSize]).toEqual([200, total, page, pageSize]);
          expect(body.items.length).toBe(Math.max(0, Math.min(pageSize, total - (page - 1) * pageSize)));
          expect(body.nextCursor === null).toBe(page >= pages);
          seen.push(...ids(body.items));
        }
        expect(seen).toEqual(whole);
        expect(ids(await allPages(api.me, path, pageSize))).toEqual(whole);
      }),
      { numRuns: 5 },
    );
  },
);

test.each(Object.keys(makers))("a page of GET /%s has 20 rows when nothing is said, 100 at most", async (list) => {
  const { body } = await api.me.get(`/${list}`);
  expect([body.items.length, body.total, typeof body.nextCursor]).toEqual([20, ROWS, "string"]);
  expect([body.page, body.pageSize]).toEqual([undefined, undefined]);
  const second = await api.me.get(`/${list}?page=2`);
  expect([second.body.items.length, second.body.page, second.body.pageSize]).toEqual([ROWS - 20, 2, 20]);
  const behind = await api.me.get(`/${list}?cursor=${body.nextCursor}`);
  expect(ids(behind.body.items)).toEqual(ids(second.body.items));
  expect(behind.body.total).toBeUndefined();
  expect((await api.me.get(`/${list}?pageSize=5`)).body).toMatchObject({ page: 1, pageSize: 5, total: ROWS });
});

test.each([
  "page=0",
  "page=-1",
  "page=1.5",
  "page=x",
  "page=99999999999",
  "pageSize=0",
  "pageSize=101",
  "limit=101",
  "limit=0",
  "cursor=e30",
  "page=1&limit=5",
  "pageSize=5&cursor=e30",
])("GET /sessions?%s is malformed", async (query) => {
  expect(await api.me.get(`/sessions?${query}`)).toMatchObject({ status: 400, body: { code: "malformed" } });
});

test.each(Object.entries(makers))(
  "paging by cursor through GET /%s shows every row that was there, once, while others are added",
  async (list, make) => {
    const before = ids(await allPages(api.me, `/${list}`, 100));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 9 }), async (limit) => {
        const seen: string[] = [];
        let cursor: string | null = null;
        do {
          const more: string = cursor === null ? "" : `&cursor=${cursor}`;
          const { body } = await api.me.get(`/${list}?limit=${limit}${more}`);
          seen.push(...ids(body.items));
          cursor = body.nextCursor;
          await api.me.commit(make(fresh("added"), 0));
        } while (cursor !== null);
        expect(new Set(seen).size).toBe(seen.length);
        const there = new Set(before);
        expect(seen.filter((id) => there.has(id))).toEqual(before);
      }),
      { numRuns: 2 },
    );
  },
);

test("a page and its total are of one moment, while rows are added", async () => {
  let over = false;
  const adding = (async () => {
    for (let i = 0; i < 40; i += 1)
      await api.me.commit({ type: "session.create", sessionId: fresh("one"), agentRole: "grows" });
    over = true;
  })();
  while (!over) {
    const { body } = await api.me.get("/sessions?agentRole=grows&pageSize=100");
    expect(body.items.length).toBe(body.total);
  }
  await adding;
});
