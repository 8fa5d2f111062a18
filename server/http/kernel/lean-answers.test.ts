import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestApp, type TestApp } from "../test-app.ts";

const LARGE = { text: "x".repeat(900_000) };
let t: TestApp;

beforeAll(async () => {
  t = await createTestApp();
  await commit({ type: "run.create", runId: "r", workflow: "w", metadata: { note: "y".repeat(20_000) } });
  await commit(
    { type: "job.enqueue", jobId: "j", runId: "r", input: { small: 1 } },
    { type: "job.start", jobId: "j", agentKey: "a" },
  );
  await commit({ type: "job.complete", jobId: "j", result: { output: LARGE.text, files: ["a.ts"] } });
  await commit({ type: "approval.request", approvalId: "large", title: "t", payload: LARGE });
  await commit({ type: "approval.request", approvalId: "small", title: "t", payload: { a: 1 } });
  await commit({ type: "session.create", sessionId: "s", agentRole: "coder", metadata: LARGE });
  await commit({ type: "event.append", eventType: "x.large", payload: { ...LARGE, note: "short" } });
});
afterAll(() => t.close());

async function ask(method: "GET" | "POST", url: string, payload?: object) {
  const headers = { authorization: `Bearer ${t.key.secret}` };
  const answer = await t.app.inject({ method, url: `/api/v1${url}`, headers, ...(payload && { payload }) });
  return { status: answer.statusCode, size: answer.body.length, body: answer.json() };
}

async function commit(...mutations: object[]): Promise<void> {
  const { status, body } = await ask("POST", "/commits", { mutations });
  expect([status, body]).toEqual([201, expect.anything()]);
}

test.each([
  "/approvals?status=pending",
  "/runs",
  "/runs/r/timeline",
  "/runs/r/events",
  "/sessions",
  "/events",
  "/jobs",
  "/runs/r",
  "/approvals/large",
])("%s can be asked for without what is large", async (path) => {
  const { status, size } = await ask("GET", `${path}${path.includes("?") ? "&" : "?"}large=omit`);
  expect([status, size < 40_000]).toEqual([200, true]);
});

test("what is left out is named, and what is small is there", async () => {
  const { body } = await ask("GET", "/approvals?status=pending&large=omit");
  expect(body).toMatchObject({
    total: 2,
    items: [
      { id: "small", payload: { a: 1 } },
      { id: "large", payload: null, omitted: ["payload"] },
    ],
  });
  const { body: timeline } = await ask("GET", "/runs/r/timeline?large=omit");
  expect(timeline).toMatchObject({
    jobs: [{ input: { small: 1 } }],
    attempts: [{ result: { files: ["a.ts"] }, omitted: ["result"] }],
  });
  const { body: events } = await ask("GET", "/events?type=x.*&large=omit");
  expect(events.items).toMatchObject([{ payload: { note: "short" }, omitted: ["text"] }]);
});

test("a read of one thing, and a list without `large=omit`, are whole", async () => {
  expect((await ask("GET", "/approvals/large")).body.payload).toEqual(LARGE);
  expect((await ask("GET", "/approvals")).body.items[1].payload).toEqual(LARGE);
  const { body: job } = await ask("GET", "/jobs/j");
  expect(job.attempts[0].result.output).toBe(LARGE.text);
  expect((await ask("GET", "/events?type=x.*")).body.items[0].payload).toEqual({ ...LARGE, note: "short" });
});

test("another word than omit is refused", async () => {
  expect((await ask("GET", "/approvals?large=all")).status).toBe(400);
});

test("an error in drawing a page is logged with its page and its request", async () => {
  const meeting = globalThis as { [name: symbol]: ((fault: object) => void) | undefined };
  const fault = { reqId: "r1", method: "GET", path: "/events", route: "/(console)/events", kind: "render" };
  meeting[Symbol.for("switchyard.page-errors")]?.({ error: new TypeError("no primitive value"), ...fault });
  const line = t.logged.find(({ msg }) => msg === "a page could not be drawn");
  expect(line).toMatchObject({ level: 50, ...fault, err: { type: "TypeError", message: "no primitive value" } });
});
