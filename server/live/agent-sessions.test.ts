import { afterEach, beforeEach, expect, test } from "vitest";
import type { StateFrame } from "../../domain/kernel/live.ts";
import type { Store } from "../store/index.ts";
import { commit, openStore } from "../store/lane/lane.test-kit.ts";
import { ensureTenant } from "../store/tenants.ts";
import { createTestDatabase, type TestDatabase } from "../testing/database.ts";
import { eventually } from "../testing/eventually.ts";
import { collect, startLive, subscribe, type TestLive } from "./live.test-kit.ts";

let db: TestDatabase;
let store: Store;
let t: TestLive;

beforeEach(async () => {
  db = await createTestDatabase();
  await ensureTenant(db.prisma, "t2", "t2");
  store = await openStore(db);
  t = await startLive(store);
});
afterEach(async () => {
  await t.close();
  await store.close();
  await db.drop();
});

/** The rows a topic's client has after all of its frames. */
function heldBy(frames: StateFrame[], topic: string): Map<string, StateFrame["upserts"][number]> {
  const held = new Map<string, StateFrame["upserts"][number]>();
  for (const frame of frames.filter((one) => one.topic === topic)) {
    if (frame.snapshot) held.clear();
    for (const row of frame.upserts) held.set(`${row.kind}:${row.id}`, row);
    for (const { kind, id } of frame.removes) held.delete(`${kind}:${id}`);
  }
  return held;
}

test("topic `approvals` shows the pending ones, then each decision as it is made, to its tenant alone", async () => {
  await commit(store, [
    { type: "approval.request", approvalId: "a", title: "A" },
    { type: "approval.request", approvalId: "b", title: "B" },
  ]);
  const [socket, stranger] = [await t.connect(), await t.connect({ auth: { key: "two" } })];
  const [got, theirs] = [collect(socket), collect(stranger)];
  expect(await subscribe(socket, "approvals")).toMatchObject({ head: 2 });
  await subscribe(stranger, "approvals");
  const status = (id: string) => (heldBy(got.state, "approvals").get(`approval:${id}`) as { status?: string })?.status;
  await eventually(() => expect([status("a"), status("b")]).toEqual(["pending", "pending"]));
  await commit(store, [{ type: "approval.approve", approvalId: "a" }]);
  await eventually(() => expect(status("a")).toBe("approved"));
  await commit(store, [{ type: "approval.consume", approvalId: "a" }]);
  await eventually(() =>
    expect(heldBy(got.state, "approvals").get("approval:a")).toMatchObject({ consumedBy: "key:test", version: 3 }),
  );
  expect(status("b")).toBe("pending");
  expect([...heldBy(theirs.state, "approvals")]).toEqual([]);
});

test("topic `sessions` shows sessions and tasks, what was there before and what changes", async () => {
  await commit(store, [
    { type: "task.create", taskId: "t", taskType: "x", toAgent: "a" },
    { type: "session.create", sessionId: "s", agentRole: "coder", taskId: "t" },
  ]);
  const socket = await t.connect();
  const got = collect(socket);
  await subscribe(socket, "sessions");
  const held = () => heldBy(got.state, "sessions");
  await eventually(() => expect([...held().keys()].sort()).toEqual(["session:s", "task:t"]));
  await commit(store, [
    { type: "session.update", sessionId: "s", metadata: { step: 1 } },
    { type: "session.transition", sessionId: "s", to: "active" },
    { type: "task.transition", taskId: "t", to: "routed" },
    { type: "session.create", sessionId: "s2", agentRole: "coder" },
  ]);
  await eventually(() => {
    expect(held().get("session:s")).toMatchObject({ status: "active", metadata: { step: 1 }, version: 2 });
    expect(held().get("task:t")).toMatchObject({ status: "routed" });
    expect(held().get("session:s2")).toMatchObject({ status: "pending" });
  });
});
