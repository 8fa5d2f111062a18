import { afterEach, beforeEach, expect, test } from "vitest";
import type { Store } from "../store/index.ts";
import { commit, openStore } from "../store/lane/lane.test-kit.ts";
import { ensureTenant } from "../store/tenants.ts";
import { createTestDatabase, type TestDatabase } from "../testing/database.ts";
import { eventually } from "../testing/eventually.ts";
import { collect, positions, range, startLive, subscribe, type TestLive } from "./live.test-kit.ts";

let db: TestDatabase;
let store: Store;
let other: Store;
let t: TestLive;

beforeEach(async () => {
  db = await createTestDatabase();
  await ensureTenant(db.prisma, "t2", "t2");
  store = await openStore(db);
  other = await openStore(db);
  t = await startLive(store);
});
afterEach(async () => {
  await t.close();
  await Promise.all([store.close(), other.close()]);
  await db.drop();
});

const event = (runId?: string) => ({ type: "event.append" as const, eventType: "x.test", ...(runId && { runId }) });

test("a socket that disconnects while 1,000 events pass sees each exactly once in order, from two nodes' commits", async () => {
  const socket = await t.connect();
  const got = collect(socket);
  let since = 0;
  let cuts = 0;
  socket.on("log", ({ to }) => {
    since = to;
  });
  const refused: unknown[] = [];
  socket.on("connect", async () => {
    const ack = await subscribe(socket, "log", since);
    if ("error" in ack) refused.push(ack.error);
  });
  await subscribe(socket, "log", 0);
  for (const i of range(1, 50)) {
    const [here, there] = [store, other].map((node) =>
      Promise.all(range(1, 5).map(() => commit(node, [event(), event()]))),
    );
    await Promise.all([here, there]);
    if (i % 10 === 0) {
      cuts += 1;
      // socket.io does not retry a socket that is cut while it is still connecting.
      await eventually(() => expect(socket.connected).toBe(true));
      socket.io.engine.close();
    }
  }
  await eventually(() => expect(since).toBe(1_000));
  expect(positions(got.log, "log", 0)).toEqual(range(1, 1_000));
  expect(cuts).toBe(5);
  expect(refused).toEqual([]);
});

test("a run's topic shows its rows and events as they are committed, and no other run's", async () => {
  await commit(store, [
    { type: "run.create", runId: "r1", workflow: "w" },
    { type: "run.create", runId: "r2", workflow: "w" },
  ]);
  const socket = await t.connect();
  const got = collect(socket);
  expect(await subscribe(socket, "run:r1", 0)).toMatchObject({ head: 2, floor: 0 });
  expect(await subscribe(socket, "run:r3", 0)).toMatchObject({ error: { code: "not_found" } });
  await commit(store, [event("r2"), { type: "run.transition", runId: "r1", to: "running" }]);
  await eventually(() =>
    expect(got.log.flatMap(({ events }) => events.map(({ type }) => type))).toContain("run.transitioned"),
  );
  expect(got.log.every(({ events }) => events.every(({ runId }) => runId === "r1"))).toBe(true);
  expect(got.state[0]).toMatchObject({
    topic: "run:r1",
    snapshot: true,
    upserts: [{ kind: "run", id: "r1", status: "pending" }],
  });
  await eventually(() =>
    expect(got.state.at(-1)).toMatchObject({ upserts: [{ kind: "run", id: "r1", status: "running" }] }),
  );
});

test("runs of another tenant are not found, and their rows are not sent", async () => {
  await commit(store, [{ type: "run.create", runId: "r1", workflow: "w" }]);
  const socket = await t.connect({ auth: { key: "two" } });
  const got = collect(socket);
  expect(await subscribe(socket, "run:r1", 0)).toMatchObject({ error: { code: "not_found" } });
  await Promise.all(["log", "runs", "board", "agents", "alerts"].map((topic) => subscribe(socket, topic, 0)));
  await commit(store, [{ type: "run.create", runId: "r2", workflow: "w" }]);
  await commit(store, [{ type: "run.create", runId: "r2", workflow: "w" }], undefined, "t2");
  await eventually(() => expect(got.log).toMatchObject([{ from: 1, to: 1, events: [{ seq: 1, runId: "r2" }] }]));
  await eventually(() => expect(got.state).toHaveLength(5));
  expect(got.state.flatMap(({ upserts }) => upserts)).toMatchObject([{ kind: "run", id: "r2", seq: 1 }]);
});
