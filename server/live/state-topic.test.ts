import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { StateFrame } from "../../domain/kernel/live.ts";
import type { Wire } from "../../domain/kernel/wire.ts";
import type { Emitter } from "./emitter.ts";
import { cutFairly } from "./frames.ts";
import { range, runRow } from "./live.test-kit.ts";
import type { Snapshot } from "./source.ts";
import { StateTopic, type Viewer } from "./state-topic.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A topic whose snapshots the test provides. */
function openTopic(name = "runs") {
  const sent: { to: string | string[]; frame: StateFrame; at: number }[] = [];
  const loads: { resolve: (found: Snapshot | null) => void; reject: (error: Error) => void }[] = [];
  let position = 0;
  const nothing = () => {};
  const state: Emitter["state"] = (to, frame) => sent.push({ to, frame, at: performance.now() });
  const topic = new StateTopic({
    tenantId: "t1",
    topic: name,
    emitter: { state, log: nothing, reset: nothing, beat: nothing },
    load: () => new Promise((resolve, reject) => loads.push({ resolve, reject })),
    position: () => position,
  });
  const viewer = (id: string) => {
    const said: string[] = [];
    const sink = {
      id,
      full: false,
      drained: async () => true,
      join: (room: string) => said.push(`join ${room}`),
      leave: (room: string) => said.push(`leave ${room}`),
    };
    const made: Viewer = {
      sink,
      opened: (exists) => {
        said.push(`opened ${exists}`);
        return exists;
      },
      failed: () => said.push("failed"),
      tooSlow: () => {
        said.push("too slow");
        topic.close(made);
      },
    };
    return { ...made, said, sink, made };
  };
  const commit = (seq: number, rows: Wire[]) => {
    position = seq;
    for (const row of rows) topic.change(row);
    topic.settle();
  };
  /** Delivers a snapshot. */
  const answer = async (found: Snapshot | null) => {
    loads.shift()?.resolve(found);
    await Promise.resolve();
    await Promise.resolve();
  };
  return { topic, sent, loads, viewer, commit, answer };
}

const ROOM = "state|t1|runs";

async function withViewer(name?: string) {
  const t = openTopic(name);
  const one = t.viewer("one");
  t.topic.open(one.made);
  await t.answer({ seq: 0, rows: [] });
  t.sent.length = 0;
  return { ...t, one };
}

