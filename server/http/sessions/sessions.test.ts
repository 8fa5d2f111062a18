import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answer, type Api, fresh, openApi } from "../kernel/resource.test-kit.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

async function opened(more: object = {}): Promise<string> {
  const sessionId = fresh("session");
  const { status } = await api.me.post("/sessions", { sessionId, agentRole: "coder", ...more });
  expect(status).toBe(201);
  return sessionId;
}
const read = (sessionId: string) => api.me.get(`/sessions/${sessionId}`);
const facts = ({ status, body }: Answer) => [status, body.code];

test("a session is created, read and updated, each answer with its ETag and its receipt", async () => {
  const sessionId = fresh("session");
  const created = await api.me.post("/sessions", { sessionId, agentRole: "coder", metadata: { a: { b: 1 } } });
  expect(created).toMatchObject({
    status: 201,
    headers: { etag: '"1"' },
    body: {
      kind: "session",
      sessionId,
      agentRole: "coder",
      status: "pending",
      version: 1,
      receipt: { lastSeq: expect.any(Number) },
    },
  });
  const one = await read(sessionId);
  expect([one.status, one.headers.etag, one.body.metadata]).toEqual([200, '"1"', { a: { b: 1 } }]);

  const patched = await api.me.patch(`/sessions/${sessionId}`, { status: "active", metadata: { a: { c: 2 } } });
  expect(patched).toMatchObject({
    status: 200,
    headers: { etag: '"2"' },
    body: { status: "active", metadata: { a: { b: 1, c: 2 } }, version: 2 },
  });
  expect((patched.body.receipt as { mutations: string[] }).mutations).toEqual(["session.update", "session.transition"]);
  // PUT is its alias.
  const put = await api.me.put(`/sessions/${sessionId}`, { metadata: { a: null } });
  expect([put.status, put.body.metadata, put.headers.etag]).toEqual([200, {}, '"3"']);
  // An empty one changes nothing.
  const empty = await api.me.patch(`/sessions/${sessionId}`, {});
  expect([empty.status, empty.headers.etag]).toEqual([200, '"3"']);
});

test("what is not legal is refused as a conflict that says what is, and the whole request with it", async () => {
  const sessionId = await opened();
  const refused = await api.me.patch(`/sessions/${sessionId}`, { status: "completed", metadata: { a: 1 } });
  expect(refused).toMatchObject({
    status: 409,
    body: { code: "illegal_transition", legal: ["active", "expired"], row: { status: "pending", metadata: {} } },
  });
  expect(refused.body.detail).toContain("legal: active, expired");
  await api.me.patch(`/sessions/${sessionId}`, { status: "expired" });
  const over = await api.me.patch(`/sessions/${sessionId}`, { status: "active" });
  expect(over).toMatchObject({ status: 409, body: { legal: [] } });
});

test("what is wrong is 400 with every fault, what is unknown 404, what is there already 409", async () => {
  const sessionId = await opened();
  const path = `/sessions/${sessionId}`;
  for (const body of [
    { status: "asleep" },
    { metadata: [] },
    { metadata: "x" },
    { metadata: null },
    { taskId: "no id" },
    { taskId: 7 },
    { agentRole: "other" },
    { metadata: { a: "\0" } },
    [],
  ]) {
    expect(facts(await api.me.patch(path, body))).toEqual([400, "malformed"]);
  }
  const both = await api.me.patch(path, { status: 1, metadata: 2 });
  expect(both.body.errors.map(({ path: where }) => where).sort()).toEqual(["metadata", "status"]);
  for (const body of [{}, { sessionId: "x" }, { sessionId: "a b", agentRole: "r" }, { sessionId: "x", agentRole: 1 }]) {
    expect(facts(await api.me.post("/sessions", body))).toEqual([400, "malformed"]);
  }
  expect(facts(await read("nobody"))).toEqual([404, "not_found"]);
  expect(facts(await api.me.patch("/sessions/nobody", { status: "active" }, { "if-match": '"1"' }))).toEqual([
    404,
    "not_found",
  ]);
  expect(facts(await api.me.post("/sessions", { sessionId, agentRole: "r" }))).toEqual([409, "already_exists"]);
  expect(facts(await api.me.patch(path, { taskId: "nobody" }))).toEqual([422, "commit_refused"]);
  expect((await read(sessionId)).headers.etag).toBe('"1"');
});

