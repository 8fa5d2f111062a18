import fc from "fast-check";
import { expect, test } from "vitest";
import type { LogEvent } from "../../domain/kernel/event.ts";
import { sinceOf, stepOf } from "./cursor.ts";

const event = (seq: number): LogEvent => ({
  seq,
  v: 1,
  type: "x.t",
  at: "2026-11-21T00:00:00.000Z",
  actor: "key:t",
  subject: { kind: "tenant", id: "log" },
  payload: {},
});
const frame = (from: number, to: number) => ({
  from,
  to,
  events: Array.from({ length: to - from + 1 }, (_, at) => event(from + at)),
});

test("a frame right behind the position is applied whole", () => {
  expect(stepOf(4, frame(5, 7))).toMatchObject({
    kind: "apply",
    position: 7,
    events: [{ seq: 5 }, { seq: 6 }, { seq: 7 }],
  });
});

test("a frame that overlaps what is known brings only what is new", () => {
  expect(stepOf(6, frame(5, 7))).toMatchObject({ kind: "apply", position: 7, events: [{ seq: 7 }] });
});

test("a frame of known positions is known, to its last one", () => {
  expect(stepOf(7, frame(5, 7))).toEqual({ kind: "known" });
});

test("a frame that begins later is a gap and names exactly what is missing", () => {
  expect(stepOf(4, frame(8, 9))).toEqual({ kind: "gap", missing: { from: 5, to: 7 } });
});

test("a frame without events of this run still moves the position on", () => {
  expect(stepOf(4, { from: 5, to: 90, events: [] })).toEqual({ kind: "apply", events: [], position: 90 });
});

test("frames may overlap and repeat: each event is taken once and in order", () => {
  const frames = fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 12 })), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(frames, (sent) => {
      let position = 0;
      const taken: number[] = [];
      for (const [from, length] of sent) {
        const step = stepOf(position, frame(from, from + length));
        if (step.kind === "gap") expect(step.missing).toEqual({ from: position + 1, to: from - 1 });
        if (step.kind !== "apply") continue;
        taken.push(...step.events.map(({ seq }) => seq));
        position = step.position;
      }
      expect(taken).toEqual(Array.from({ length: position }, (_, at) => at + 1));
    }),
  );
});

test("a topic is asked from the lowest position of its readers; those that start at the head do not count", () => {
  expect(sinceOf([9, null, 4])).toBe(4);
  expect(sinceOf([null])).toBeUndefined();
  expect(sinceOf([0, 5])).toBe(0);
});
