import { afterAll, beforeAll, expect, test } from "vitest";
import { type RealServer, startRealServer } from "./real-server.test-kit.ts";

let server: RealServer;
beforeAll(async () => {
  server = await startRealServer();
});
afterAll(() => server.close());

const stale = { status: 412, code: "stale_version" };

test("a session is created, updated at the version that was seen, and read back", async () => {
  const { client } = server;
  const created = await client.createSession({ sessionId: "s", agentRole: "coder", metadata: { a: 1 } });
  expect(created).toMatchObject({ status: "pending", version: 1, receipt: { lastSeq: expect.any(Number) } });
  const active = await client.updateSession("s", { status: "active", metadata: { b: 2 } }, { ifVersion: 1 });
  expect(active).toMatchObject({ status: "active", metadata: { a: 1, b: 2 }, version: 2 });
  await expect(client.updateSession("s", { metadata: { c: 3 } }, { ifVersion: 1 })).rejects.toMatchObject(stale);
  expect(await client.getSession("s")).toMatchObject({ version: 2 });
  expect(await client.listSessions({ view: "active", pageSize: 5 })).toMatchObject({ total: 1, page: 1, pageSize: 5 });
  await expect(client.updateSession("s", { status: "pending" })).rejects.toMatchObject({
    status: 409,
    legal: ["completed", "failed", "expired"],
  });
});

test("a task is created once per key, and is in its agent's status with what waits for a decision", async () => {
  const { client } = server;
  const [first, again] = [
    await client.createTask({ taskId: "t1", taskType: "review", toAgent: "coder-1", idempotencyKey: "k" }),
    await client.createTask({ taskId: "t2", taskType: "review", toAgent: "coder-1", idempotencyKey: "k" }),
  ];
  expect([first.taskId, again.taskId]).toEqual(["t1", "t1"]);
  await client.updateTask("t1", { status: "routed" }, { ifVersion: 1 });
  await client.requestApproval({ approvalId: "for-t1", title: "Merge?", taskId: "t1" });
  expect(await client.fetchStatus("coder-1")).toMatchObject({
    tasks: [{ taskId: "t1", status: "routed" }],
    approvals: [{ approvalId: "for-t1", task: { taskId: "t1" } }],
  });
  expect(await client.listTasks({ agent: "coder-1" })).toMatchObject({ total: 1 });
  expect(await client.getTask("t1")).toMatchObject({ version: 2 });
});

test("a caller that waits for an approval gets the decision, then uses it up, once", async () => {
  const { client } = server;
  await client.requestApproval({ approvalId: "a", title: "Deploy?" });
  const waiting = client.waitForApproval("a");
  await client.commit([{ type: "approval.request", approvalId: "noise", title: "Other" }]);
  await client.reject("noise");
  await client.approve("a", { comment: "go" });
  expect(await waiting).toMatchObject({ status: "approved", comment: "go" });
  // What is settled already is answered at once.
  expect(await client.waitForApproval("noise")).toMatchObject({ status: "rejected" });
  await client.consumeApproval("a");
  await expect(client.consumeApproval("a")).rejects.toMatchObject({ status: 409, code: "already_consumed" });
  expect(await client.listApprovals({ status: "approved" })).toMatchObject({ total: 1 });
});

test("waiting goes on through a restart of the server, and ends with its signal or its fault", async () => {
  const { client } = server;
  await client.requestApproval({ approvalId: "r", title: "Deploy?" });
  const waiting = client.waitForApproval("r");
  const given = new AbortController();
  const givenUp = client.waitForApproval("r", { signal: given.signal });
  await server.stop();
  await server.start();
  given.abort(new Error("enough"));
  await expect(givenUp).rejects.toThrow("enough");
  await client.approve("r");
  expect(await waiting).toMatchObject({ status: "approved" });
  await expect(client.waitForApproval("r", { signal: AbortSignal.abort(new Error("no")) })).rejects.toThrow("no");
  await expect(client.waitForApproval("nobody")).rejects.toMatchObject({ status: 404 });
});
