import { expect, test } from "vitest";
import type { LogEvent } from "../../domain/kernel/event.ts";
import { FRAME_EVENTS } from "./frames.ts";
import { range } from "./live.test-kit.ts";
import { Recent } from "./recent.ts";

const event = (seq: number, runId?: string, text = ""): LogEvent => ({
  seq,
  v: 1,
  type: "x.test",
  at: "2026-11-21T00:00:00.000Z",
  actor: "key:test",
  subject: { kind: "run", id: "r" },
  ...(runId && { runId }),
  payload: { text },
});
const events = (from: number, to: number) => range(from, to).map((seq) => event(seq, seq % 2 ? "odd" : "even"));
const seqs = (found: { events: LogEvent[] } | undefined) => found?.events.map(({ seq }) => seq);

test("events after a position are found while they are kept", () => {
  const recent = new Recent(10, { maxEvents: 5 });
  expect(recent.after(10)).toEqual({ events: [], to: 10 });
  expect(recent.after(12)).toEqual({ events: [], to: 12 });
  expect(recent.after(9)).toBeUndefined();
  recent.append(events(11, 14));
  expect(seqs(recent.after(10))).toEqual([11, 12, 13, 14]);
  recent.append(events(15, 18));
  expect(recent.after(12)).toBeUndefined();
  expect(seqs(recent.after(13))).toEqual([14, 15, 16, 17, 18]);
  expect(recent.after(13, "odd")).toMatchObject({ to: 18 });
  expect(seqs(recent.after(13, "odd"))).toEqual([15, 17]);
  expect(recent.after(13, "none")).toEqual({ events: [], to: 18 });
});

test("long stretches come frame by frame, each with the position searched up to", () => {
  const recent = new Recent(0);
  recent.append(events(1, 2 * FRAME_EVENTS + 10));
  expect(recent.after(0)?.to).toBe(FRAME_EVENTS);
  const odd = recent.after(0, "odd");
  expect([odd?.events.length, odd?.to]).toEqual([FRAME_EVENTS, 2 * FRAME_EVENTS]);
  recent.append([event(2 * FRAME_EVENTS + 11, undefined, "x".repeat(500_000)), event(2 * FRAME_EVENTS + 12)]);
  expect(recent.after(2 * FRAME_EVENTS + 5)?.to).toBe(2 * FRAME_EVENTS + 10);
  expect(seqs(recent.after(2 * FRAME_EVENTS + 10))).toEqual([2 * FRAME_EVENTS + 11]);
});

test("memory is also bounded in bytes", () => {
  const recent = new Recent(0, { maxBytes: 10_000 });
  for (const seq of range(1, 100)) recent.append([event(seq, undefined, "x".repeat(1_000))]);
  expect(recent.after(90)).toBeUndefined();
  expect(seqs(recent.after(95))).toEqual([96, 97, 98, 99, 100]);
});

test("a restart clears it and continues at another position", () => {
  const recent = new Recent(0);
  recent.append(events(1, 5));
  recent.restart(9);
  expect(recent.after(3)).toBeUndefined();
  recent.append(events(10, 11));
  expect(seqs(recent.after(9))).toEqual([10, 11]);
});
