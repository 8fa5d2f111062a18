import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { BEAT_INTERVAL_MS } from "../../domain/kernel/live.ts";
import { Bench, eventAt, range, TestReader } from "./engine.test-kit.ts";
import { SILENCE_MS } from "./freshness.ts";

let bench: Bench;
/** Runs due promises and timers. */
const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 });
  bench = new Bench();
});
afterEach(() => {
  bench.stop();
  vi.useRealTimers();
});

async function reading(position: number | null, head: number): Promise<TestReader> {
  bench.head = head;
  const reader = new TestReader(position);
  bench.engine.connected();
  bench.engine.read("log", reader);
  await settle();
  return reader;
}

test("a reader gets the replay and later events, gapless and in order", async () => {
  const reader = await reading(3, 6);
  expect(bench.asked).toEqual([{ topic: "log", since: 3 }]);
  bench.send(4, 6);
  bench.send(7, 7);
  expect(reader.seen).toEqual(range(4, 7));
});

test("a reader without a position starts at the head and sends no `since`", async () => {
  const reader = await reading(null, 40);
  expect(bench.asked).toEqual([{ topic: "log" }]);
  bench.send(41, 42);
  expect(reader.seen).toEqual([41, 42]);
});

test("a gap is requested again from the reader's position, and nothing is delivered until it is closed", async () => {
  const reader = await reading(3, 3);
  bench.send(4, 5);
  bench.send(8, 9);
  expect(reader.seen).toEqual([4, 5]);
  await settle();
  expect(bench.asked.at(-1)).toEqual({ topic: "log", since: 5 });
  expect(bench.left).toEqual(["log"]);
  bench.send(6, 9);
  expect(reader.seen).toEqual(range(4, 9));
  expect(reader.holes).toEqual([]);
});

test("late frames of the earlier subscription are ignored", async () => {
  const reader = await reading(3, 3);
  let answer: (() => void) | undefined;
  bench.answer = () =>
    new Promise((resolve) => {
      answer = () => resolve(bench.ok());
    });
  bench.send(6, 7);
  await settle();
  bench.send(8, 9);
  bench.send(10, 11);
  answer?.();
  await settle();
  bench.send(4, 11);
  expect(reader.seen).toEqual(range(4, 11));
  expect(bench.asked).toHaveLength(2);
});

test("a gap that the replay does not close is reported as a hole instead of being requested forever", async () => {
  const reader = await reading(3, 9);
  bench.send(7, 9);
  await settle();
  bench.send(7, 9);
  expect(reader.holes).toEqual([{ from: 4, to: 6 }]);
  await settle(1_000);
  expect(bench.asked.at(-1)).toEqual({ topic: "log", since: 6 });
  bench.send(7, 9);
  expect(reader.seen).toEqual([7, 8, 9]);
});

test("a socket that missed 1,000 events gets each exactly once in order", async () => {
  const reader = await reading(0, 5);
  bench.send(1, 5);
  bench.engine.disconnected();
  expect(bench.engine.freshness().state).toBe("stale");
  await settle(60_000);
  bench.head = 1_005;
  bench.engine.connected();
  await settle();
  expect(bench.asked.at(-1)).toEqual({ topic: "log", since: 5 });
  for (let from = 6; from <= 1_005; from += 250) bench.send(from, from + 249);
  expect(reader.seen).toEqual(range(1, 1_005));
});

test("a response of a lost connection is not taken for one of the new connection", async () => {
  const answers: (() => void)[] = [];
  bench.answer = () => new Promise((resolve) => answers.push(() => resolve(bench.ok())));
  bench.engine.connected();
  bench.engine.read("log", new TestReader(3));
  await settle();
  bench.engine.disconnected();
  bench.engine.connected();
  await settle();
  expect(answers).toHaveLength(2);
  answers[0]?.();
  await settle(400);
  expect(bench.engine.freshness().state).toBe("catching_up");
  answers[1]?.();
  await settle(400);
  expect(bench.engine.freshness().state).toBe("live");
});

