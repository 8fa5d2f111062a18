import fc from "fast-check";
import { pino } from "pino";
import { expect, test } from "vitest";
import type { LogFrame, ResetFrame } from "../../domain/kernel/live.ts";
import { eventually } from "../testing/eventually.ts";
import type { Emitter } from "./emitter.ts";
import { Feed } from "./feed.ts";
import { FRAME_EVENTS } from "./frames.ts";
import { Gate } from "./gate.ts";
import { MemoryLog, positions, range, turn } from "./live.test-kit.ts";
import { Outbox } from "./outbox.ts";
import type { Sink } from "./outlet.ts";

/** A socket that a test can block and unblock; it keeps what it was sent. */
class StubbornSink implements Sink {
  readonly frames: LogFrame[] = [];
  stuck = false;
  /** Frames until it is full. */
  room = Number.POSITIVE_INFINITY;
  readonly id: string;
  readonly #rooms: Map<string, Set<StubbornSink>>;
  #wakers: ((drained: boolean) => void)[] = [];

  constructor(id: string, rooms: Map<string, Set<StubbornSink>>) {
    this.id = id;
    this.#rooms = rooms;
    this.join(id);
  }

  get full(): boolean {
    return this.stuck || this.frames.length >= this.room;
  }

  async drained(): Promise<boolean> {
    return this.full ? await new Promise((resolve) => this.#wakers.push(resolve)) : true;
  }

  join(room: string): void {
    this.#rooms.set(room, (this.#rooms.get(room) ?? new Set()).add(this));
  }

  leave(room: string): void {
    this.#rooms.get(room)?.delete(this);
  }

  relieve(drained = true): void {
    this.stuck = false;
    this.room = Number.POSITIVE_INFINITY;
    for (const wake of this.#wakers.splice(0)) wake(drained);
  }
}

/**
 * A feed over an in-memory log, with rooms of sinks. Few events are kept in memory, so that the log
 * must be read.
 */
async function openFeed(log: MemoryLog, reach = 6) {
  const rooms = new Map<string, Set<StubbornSink>>();
  const unexpected = () => {
    throw new Error("not a log frame");
  };
  const emitter: Emitter = {
    log: (to, frame) => {
      for (const room of [to].flat()) for (const sink of rooms.get(room) ?? []) sink.frames.push(frame);
    },
    state: unexpected,
    reset: unexpected,
    beat: unexpected,
  };
  const feed = new Feed({
    tenantId: "t1",
    source: log,
    emitter,
    metrics: { commitToEmit: { observe() {} } as never },
    recent: { maxEvents: reach },
  });
  log.onCommitted((committed) => feed.onCommitted(committed));
  await feed.start();
  const gate = new Gate(2);
  const logger = pino({ level: "silent" });
  return (topic: string, since: number) => {
    const sink = new StubbornSink(`socket ${Math.random()}`, rooms);
    const resets: ResetFrame["reason"][] = [];
    const held = feed.hold(topic).log;
    if (!held) throw new Error("no log topic");
    const onReset = (reason: ResetFrame["reason"]) => {
      resets.push(reason);
      outbox.end();
    };
    const deps = {
      tenantId: "t1",
      topic: held,
      sink,
      recent: feed.recent,
      source: log,
      gate,
      logger,
      patienceMs: 1000,
      onReset,
    };
    const outbox = new Outbox(deps, since);
    return { topic, since, sink, outbox, resets };
  };
}
type Followed = ReturnType<Awaited<ReturnType<typeof openFeed>>>;

const runId = fc.constantFrom("a", "b", undefined);
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("commit" as const), runs: fc.array(runId, { minLength: 1, maxLength: 9 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("subscribe" as const),
      topic: fc.constantFrom("log", "run:a"),
      back: fc.nat(30),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("silent" as const),
      runs: fc.array(runId, { minLength: 1, maxLength: 9 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("stick" as const), who: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("relieve" as const), who: fc.nat(9) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("turn" as const) }) },
);

test("replay and cutover: with any commits and any stalled sockets, each follower gets each event once, in order", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 60 }),
      fc.array(fc.nat(3), { minLength: 1 }),
      async (steps, pauses) => {
        const log = new MemoryLog();
        let reads = 0;
        log.pause = async () => {
          for (let i = pauses[reads++ % pauses.length] ?? 0; i > 0; i--) await turn();
        };
        log.commit(["a", undefined, "b", "a"]);
        const open = await openFeed(log);
        const followers: Followed[] = [];
        for (const next of steps) {
          const one = "who" in next ? followers[next.who] : undefined;
          if (next.do === "commit") log.commit(next.runs);
          else if (next.do === "silent") log.commit(next.runs, [], { silent: true });
          else if (next.do === "subscribe")
            followers.push(open(next.topic, Math.max(0, log.events.length - next.back)));
          else if (next.do === "stick" && one) one.sink.stuck = true;
          else if (next.do === "relieve") one?.sink.relieve();
          else await turn();
        }
        for (const { sink } of followers) sink.relieve();
        log.commit(["a"]);
        for (const { sink, topic, since, resets } of followers) {
          const wanted = log.events
            .filter(({ seq, runId }) => seq > since && (topic === "log" || runId === "a"))
            .map(({ seq }) => seq);
          await eventually(() => expect(positions(sink.frames, topic, since)).toEqual(wanted), { interval: 1 });
          expect(resets).toEqual([]);
        }
      },
    ),
    { numRuns: 150 },
  );
});

