import { afterEach, beforeEach, expect, test } from "vitest";
import { eventually } from "../testing/eventually.ts";
import {
  collect,
  MemoryLog,
  positions,
  range,
  runRow,
  startLive,
  subscribe,
  type TestLive,
  turn,
} from "./live.test-kit.ts";

let log: MemoryLog;
let t: TestLive;

beforeEach(async () => {
  log = new MemoryLog();
  t = await startLive(log);
});
afterEach(() => t.close());

test("a socket that disconnects while 1,000 events pass sees each exactly once in order", async () => {
  log.pause = turn;
  const socket = await t.connect();
  const got = collect(socket);
  let since = 0;
  socket.on("log", ({ to }) => {
    since = to;
  });
  socket.on("connect", () => void subscribe(socket, "log", since));
  await subscribe(socket, "log", 0);
  for (let i = 0; i < 200; i++) {
    log.commit(range(1, 5).map(() => "a"));
    // Cuts the connection at various points, without a disconnect packet.
    if (i % 40 === 20) socket.io.engine.close();
    await turn();
  }
  await eventually(() => expect(since).toBe(1_000));
  expect(positions(got.log, "log", 0)).toEqual(range(1, 1_000));
  expect(got.reset).toEqual([]);
});

test("without a position, only new events are sent", async () => {
  log.commit(["a", "a"]);
  const socket = await t.connect();
  const got = collect(socket);
  expect(await subscribe(socket, "log")).toEqual({ head: 2, floor: 0, logId: "log-1" });
  log.commit(["a"]);
  await eventually(() => expect(got.log).toMatchObject([{ topic: "log", from: 3, to: 3, events: [{ seq: 3 }] }]));
});

test("two topics on one socket are each gapless", async () => {
  log.pause = turn;
  log.commit(["a", "b", "a"], [runRow("a", 3)]);
  const socket = await t.connect();
  const got = collect(socket);
  const opened = [subscribe(socket, "log", 0), subscribe(socket, "run:a", 1)];
  for (const _ of range(1, 100)) {
    log.commit(["a", "b", undefined]);
    await turn();
  }
  await Promise.all(opened);
  const ofRun = log.events.filter(({ seq, runId }) => seq > 1 && runId === "a").map(({ seq }) => seq);
  await eventually(() => expect(positions(got.log, "log", 0)).toEqual(range(1, 303)));
  await eventually(() => expect(positions(got.log, "run:a", 1)).toEqual(ofRun));
});

test("a run's topic sends frames only when there are events of the run, each right after the one before, and the run's rows", async () => {
  log.commit(["a", "b"], [runRow("a", 1), runRow("b", 2)]);
  const socket = await t.connect();
  const got = collect(socket);
  await subscribe(socket, "run:a");
  log.commit(["b", "b"], [runRow("b", 4)]);
  log.commit(["b", "a"], [runRow("b", 5), runRow("a", 6)]);
  log.commit(["b"], [runRow("b", 7)]);
  log.commit(["a"]);
  await eventually(() => expect(got.log).toHaveLength(2));
  expect(got.log).toMatchObject([
    { topic: "run:a", from: 3, to: 6, events: [{ seq: 6, runId: "a" }] },
    { topic: "run:a", from: 7, to: 8, events: [{ seq: 8, runId: "a" }] },
  ]);
  await eventually(() => expect(got.state).toHaveLength(2));
  expect(got.state).toMatchObject([
    { topic: "run:a", seq: 2, snapshot: true, upserts: [{ kind: "run", id: "a", seq: 1 }] },
    { topic: "run:a", upserts: [{ kind: "run", id: "a", seq: 6 }] },
  ]);
});

test("a snapshot and the frames after it contain every change, whenever a client subscribes", async () => {
  log.pause = turn;
  const sockets = await Promise.all(range(1, 5).map(() => t.connect()));
  const views = sockets.map((socket) => {
    const rows = new Map<string, number>();
    let first = true;
    socket.on("state", ({ snapshot, upserts }) => {
      expect(snapshot ?? false).toBe(first);
      first = false;
      for (const row of upserts) if (row.seq > (rows.get(row.id) ?? 0)) rows.set(row.id, row.seq);
    });
    return rows;
  });
  const opened: Promise<unknown>[] = [];
  for (const i of range(1, 200)) {
    const seq = log.events.length + 1;
    log.commit(["a"], [runRow(`r${i % 7}`, seq)]);
    const socket = i % 40 === 10 ? sockets[opened.length] : undefined;
    if (socket) opened.push(subscribe(socket, "runs"));
    await turn();
  }
  await Promise.all(opened);
  expect(opened).toHaveLength(5);
  const truth = new Map([...log.rows.values()].map((row) => [row.id, row.seq]));
  for (const rows of views) await eventually(() => expect(rows).toEqual(truth));
});
