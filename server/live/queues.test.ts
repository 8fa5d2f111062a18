import { afterEach, beforeEach, expect, test } from "vitest";
import type { Wire } from "../../domain/kernel/wire.ts";
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

test("topic `queues` shows each queue with its figures and settings as they change, to its tenant alone", async () => {
  await commit(store, [
    { type: "run.create", runId: "r", workflow: "w" },
    { type: "job.enqueue", jobId: "a", runId: "r", queue: "q" },
  ]);
  const [socket, stranger] = [await t.connect(), await t.connect({ auth: { key: "two" } })];
  const [got, theirs] = [collect(socket), collect(stranger)];
  await subscribe(socket, "queues");
  await subscribe(stranger, "queues");
  const newest = () =>
    got.state
      .filter(({ topic }) => topic === "queues")
      .flatMap(({ upserts }) => upserts)
      .findLast(({ id }) => id === "q") as Wire<"queue"> | undefined;
  await eventually(() => expect(newest()).toMatchObject({ queue: "q", paused: false, jobCounts: { queued: 1 } }));
  await commit(store, [{ type: "job.start", jobId: "a", agentKey: "x" }]);
  await eventually(() => expect(newest()?.jobCounts).toMatchObject({ queued: 0, running: 1 }));
  await commit(store, [{ type: "queue.configure", queue: "q", concurrency: 2, paused: true, reason: "repairs" }]);
  await eventually(() => expect(newest()).toMatchObject({ concurrency: 2, paused: true, pauseReason: "repairs" }));
  expect(theirs.state.flatMap(({ upserts }) => upserts)).toEqual([]);
});
