import { afterEach, beforeEach, expect, test } from "vitest";
import type { SubscribeAck } from "../../domain/kernel/live.ts";
import { collect, MemoryLog, runRow, startLive, subscribe, type TestLive, type TestSocket } from "./live.test-kit.ts";

let log: MemoryLog;
let t: TestLive;
let socket: TestSocket;

beforeEach(async () => {
  log = new MemoryLog();
  t = await startLive(log);
  socket = await t.connect();
});
afterEach(() => t.close());

/** Sends what the types do not allow. */
const ask = (...args: unknown[]): Promise<SubscribeAck> =>
  new Promise((resolve) => Reflect.apply(socket.emit, socket, ["subscribe", ...args, resolve]));

test.each([
  [{ topic: "nothing" }, "unknown_topic"],
  [{ topic: "run:" }, "unknown_topic"],
  [{ topic: "run:a b" }, "unknown_topic"],
  [{ topic: 5 }, "malformed"],
  [{ topic: "log", since: -1 }, "malformed"],
  [{ topic: "log", since: "5" }, "malformed"],
  [{ topic: "nothing", since: 1.5 }, "malformed"],
  [{ topic: "log", more: true }, "malformed"],
  [{}, "malformed"],
  [null, "malformed"],
  ["log", "malformed"],
  [[], "malformed"],
])("the request %j is answered with %s", async (request, code) => {
  expect(await ask(request)).toMatchObject({ error: { code } });
});

test("requests without a callback, without arguments, and unknown events do no harm", async () => {
  const send = (...args: unknown[]) => Reflect.apply(socket.emit, socket, args);
  send("subscribe");
  send("subscribe", { topic: "log" });
  send("subscribe", { topic: "log" }, "no function");
  send("unsubscribe");
  send("unsubscribe", { topic: 7 });
  send("error", "made up");
  send("anything", { a: 1 });
  expect(await ask()).toMatchObject({ error: { code: "malformed" } });
  expect(await subscribe(socket, "log")).toMatchObject({ head: 0 });
  expect(t.live.stats()).toEqual({ sockets: 1, subscriptions: 1, tenants: 1 });
});

test("a socket has at most 100 topics, and subscribing in a loop is refused", async () => {
  const rows = Array.from({ length: 101 }, (_, i) => runRow(`r${i}`, 1));
  log.commit(["r0"], rows);
  const answers = await Promise.all(rows.map((row) => subscribe(socket, `run:${row.id}`)));
  expect(answers.filter((answer) => "error" in answer)).toEqual([
    { error: { code: "too_many", message: expect.any(String) } },
  ]);
  expect(t.live.stats().subscriptions).toBe(100);
  const flood = await Promise.all(Array.from({ length: 200 }, () => subscribe(socket, "run:r0")));
  expect(flood.some((answer) => "error" in answer && answer.error.code === "too_many")).toBe(true);
});

test("unsubscribing ends the frames; subscribing again replaces the subscription", async () => {
  const got = collect(socket);
  await subscribe(socket, "log");
  await new Promise((resolve) => socket.emit("unsubscribe", { topic: "log" }, resolve));
  log.commit([undefined]);
  await subscribe(socket, "log");
  await subscribe(socket, "log", 0);
  log.commit([undefined]);
  await subscribe(socket, "runs");
  expect(got.log.flatMap((frame) => frame.events.map(({ seq }) => seq))).toEqual([1, 2]);
  expect(t.live.stats().subscriptions).toBe(2);
});

test("a position in another log is answered with the head and a reset", async () => {
  const got = collect(socket);
  log.commit([undefined, undefined]);
  expect(await subscribe(socket, "log", 5)).toEqual({ head: 2, floor: 0, logId: "log-1" });
  await subscribe(socket, "runs");
  expect(got.reset).toEqual([{ topic: "log", seq: 2, reason: "unknown_log" }]);
});

test("a position below the floor is answered with the head and a reset; the floor itself is not", async () => {
  const got = collect(socket);
  log.commit(Array.from({ length: 10 }, () => undefined));
  log.floor = 4;
  expect(await subscribe(socket, "log", 3)).toEqual({ head: 10, floor: 4, logId: "log-1" });
  await subscribe(socket, "runs");
  expect(got.reset).toEqual([{ topic: "log", seq: 10, reason: "too_old" }]);
  await subscribe(socket, "log", 4);
  await subscribe(socket, "runs");
  expect(got.log).toMatchObject([{ from: 5, to: 10 }]);
});

test("a log that cannot be read is answered with unavailable, and the socket goes on", async () => {
  log.pause = async () => {
    throw new Error("the database is away");
  };
  expect(await subscribe(socket, "runs")).toMatchObject({ error: { code: "unavailable" } });
  log.pause = async () => {};
  expect(await subscribe(socket, "runs")).toMatchObject({ head: 0 });
});

test("the figures are on the registry", async () => {
  await subscribe(socket, "log");
  log.commit([undefined]);
  const text = await t.registry.metrics();
  expect(text).toContain("switchyard_live_sockets 1");
  expect(text).toContain('switchyard_live_subscriptions{topic="log"} 1');
  expect(text).toContain('switchyard_live_frames_sent_total{kind="log"} 1');
  expect(text).toContain("switchyard_live_commit_to_emit_seconds_count 1");
});