test("users of one topic share a subscription; a later reader that needs more subscribes again and the others see nothing twice", async () => {
  const first = await reading(8, 8);
  bench.send(9, 10);
  const second = new TestReader(5);
  bench.engine.read("log", second);
  await settle();
  expect(bench.asked).toEqual([
    { topic: "log", since: 8 },
    { topic: "log", since: 5 },
  ]);
  bench.send(6, 10);
  bench.send(11, 11);
  expect(first.seen).toEqual([9, 10, 11]);
  expect(second.seen).toEqual(range(6, 11));
});

test("an unused topic is unsubscribed after a moment, unless it is used again meanwhile", async () => {
  bench.engine.connected();
  const release = bench.engine.retain("runs");
  await settle();
  release();
  const again = bench.engine.retain("runs");
  await settle(10_000);
  expect(bench.left).toEqual([]);
  again();
  await settle(10_000);
  expect(bench.left).toEqual(["runs"]);
  expect(bench.forgotten).toEqual(["runs"]);
});

test("reset too_slow starts over from the reader's position: nothing is lost", async () => {
  const reader = await reading(3, 3);
  bench.send(4, 4);
  bench.engine.reset({ topic: "log", seq: 90, reason: "too_slow" });
  await settle();
  expect(bench.asked.at(-1)).toEqual({ topic: "log", since: 4 });
  expect(reader.holes).toEqual([]);
});

test("reset too_old reports the missing positions to the reader and continues after them", async () => {
  const reader = await reading(3, 3);
  bench.engine.reset({ topic: "log", seq: 90, reason: "too_old" });
  await settle();
  expect(reader.holes).toEqual([{ from: 4, to: 90 }]);
  expect(bench.asked.at(-1)).toEqual({ topic: "log", since: 90 });
});

test("repeated resets are answered with growing delays, not with a storm", async () => {
  await reading(3, 3);
  for (let at = 0; at < 50; at += 1) {
    bench.engine.reset({ topic: "log", seq: 3, reason: "too_slow" });
    await settle(100);
  }
  expect(bench.asked.length).toBeLessThan(10);
});

test("a response with a floor above the position reports the hole", async () => {
  bench.floor = 20;
  const reader = await reading(3, 30);
  expect(reader.holes).toEqual([{ from: 4, to: 20 }]);
  bench.send(21, 30);
  expect(reader.seen).toEqual(range(21, 30));
});

test("another logId means another history", async () => {
  await reading(3, 3);
  bench.engine.disconnected();
  bench.logId = "log-2";
  bench.engine.connected();
  await settle();
  expect(bench.otherLog).toBe(1);
});

test("reset unknown_log means another history as well", async () => {
  await reading(3, 3);
  bench.engine.reset({ topic: "log", seq: 1, reason: "unknown_log" });
  expect(bench.otherLog).toBe(1);
});

test("without a beat for two intervals it is stale, then the socket is replaced", async () => {
  await reading(3, 3);
  await settle(SILENCE_MS + 1_000);
  expect(bench.engine.freshness().state).toBe("stale");
  expect(bench.reconnects).toBe(0);
  await settle(BEAT_INTERVAL_MS);
  expect(bench.reconnects).toBe(1);
});

test("with beats it stays live, also when the log is quiet", async () => {
  await reading(3, 3);
  for (let at = 0; at < 12; at += 1) {
    await settle(BEAT_INTERVAL_MS);
    bench.beat();
  }
  expect(bench.engine.freshness()).toMatchObject({ state: "live", head: 3 });
});

test("lost last frames are detected by the beat's head", async () => {
  const reader = await reading(3, 3);
  bench.beat(7);
  expect(bench.asked).toHaveLength(1);
  await settle(BEAT_INTERVAL_MS);
  bench.beat(7);
  await settle();
  expect(bench.asked.at(-1)).toEqual({ topic: "log", since: 3 });
  bench.send(4, 7);
  expect(reader.seen).toEqual(range(4, 7));
});

test("it is catching up until the replay reaches the head of the response", async () => {
  await reading(3, 900);
  await settle(400);
  expect(bench.engine.freshness().state).toBe("catching_up");
  bench.send(4, 900);
  await settle(1_000);
  expect(bench.engine.freshness().state).toBe("live");
});

