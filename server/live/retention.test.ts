import { afterEach, beforeEach, expect, test } from "vitest";
import { createDatabase, type Database } from "../database/client.ts";
import type { Store } from "../store/index.ts";
import { commit, openStore } from "../store/lane/lane.test-kit.ts";
import { openRetention } from "../store/maintenance/retention.test-kit.ts";
import { createTestDatabase, type TestDatabase } from "../testing/database.ts";
import { eventually } from "../testing/eventually.ts";
import { collect, MemoryLog, positions, range, runRow, startLive, subscribe, type TestLive } from "./live.test-kit.ts";

let db: TestDatabase;
let own: Database;
let awake: Store;
let asleep: Store;
let t: TestLive;

beforeEach(async () => {
  db = await createTestDatabase();
  own = createDatabase(db.url, { max: 4 });
  // It sends no notifications, and the other polls only when it must.
  awake = await openStore(db, "t1", { pool: silenced(db.pool) });
  asleep = await openStore(own, "t1", { pollMs: 3_600_000 });
  t = await startLive(asleep);
});
afterEach(async () => {
  await t.close();
  await Promise.all([awake.close(), asleep.close()]);
  await own.close();
  await db.drop();
});

/** A pool that sends no notifications to other servers. */
function silenced(pool: TestDatabase["pool"]): TestDatabase["pool"] {
  return new Proxy(pool, {
    get(target, name) {
      if (name !== "query") return Reflect.get(target, name).bind?.(target) ?? Reflect.get(target, name);
      return (text: unknown, values?: unknown[]) =>
        typeof text === "string" && text.includes("pg_notify")
          ? Promise.resolve({ rows: [] })
          : target.query(text as string, values);
    },
  });
}

const note = (runId?: string) => ({ type: "event.append" as const, eventType: "x.test", ...(runId && { runId }) });
const RUN = { type: "run.create" as const, runId: "r", workflow: "w" };
const trim = () => openRetention(db, awake).trim("t1");

test("a client that returns with a position below the floor is asked to start over, and continues from the floor", async () => {
  await commit(asleep, [RUN, note("r"), note()]);
  await trim();
  await commit(asleep, [note("r")]);
  const { head, floor } = await awake.head("t1");
  expect([head, floor]).toEqual([5, 3]);
  const socket = await t.connect();
  const got = collect(socket);
  expect(await subscribe(socket, "log", 2)).toMatchObject({ head: 5, floor: 3 });
  expect(await subscribe(socket, "run:r", 0)).toMatchObject({ head: 5, floor: 3 });
  await eventually(() => expect(got.reset).toHaveLength(2));
  expect(got.reset).toEqual(
    expect.arrayContaining([
      { topic: "log", seq: 5, reason: "too_old" },
      { topic: "run:r", seq: 5, reason: "too_old" },
    ]),
  );
  expect(got.log).toEqual([]);
  await subscribe(socket, "log", 3);
  await subscribe(socket, "run:r", 3);
  await eventually(() => expect(got.log).toHaveLength(2));
  expect(positions(got.log, "log", 3)).toEqual([4, 5]);
  expect(positions(got.log, "run:r", 3)).toEqual([5]);
});

test("on a server that slept past the floor, followers get a reset and viewers a new snapshot", async () => {
  await commit(asleep, [RUN, note()]);
  const socket = await t.connect();
  const got = collect(socket);
  await subscribe(socket, "log", 0);
  await subscribe(socket, "runs");
  await eventually(() => expect(got.state).toHaveLength(1));
  await eventually(() => expect(positions(got.log, "log", 0)).toEqual([1, 2]));

  await commit(awake, [{ type: "run.transition", runId: "r", to: "running" }, note(), note()]);
  await trim();
  await commit(asleep, [note()]);
  await eventually(() => expect(got.reset).toMatchObject([{ topic: "log", reason: "too_old" }]));
  await eventually(() =>
    expect(got.state.at(-1)).toMatchObject({ snapshot: true, upserts: [{ id: "r", status: "running" }] }),
  );
  expect(positions(got.log, "log", 0)).toEqual([1, 2]);
});

test("a run's history removed while it is being read ends in a reset, not in an unnoticed gap", async () => {
  const log = new MemoryLog();
  log.commit(
    range(1, 3000).map((n) => (n % 3 === 0 ? "a" : "b")),
    [runRow("a", 3000)],
  );
  const live = await startLive(log);
  const socket = await live.connect();
  const got = collect(socket);
  log.pause = async () => {
    // After the first page is read, the floor rises past what comes next.
    if (log.reads.length === 2) log.floor = 2500;
  };
  await subscribe(socket, "run:a", 0);
  await eventually(() => expect(got.reset).toMatchObject([{ topic: "run:a", reason: "too_old" }]));
  const seen = positions(got.log, "run:a", 0);
  expect(seen).toEqual(range(1, 500).map((n) => 3 * n));
  await live.close();
});