test("a range much larger than a frame stops at a full socket", async () => {
  const log = new MemoryLog();
  const open = await openFeed(log);
  const [one, other] = [open("log", 0), open("log", 0)];
  await turn();
  one.sink.room = 1;
  log.commit(range(1, 3 * FRAME_EVENTS).map(() => "a"));
  expect(one.sink.frames).toHaveLength(1);
  expect(positions(other.sink.frames, "log", 0)).toEqual(range(1, 3 * FRAME_EVENTS));
  one.sink.relieve();
  await eventually(() => expect(positions(one.sink.frames, "log", 0)).toEqual(range(1, 3 * FRAME_EVENTS)));
});

test("a read page grows or shrinks with the size of its events", async () => {
  const log = new MemoryLog();
  log.commit(
    Array.from({ length: 200 }, () => undefined),
    [],
    { payload: { text: "x".repeat(20_000) } },
  );
  const open = await openFeed(log);
  const { sink } = open("log", 0);
  await eventually(() => expect(positions(sink.frames, "log", 0)).toEqual(range(1, 200)));
  expect(Math.max(...sink.frames.map(({ events }) => JSON.stringify(events).length))).toBeLessThan(300_000);
});

test("a page that cannot be read is tried again", async () => {
  const log = new MemoryLog();
  const open = await openFeed(log, 1);
  log.commit(["a", "a", "a"]);
  let failures = 2;
  log.pause = async () => {
    if (failures-- > 0) throw new Error("the database is away");
  };
  const { sink } = open("log", 0);
  await eventually(() => expect(positions(sink.frames, "log", 0)).toEqual([1, 2, 3]));
});

test("a replay overtaken by retention is reset", async () => {
  const log = new MemoryLog();
  log.commit(range(1, 50).map(() => undefined));
  const open = await openFeed(log);
  log.floor = 10;
  const { resets, sink } = open("log", 5);
  await eventually(() => expect(resets).toEqual(["too_old"]));
  expect(sink.frames).toEqual([]);
});

test("a socket that reads nothing for too long is reset, once", async () => {
  const log = new MemoryLog();
  const open = await openFeed(log);
  const { sink, resets } = open("log", 0);
  await turn();
  sink.stuck = true;
  log.commit(["a"]);
  await turn();
  sink.relieve(false);
  log.commit(["a"]);
  await turn();
  expect(resets).toEqual(["too_slow"]);
  expect(sink.frames).toEqual([]);
});

test("a follower that has ended gets nothing more, in any state", async () => {
  const log = new MemoryLog();
  log.commit(range(1, 100).map(() => "a"));
  const open = await openFeed(log);
  log.pause = turn;
  const reading = open("log", 0);
  await Promise.resolve();
  reading.outbox.end();
  const streaming = open("log", 100);
  await turn();
  streaming.outbox.end();
  log.commit(["a"]);
  for (let i = 0; i < 10; i++) await turn();
  expect([reading.sink.frames, streaming.sink.frames]).toEqual([[], []]);
});
