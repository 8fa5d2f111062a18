import { afterEach, beforeEach, expect, test } from "vitest";
import type { StateFrame } from "../../domain/kernel/live.ts";
import type { Store } from "../store/index.ts";
import { commit, openStore } from "../store/lane/lane.test-kit.ts";
import { between, cleanUp } from "../store/maintenance/cleanup.test-kit.ts";
import { createTestDatabase, type TestDatabase } from "../testing/database.ts";
import { eventually } from "../testing/eventually.ts";
import { collect, startLive, subscribe, type TestLive } from "./live.test-kit.ts";

let db: TestDatabase;
let store: Store;
let other: Store;
let t: TestLive;

beforeEach(async () => {
  db = await createTestDatabase();
  store = await openStore(db);
  other = await openStore(db);
  t = await startLive(store);
});
afterEach(async () => {
  await t.close();
  await Promise.all([store.close(), other.close()]);
  await db.drop();
});

const goneFrom = (frames: readonly StateFrame[], topic: string) =>
  frames.flatMap((frame) => (frame.topic === topic ? frame.removes.map(({ kind, id }) => `${kind}:${id}`) : [])).sort();

test.each(["this server", "another server"])("rows removed by %s leave the topics that show them", async (which) => {
  await commit(store, [
    { type: "run.create", runId: "old", workflow: "w" },
    { type: "workstream.create", runId: "old", workstreamId: "w1", title: "Work" },
    { type: "job.enqueue", jobId: "j1", runId: "old", workstreamId: "w1" },
    { type: "job.start", jobId: "j1", agentKey: "a" },
    { type: "job.complete", jobId: "j1" },
    { type: "run.transition", runId: "old", to: "completed" },
    { type: "run.create", runId: "kept", workflow: "w" },
  ]);
  const socket = await t.connect();
  const got = collect(socket);
  for (const topic of ["runs", "board", "agents", "run:old"]) await subscribe(socket, topic);
  await eventually(() => expect(got.state.filter(({ snapshot }) => snapshot)).toHaveLength(4));
  await cleanUp(db, which === "this server" ? store : other, await between(db));
  await eventually(() => expect(goneFrom(got.state, "agents")).toEqual(["agent:a", "breaker:a", "statistics:a"]));
  await eventually(() => expect(goneFrom(got.state, "runs")).toEqual(["run:old"]));
  await eventually(() => expect(goneFrom(got.state, "board")).toEqual(["workstream:w1"]));
  await eventually(() => expect(goneFrom(got.state, "run:old")).toEqual(["run:old"]));
  expect(await subscribe(socket, "run:old")).toMatchObject({ error: { code: "not_found" } });
  const late = await t.connect();
  const seen = collect(late);
  await subscribe(late, "runs");
  await eventually(() => expect(seen.state[0]).toMatchObject({ snapshot: true, upserts: [{ id: "kept" }] }));
});