test("a missing topic is not requested again until the next connection", async () => {
  bench.answer = () => ({ error: { code: "not_found", message: "run r does not exist" } });
  bench.engine.connected();
  bench.engine.retain("run:r");
  await settle(30_000);
  expect(bench.asked).toHaveLength(1);
  bench.beat();
  await settle(1_000);
  expect(bench.engine.freshness().state).toBe("live");
});

test("an unavailable server is asked again, later each time", async () => {
  bench.answer = () => ({ error: { code: "unavailable", message: "the database is away" } });
  bench.engine.connected();
  bench.engine.retain("runs");
  await settle(4_000);
  const early = bench.asked.length;
  expect(early).toBeGreaterThan(2);
  expect(early).toBeLessThan(9);
  bench.answer = () => bench.ok();
  await settle(10_000);
  const { length } = bench.asked;
  await settle(10_000);
  expect(bench.asked).toHaveLength(length);
});

test("state frames of topics in use are delivered, others are not", async () => {
  bench.engine.connected();
  bench.engine.retain("runs");
  await settle();
  bench.engine.state({ topic: "runs", seq: 4, upserts: [], removes: [] });
  bench.engine.state({ topic: "board", seq: 4, upserts: [], removes: [] });
  expect(bench.states.map(({ topic }) => topic)).toEqual(["runs"]);
});

test("while the database is away the page says so; when it is back, refused requests are repeated at once", async () => {
  const reader = await reading(3, 3);
  bench.beat(3, { databaseAway: true, databaseReason: "full" });
  expect(bench.engine.freshness()).toMatchObject({ state: "stale", databaseAway: "full", since: new Date() });
  bench.answer = () => ({ error: { code: "unavailable", message: "the log cannot be read" } });
  bench.engine.retain("runs");
  await settle(3_000);
  bench.beat(3, { databaseAway: true, databaseReason: "full" });
  const asked = bench.asked.length;
  bench.answer = () => bench.ok();
  bench.beat(3);
  await settle();
  expect(bench.asked.slice(asked)).toEqual([{ topic: "runs" }]);
  expect(bench.returns).toBe(1);
  expect(bench.engine.freshness()).toMatchObject({ state: "live", databaseAway: null, since: null });
  bench.send(4, 5);
  expect(reader.seen).toEqual([4, 5]);
});

test("a connection lost while the database is away counts as lost", async () => {
  await reading(3, 3);
  bench.beat(3, { databaseAway: true, databaseReason: "full" });
  bench.engine.disconnected();
  expect(bench.engine.freshness()).toMatchObject({ state: "stale", databaseAway: null });
});

test("without a live connection events read by HTTP reach the readers in order, and a connection continues from there", async () => {
  bench.head = 3;
  const log = new TestReader(3);
  const run = new TestReader(3);
  bench.engine.read("log", log);
  bench.engine.read("run:r", run);
  const events = [4, 5, 6].map((seq) => ({ ...eventAt(seq), ...(seq === 5 && { runId: "r" }) }));
  bench.engine.reloaded({ from: 4, to: 6, events });
  bench.engine.reloaded(null);
  expect(bench.engine.freshness()).toMatchObject({ state: "reloading", head: 6 });
  expect([log.seen, run.seen]).toEqual([[4, 5, 6], [5]]);
  // Events beyond one read become a hole, loaded like any other.
  bench.engine.reloaded({ from: 9, to: 9, events: [eventAt(9)] });
  expect([log.seen, log.holes]).toEqual([[4, 5, 6, 9], [{ from: 7, to: 8 }]]);
  bench.engine.connected("polling");
  await settle();
  expect(bench.asked).toContainEqual({ topic: "log", since: 9 });
  expect(bench.engine.freshness()).toMatchObject({ state: "live", carrier: "polling" });
  bench.engine.carriedBy("socket");
  expect(bench.engine.freshness()).toMatchObject({ state: "live", carrier: "socket" });
});
