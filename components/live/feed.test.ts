import { expect, test } from "vitest";
import type { LogEvent } from "../../domain/kernel/event.ts";
import {
  arrive,
  type EventFilter,
  fill,
  filterQuery,
  heldCount,
  matches,
  miss,
  newFeed,
  pause,
  prepend,
  resume,
  rowsOf,
} from "./feed.ts";

const event = (seq: number, more: Partial<LogEvent> = {}): LogEvent => ({
  seq,
  v: 1,
  type: "job.started",
  at: "2026-11-21T00:00:00.000Z",
  actor: "key:ci",
  subject: { kind: "job", id: "build-1" },
  payload: {},
  ...more,
});
const events = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => event(from + at));
const seqs = (feed: { events: readonly LogEvent[] }) => feed.events.map(({ seq }) => seq);
const open: EventFilter = { types: [], subject: null, runId: null };

test("new events are appended; known ones are not repeated", () => {
  const feed = arrive(newFeed(events(1, 3).toReversed(), false), events(2, 5));
  expect(seqs(feed)).toEqual([1, 2, 3, 4, 5]);
});

test("a pause loses nothing: new events are counted, and shown when it ends", () => {
  let feed = pause(newFeed(events(1, 3).toReversed(), false));
  feed = arrive(arrive(feed, events(4, 6)), events(7, 9));
  expect(seqs(feed)).toEqual([1, 2, 3]);
  expect(heldCount(feed)).toBe(6);
  feed = resume(feed);
  expect(seqs(feed)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(heldCount(feed)).toBe(0);
});

test("a pause longer than the bound leaves a hole that can be loaded, not a silent loss", () => {
  let feed = pause(newFeed(events(1, 2).toReversed(), false));
  for (let from = 3; from <= 12; from += 2) feed = arrive(feed, events(from, from + 1), 4);
  expect(heldCount(feed)).toBe(10);
  feed = resume(feed, 20);
  expect(rowsOf(feed).map((row) => (row.kind === "hole" ? row.hole : row.seq))).toEqual([
    1,
    2,
    { from: 3, to: 8 },
    9,
    10,
    11,
    12,
  ]);
  feed = fill(feed, { from: 3, to: 8 }, events(3, 5), false);
  expect(feed.holes).toEqual([{ from: 6, to: 8 }]);
  feed = fill(feed, { from: 6, to: 8 }, events(6, 8), true);
  expect(seqs(feed)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  expect(feed.holes).toEqual([]);
});

test("while following, the oldest events are dropped and can be loaded again", () => {
  const feed = arrive(newFeed(events(1, 3).toReversed(), false), events(4, 8), 5);
  expect(seqs(feed)).toEqual([4, 5, 6, 7, 8]);
  expect(feed.hasOlder).toBe(true);
  expect(seqs(prepend(feed, events(1, 4).toReversed(), false))).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test("events that the server cannot replay are shown as a hole in their place", () => {
  const feed = arrive(miss(newFeed(events(1, 2).toReversed(), false), { from: 3, to: 90 }), events(91, 91));
  expect(rowsOf(feed).map((row) => row.kind)).toEqual(["event", "event", "hole", "event"]);
});

test("filters match what GET /events matches: exact types and prefixes, a subject, a run", () => {
  expect(matches(open, event(1))).toBe(true);
  expect(matches({ ...open, types: ["job.*"] }, event(1))).toBe(true);
  expect(matches({ ...open, types: ["job.start"] }, event(1))).toBe(false);
  expect(matches({ ...open, types: ["run.created", "job.started"] }, event(1))).toBe(true);
  expect(matches({ ...open, subject: "job:build-1" }, event(1))).toBe(true);
  expect(matches({ ...open, subject: "job:build-2" }, event(1))).toBe(false);
  expect(matches({ ...open, runId: "r" }, event(1))).toBe(false);
  expect(matches({ ...open, runId: "r" }, event(1, { runId: "r" }))).toBe(true);
});

test("a filter becomes the API's query", () => {
  expect(filterQuery({ types: ["job.*", "run.created"], subject: "job:a:b", runId: "r" })).toEqual({
    type: ["job.*", "run.created"],
    subject: "job:a:b",
    runId: "r",
  });
});
