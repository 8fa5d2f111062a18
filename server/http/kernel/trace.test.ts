import { afterAll, beforeAll, expect, test } from "vitest";
import type { LogEvent } from "../../../domain/kernel/event.ts";
import { type Api, fresh, openApi } from "./resource.test-kit.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";
const ONES = { traceparent: `00-${TRACE}-${SPAN}-01` };

/** The newest event, read back. */
async function newest(): Promise<LogEvent> {
  const { body } = await api.me.get("/events?order=desc&limit=1");
  return body.items[0] as unknown as LogEvent;
}

test("events say who did what to which thing when, and in which trace", async () => {
  const runId = fresh("run");
  await api.me.post("/runs", { runId, workflow: "w" }, ONES);
  const event = await newest();
  expect(event).toMatchObject({
    type: "run.created",
    actor: "key:tests",
    subject: { kind: "run", id: runId },
    at: expect.stringMatching(/Z$/),
    traceId: TRACE,
  });
  // Every reader of the log sees the same.
  const stored = await api.t.deps.store.readEvents("default", { after: event.seq - 1, limit: 1 });
  expect(stored).toEqual([event]);
  await api.me.post("/commits", { mutations: [{ type: "run.create", runId: fresh("run"), workflow: "w" }] }, ONES);
  expect((await newest()).traceId).toBe(TRACE);
});

test.each([
  ["none", undefined],
  ["no version", `${TRACE}-${SPAN}-01`],
  ["upper case", `00-${TRACE.toUpperCase()}-${SPAN}-01`],
  ["too short a trace", `00-${TRACE.slice(1)}-${SPAN}-01`],
  ["a trace of zeros", `00-${"0".repeat(32)}-${SPAN}-01`],
  ["a span of zeros", `00-${TRACE}-${"0".repeat(16)}-01`],
  ["version ff", `ff-${TRACE}-${SPAN}-01`],
  ["version 00 with more", `00-${TRACE}-${SPAN}-01-more`],
])("a traceparent with %s counts as none and fails nothing", async (_name, traceparent) => {
  const answer = await api.me.post(
    "/sessions",
    { sessionId: fresh("session"), agentRole: "r" },
    traceparent === undefined ? {} : { traceparent },
  );
  expect(answer.status).toBe(201);
  expect(await newest()).not.toHaveProperty("traceId");
});

test("a traceparent of a later version may have more", async () => {
  await api.me.post(
    "/sessions",
    { sessionId: fresh("session"), agentRole: "r" },
    { traceparent: `01-${TRACE}-${SPAN}-01-x` },
  );
  expect((await newest()).traceId).toBe(TRACE);
});

test("a task keeps its trace, and what is done for it without one of its own belongs to it", async () => {
  const taskId = fresh("task");
  const created = await api.me.post("/tasks", { taskId, taskType: "x" }, ONES);
  expect(created.body.traceId).toBe(TRACE);
  const own = fresh("task");
  expect((await api.me.post("/tasks", { taskId: own, taskType: "x", traceId: "theirs" }, ONES)).body.traceId).toBe(
    "theirs",
  );
  for (const [path, body] of [
    ["/sessions", { sessionId: fresh("session"), agentRole: "r", taskId }],
    ["/approvals", { approvalId: fresh("approval"), title: "T", taskId }],
  ] as const) {
    await api.me.post(path, body);
    expect((await newest()).traceId).toBe(TRACE);
  }
  await api.me.patch(`/tasks/${own}`, { status: "cancelled" });
  expect((await newest()).traceId).toBe("theirs");
});

test("the chain holds with events that have a trace among those that have none, and proves the trace too", async () => {
  await api.me.commit({ type: "run.create", runId: fresh("run"), workflow: "w" });
  const sessionId = fresh("session");
  await api.me.post("/sessions", { sessionId, agentRole: "r" }, ONES);
  const { seq } = await newest();
  await api.me.patch(`/sessions/${sessionId}`, { status: "active" });
  expect((await api.me.get("/receipts/verify")).body).toMatchObject({ valid: true });
  const where = { tenantId_seq: { tenantId: "default", seq: BigInt(seq) } };
  for (const traceId of ["0".repeat(32), null]) {
    await api.t.deps.prisma.event.update({ where, data: { traceId } });
    expect((await api.me.get("/receipts/verify")).body).toMatchObject({ valid: false });
  }
  await api.t.deps.prisma.event.update({ where, data: { traceId: TRACE } });
  expect((await api.me.get("/receipts/verify")).body).toMatchObject({ valid: true });
});
