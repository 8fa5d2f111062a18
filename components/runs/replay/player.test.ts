import { describe, expect, it } from "vitest";
import type { LogEvent } from "../../../domain/kernel/event.ts";
import { advance, buckets, failureCounts, nextFailure, previousFailure } from "./player.ts";

const event = (second: number, type = "job.started", payload: LogEvent["payload"] = {}): LogEvent => ({
  seq: second + 1,
  v: 1,
  type,
  at: new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString(),
  actor: "key:tests",
  subject: { kind: "job", id: "j" },
  runId: "r",
  payload,
});

describe("jumping to failures", () => {
  const events = [
    event(0, "run.created"),
    event(1, "job.attempt_failed"),
    event(2),
    event(3, "job.failed"),
    event(4, "run.transitioned", { to: "failed" }),
    event(5, "run.transitioned", { to: "completed" }),
  ];

  it("lands right after the event of the failure", () => {
    expect(failureCounts(events)).toEqual([2, 4, 5]);
  });

  it("goes to the next and the previous one, and stops at the ends", () => {
    const failures = failureCounts(events);
    expect([0, 2, 3, 5].map((count) => nextFailure(failures, count))).toEqual([2, 4, 4, undefined]);
    expect([6, 4, 3, 2].map((count) => previousFailure(failures, count))).toEqual([5, 2, 2, undefined]);
  });
});

describe("the strip of a log", () => {
  it("has a stretch for every event of a short log, and marks failures", () => {
    const strip = buckets([event(0), event(1, "job.failed"), event(2)], 100);
    expect(strip.map(({ failed }) => failed)).toEqual([false, true, false]);
    expect(strip.every(({ height }) => height > 0 && height <= 1)).toBe(true);
  });

  it("has the given width for a long log, keeps every failure, and is highest where most happened", () => {
    const slow = Array.from({ length: 500 }, (_, n) => event(n * 10));
    const fast = Array.from({ length: 500 }, () => event(5000));
    const strip = buckets([...slow, ...fast, event(5001, "job.timed_out")], 50);
    expect(strip).toHaveLength(50);
    expect(strip.filter(({ failed }) => failed)).toHaveLength(1);
    expect(strip[45]?.height).toBe(1);
    expect(strip[5]?.height).toBeLessThan(0.3);
  });

  it("is empty without events", () => {
    expect(buckets([], 50)).toEqual([]);
  });
});

it("playing advances by whole events and keeps the rest of the time", () => {
  expect(advance(1100, 4)).toEqual({ events: 4, rest: 100 });
  expect(advance(16, 1)).toEqual({ events: 0, rest: 16 });
});