test("the first change after a quiet time goes out at once, later ones ten times a second at most, latest row only", async () => {
  const { sent, commit } = await withViewer();
  const started = performance.now();
  // 1,000 changes a second of two runs, for two seconds.
  for (const seq of range(1, 2_000)) {
    commit(seq, [runRow(seq % 2 ? "a" : "b", seq)]);
    await vi.advanceTimersByTimeAsync(1);
  }
  await vi.advanceTimersByTimeAsync(500);
  expect(sent[0]).toMatchObject({ at: started, frame: { seq: 1, upserts: [{ id: "a", seq: 1 }] } });
  const gaps = sent.slice(1).map(({ at }, i) => at - (sent[i]?.at ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(100);
  expect(sent.length).toBeGreaterThanOrEqual(20);
  expect(sent.length).toBeLessThanOrEqual(21);
  for (const { frame } of sent) expect(frame.upserts.length).toBeLessThanOrEqual(2);
  expect(sent.at(-1)?.frame).toMatchObject({ seq: 2_000, upserts: [{ seq: 1_999 }, { seq: 2_000 }] });
  const quiet = performance.now();
  commit(2_001, [runRow("a", 2_001)]);
  expect(sent.at(-1)).toMatchObject({
    at: quiet,
    to: ROOM,
    frame: { seq: 2_001, upserts: [{ id: "a", seq: 2_001 }], removes: [] },
  });
});

test("a snapshot is followed by what changed while it was read, and by nothing it contains already", async () => {
  const { topic, sent, viewer, commit, answer } = openTopic();
  const one = viewer("one");
  topic.open(one.made);
  commit(1, [runRow("a", 1)]);
  commit(2, [runRow("b", 2)]);
  commit(3, [runRow("a", 3)]);
  expect(sent).toEqual([]);
  await answer({ seq: 2, rows: [runRow("a", 1), runRow("b", 2)] });
  expect(sent).toMatchObject([
    {
      to: ["one"],
      frame: {
        snapshot: true,
        seq: 2,
        upserts: [
          { id: "a", seq: 1 },
          { id: "b", seq: 2 },
        ],
      },
    },
    { to: ROOM, frame: { seq: 3, upserts: [{ id: "a", seq: 3 }] } },
  ]);
  expect(one.said).toEqual(["opened true", `join ${ROOM}`]);
});

test("waiting viewers share one snapshot, those who join while it is read included; one that has left gets nothing", async () => {
  const { topic, sent, loads, viewer, commit, answer } = openTopic();
  const [one, two, three] = [viewer("one"), viewer("two"), viewer("three")];
  topic.open(one.made);
  topic.open(two.made);
  commit(1, [runRow("a", 1)]);
  topic.open(three.made);
  topic.close(two.made);
  expect(loads).toHaveLength(1);
  await answer({ seq: 0, rows: [] });
  expect(sent[0]).toMatchObject({ to: ["one", "three"] });
  expect(sent[1]).toMatchObject({ to: ROOM, frame: { upserts: [{ id: "a" }] } });
  expect(two.said).toEqual([]);
});

test("a topic that names nothing, and one that cannot be read, report it to all waiting viewers", async () => {
  const { topic, sent, loads, viewer, answer } = openTopic();
  const [one, two] = [viewer("one"), viewer("two")];
  topic.open(one.made);
  await answer(null);
  expect(one.said).toEqual(["opened false"]);
  topic.open(two.made);
  loads.shift()?.reject(new Error("the database is away"));
  await vi.advanceTimersByTimeAsync(0);
  expect(two.said).toEqual(["failed"]);
  expect(sent).toEqual([]);
});

test("a viewer that is full is reset and delays nobody", async () => {
  const { topic, sent, viewer, commit, answer, one } = await withViewer();
  const two = viewer("two");
  topic.open(two.made);
  await answer({ seq: 0, rows: [] });
  two.sink.full = true;
  commit(1, [runRow("a", 1)]);
  expect(two.said).toEqual(["opened true", `join ${ROOM}`, "too slow", `leave ${ROOM}`]);
  expect(sent.at(-1)).toMatchObject({ to: ROOM, frame: { seq: 1 } });
  expect(one.said).toEqual(["opened true", `join ${ROOM}`]);
});

test("after missed changes everybody gets a new snapshot, and one being read already is discarded", async () => {
  const { topic, sent, loads, viewer, commit, answer, one } = await withViewer();
  const two = viewer("two");
  topic.open(two.made);
  topic.restart();
  expect(loads).toHaveLength(2);
  await answer({ seq: 1, rows: [] });
  expect(sent).toEqual([]);
  commit(8, [runRow("a", 8)]);
  await answer({ seq: 7, rows: [runRow("a", 6)] });
  expect(sent[0]).toMatchObject({ frame: { snapshot: true, seq: 7 } });
  expect([sent[0]?.to].flat().sort()).toEqual(["one", "two"]);
  expect(sent[1]).toMatchObject({ to: ROOM, frame: { seq: 8, upserts: [{ id: "a", seq: 8 }] } });
  expect(one.said.at(-1)).toBe(`join ${ROOM}`);
});

test("when the last viewer leaves, nothing is sent and no timer stays", async () => {
  const { topic, sent, commit, one } = await withViewer();
  commit(1, [runRow("a", 1)]);
  commit(2, [runRow("a", 2)]);
  topic.close(one.made);
  expect(vi.getTimerCount()).toBe(0);
  commit(3, [runRow("a", 3)]);
  expect(sent).toHaveLength(1);
});

test("a snapshot that is too large keeps some of each kind", () => {
  const rows = [
    runRow("r", 1),
    ...range(1, 300).map((i) => ({ ...runRow(`j${i}`, i), kind: "job" }) as Wire),
    ...range(1, 300).map((i) => ({ ...runRow(`a${i}`, i), kind: "attempt" }) as Wire),
  ];
  const cut = cutFairly(rows, 200);
  const count = (kind: string) => cut.filter((row) => row.kind === kind).length;
  expect([cut.length, count("run"), count("job"), count("attempt")]).toEqual([200, 1, 99, 100]);
  expect(cut.find((row) => row.kind === "job")?.id).toBe("j1");
});

const large = { definition: { steps: 3 }, context: { a: 1 }, tokens: {}, scopes: {} };
const columns = (frame: StateFrame | undefined) =>
  frame?.upserts.map((row) => Object.keys(large).filter((one) => one in row));

test("a list of runs never has large columns", async () => {
  const { sent, commit } = await withViewer("runs");
  commit(1, [runRow("a", 1, large)]);
  expect(sent[0]?.frame.upserts).toMatchObject([{ kind: "run", id: "a", seq: 1, status: "running" }]);
  expect(columns(sent[0]?.frame)).toEqual([[]]);
});

test("a run's own topic has large columns when they have changed, and for a new viewer", async () => {
  const { sent, commit, topic, viewer, answer } = await withViewer("run:a");
  const all = Object.keys(large);
  const next = async (seq: number, more: Parameters<typeof runRow>[2]) => {
    commit(seq, [runRow("a", seq, more)]);
    await vi.advanceTimersByTimeAsync(100);
    return columns(sent.at(-1)?.frame)?.[0];
  };
  expect(await next(1, large)).toEqual(all);
  expect(await next(2, { ...large, status: "blocked" })).toEqual([]);
  expect(await next(3, { ...large, context: { a: 2 } })).toEqual(all);
  expect(await next(4, { ...large, context: { a: 2 } })).toEqual(all);
  const second = viewer("two");
  topic.open(second.made);
  await answer({ seq: 4, rows: [runRow("a", 4, large)] });
  expect(await next(5, large)).toEqual(all);
  expect(await next(6, large)).toEqual([]);
});

test("a run's own topic leaves out a state that is large, says so in every frame, and has it again when it is small", async () => {
  const { sent, commit, topic, viewer, answer } = await withViewer("run:a");
  const huge = { ...large, context: { text: "x".repeat(900_000) } };
  const next = async (seq: number, more: Parameters<typeof runRow>[2]) => {
    commit(seq, [runRow("a", seq, more)]);
    await vi.advanceTimersByTimeAsync(100);
    return sent.at(-1)?.frame;
  };
  await next(1, large);
  for (const frame of [await next(2, huge), await next(3, { ...huge, status: "blocked" })]) {
    expect(columns(frame)).toEqual([[]]);
    expect(frame?.upserts).toMatchObject([{ omitted: expect.arrayContaining(["context"]) }]);
  }
  const second = viewer("two");
  topic.open(second.made);
  await answer({ seq: 3, rows: [runRow("a", 3, huge)] });
  expect(columns(sent.find(({ frame }) => frame.snapshot && frame.seq === 3)?.frame)).toEqual([[]]);
  expect(columns(await next(4, large))).toEqual([Object.keys(large)]);
});

test("a row that changed twice between two frames, first its state and then its status, is sent with its state", async () => {
  const { sent, commit } = await withViewer("run:a");
  commit(1, [runRow("a", 1, large)]);
  const changed = { ...large, context: { a: 2 } };
  commit(2, [runRow("a", 2, changed)]);
  commit(3, [runRow("a", 3, { ...changed, status: "blocked" })]);
  await vi.advanceTimersByTimeAsync(100);
  expect(sent.at(-1)?.frame.upserts).toMatchObject([{ seq: 3, context: { a: 2 } }]);
});