test("what is too large is refused, in one request or by many", async () => {
  const sessionId = await opened();
  const huge = await api.me.patch(`/sessions/${sessionId}`, { metadata: { a: "x".repeat(1_100_000) } });
  expect(facts(huge)).toEqual([413, "body_too_large"]);
  const large = "x".repeat(700_000);
  expect((await api.me.patch(`/sessions/${sessionId}`, { metadata: { a: large } })).status).toBe(200);
  const more = await api.me.patch(`/sessions/${sessionId}`, { metadata: { b: large } });
  expect([more.status, more.body.errors[0]?.code]).toEqual([422, "state_too_large"]);
});

test("another tenant's session is unknown, to read, to change and to list", async () => {
  const sessionId = await opened();
  expect(facts(await api.stranger.get(`/sessions/${sessionId}`))).toEqual([404, "not_found"]);
  expect(facts(await api.stranger.patch(`/sessions/${sessionId}`, { status: "active" }))).toEqual([404, "not_found"]);
  expect((await api.stranger.get("/sessions")).body).toMatchObject({ items: [], total: 0 });
});

describe("If-Match", () => {
  test("a stale one is refused with the row as it now is, the right one passes, also among others", async () => {
    const sessionId = await opened();
    const path = `/sessions/${sessionId}`;
    await api.me.patch(path, { metadata: { n: 1 } });
    const stale = await api.me.patch(path, { metadata: { n: 2 } }, { "if-match": '"1"' });
    expect(stale).toMatchObject({
      status: 412,
      headers: { etag: '"2"' },
      body: { code: "stale_version", row: { version: 2, metadata: { n: 1 } } },
    });
    for (const [header, status] of [
      ['"2"', 200],
      ['W/"3"', 200],
      ['"1", "4"', 200],
      ["5", 200],
      ["*", 200],
      ['"none-of-ours"', 412],
      ['"1"', 412],
      ['"unclosed', 400],
      ["x", 400],
    ] as const) {
      const n = fresh("n");
      expect([header, (await api.me.patch(path, { metadata: { n } }, { "if-match": header })).status]).toEqual([
        header,
        status,
      ]);
    }
    expect((await read(sessionId)).headers.etag).toBe('"7"');
  });

  test("a stale version is refused before an illegal move, also for a request that would change nothing", async () => {
    const sessionId = await opened();
    await api.me.patch(`/sessions/${sessionId}`, { status: "active" });
    for (const body of [{ status: "pending" }, {}]) {
      expect((await api.me.patch(`/sessions/${sessionId}`, body, { "if-match": '"1"' })).status).toBe(412);
    }
  });

  test("of any number of updates at the same version one wins, the others are refused, none is lost", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 16 }), async (writers) => {
        const sessionId = await opened();
        const path = `/sessions/${sessionId}`;
        const race = (round: number, etag: string) =>
          Promise.all(
            Array.from({ length: writers }, (_, i) =>
              api.me.patch(path, { metadata: { [`w${round}-${i}`]: true } }, { "if-match": etag }),
            ),
          );
        const won: string[] = [];
        for (let round = 1; round <= 3; round += 1) {
          const answers = await race(round, `"${round}"`);
          expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(writers - 1).fill(412)]);
          const winner = answers.find(({ status }) => status === 200);
          won.push(`w${round}-${answers.indexOf(winner as Answer)}`);
        }
        const { body } = await read(sessionId);
        expect(Object.keys(body.metadata as object).sort()).toEqual(won.sort());
        expect(body.version).toBe(4);
      }),
      { numRuns: 4 },
    );
  });

  test("callers that were refused try again from the new row: every update arrives, each once", async () => {
    const sessionId = await opened({ metadata: { count: 0 } });
    const path = `/sessions/${sessionId}`;
    const increment = async () => {
      for (;;) {
        const { body, headers } = await api.me.get(path);
        const count = (body.metadata as { count: number }).count + 1;
        const answer = await api.me.patch(path, { metadata: { count } }, { "if-match": String(headers.etag) });
        if (answer.status === 200) return;
        expect(answer.status).toBe(412);
      }
    };
    await Promise.all(Array.from({ length: 12 }, increment));
    expect((await read(sessionId)).body).toMatchObject({ metadata: { count: 12 }, version: 13 });
  });

  test("updates without one are all applied, in the order of the log", async () => {
    const sessionId = await opened();
    const keys = Array.from({ length: 20 }, (_, i) => `k${i}`);
    const answers = await Promise.all(
      keys.map((key) => api.me.patch(`/sessions/${sessionId}`, { metadata: { [key]: true } })),
    );
    const versions = answers.map(
      ({ body }) => (body.receipt as { results: { version: number }[] }).results[0]?.version,
    );
    expect(versions.sort((a = 0, b = 0) => a - b)).toEqual(keys.map((_, i) => i + 2));
    expect(Object.keys((await read(sessionId)).body.metadata as object).sort()).toEqual(keys.sort());
  });

  test("a repeated request gets its first answer, though the version has moved on by it", async () => {
    const sessionId = await opened();
    const headers = { "if-match": '"1"', "idempotency-key": fresh("key") };
    const ask = () => api.me.patch(`/sessions/${sessionId}`, { metadata: { a: 1 } }, headers);
    const [first, again] = [await ask(), await ask()];
    expect([first.status, again.status, again.headers["idempotency-replayed"]]).toEqual([200, 200, "true"]);
    expect(again.body.receipt).toEqual(first.body.receipt);
  });
});

test("active sessions are a view; sessions are filtered by status, role and task", async () => {
  const [role, taskId] = [fresh("role"), fresh("task")];
  await api.me.post("/tasks", { taskId, taskType: "x" });
  const [a, b, c] = [
    await opened({ agentRole: role }),
    await opened({ agentRole: role, taskId }),
    await opened({ agentRole: role }),
  ];
  await api.me.patch(`/sessions/${b}`, { status: "active" });
  await api.me.patch(`/sessions/${c}`, { status: "expired" });
  const ids = async (query: string) =>
    (await api.me.get(`/sessions?agentRole=${role}&${query}`)).body.items.map(({ id }) => id);
  expect(await ids("view=active")).toEqual([b]);
  expect(await ids("status=active")).toEqual([b]);
  expect(await ids("status=pending,expired")).toEqual([c, a]);
  expect(await ids("view=active&status=pending")).toEqual([]);
  expect(await ids(`taskId=${taskId}`)).toEqual([b]);
  for (const query of ["view=all", "status=asleep", "role=x"]) {
    expect((await api.me.get(`/sessions?${query}`)).status).toBe(400);
  }
});

test("a move is named by the row's word, `status`, or by the mutation's, `to`; not by both with different things", async () => {
  const sessionId = await opened();
  expect(await api.me.patch(`/sessions/${sessionId}`, { to: "active" })).toMatchObject({
    status: 200,
    body: { status: "active" },
  });
  const torn = await api.me.patch(`/sessions/${sessionId}`, { status: "completed", to: "failed" });
  expect(torn).toMatchObject({ status: 400, body: { code: "malformed", errors: [{ path: "to" }] } });
  expect((await read(sessionId)).body.status).toBe("active");

  const taskId = fresh("task");
  await api.me.post("/tasks", { taskId, taskType: "x" });
  expect((await api.me.patch(`/tasks/${taskId}`, { to: "routed" })).body.status).toBe("routed");
  expect(await api.me.patch(`/tasks/${taskId}`, { result: 1 })).toMatchObject({
    status: 400,
    body: { errors: [{ path: "to" }] },
  });
});
