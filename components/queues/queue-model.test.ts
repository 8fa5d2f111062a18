import { describe, expect, it } from "vitest";
import { NO_JOBS } from "../../domain/execution/contract.ts";
import { parseBound, type QueueRow, queueLook, sparkline, withFigures } from "./queue-model.ts";

function queue(over: Partial<QueueRow> = {}): QueueRow {
  return {
    kind: "queue",
    id: "builds",
    queue: "builds",
    concurrency: null,
    capacity: null,
    paused: false,
    pauseReason: null,
    jobCounts: NO_JOBS,
    createdAt: "2026-11-21T10:00:00.000Z",
    updatedAt: "2026-11-21T10:00:00.000Z",
    version: 1,
    seq: 1,
    ...over,
  };
}

const COUNTED = {
  depth: 99,
  later: 0,
  running: 99,
  deadLetters: 99,
  oldestQueuedAt: "2026-11-21T10:00:00.000Z",
  oldestAgeMs: 1000,
  throughputPerMinute: 6,
  drainEstimateMs: 1,
};

describe("a queue as it is shown", () => {
  it("takes counts from its live row, not from an older response", () => {
    const row = queue({ jobCounts: { ...NO_JOBS, queued: 3, running: 2, failed: 1, timed_out: 1 } });
    expect(withFigures(row, COUNTED)).toMatchObject({
      depth: 3,
      running: 2,
      deadLetters: 2,
      oldestAgeMs: 1000,
      drainEstimateMs: 30_000,
    });
  });

  it("is drained when nothing waits, and has no time while it is paused or no job ends", () => {
    expect(withFigures(queue(), COUNTED)).toMatchObject({ drainEstimateMs: 0, oldestQueuedAt: null });
    const waits = { jobCounts: { ...NO_JOBS, queued: 1 } };
    expect(withFigures(queue({ ...waits, paused: true }), COUNTED).drainEstimateMs).toBeNull();
    expect(withFigures(queue(waits), undefined).drainEstimateMs).toBeNull();
  });

  it("shows paused first, then its problems", () => {
    const full = { concurrency: 1, capacity: 1, jobCounts: { ...NO_JOBS, queued: 2, running: 1 } };
    const label = (over: Partial<QueueRow>) => queueLook(withFigures(queue(over), undefined)).label;
    expect(label({ ...full, paused: true })).toBe("Paused");
    expect(label(full)).toBe("Over capacity");
    expect(label({ ...full, capacity: null })).toBe("At its limit");
    expect(label({})).toBe("Open");
  });

  it("takes whole numbers as limits, and an empty field as none", () => {
    expect(parseBound("", 1)).toEqual({ value: null });
    expect(parseBound(" 12 ", 1)).toEqual({ value: 12 });
    for (const text of ["0", "-1", "1.5", "many", "2147483648"])
      expect(parseBound(text, 1)).toMatchObject({ fault: expect.any(String) });
    expect(parseBound("0", 0)).toEqual({ value: 0 });
  });

  it("draws a line with a gap where values are unknown", () => {
    expect(sparkline([0, 2, null, 1], 30, 10)).toEqual(["0,10 10,0", "30,5"]);
    expect(sparkline([], 30, 10)).toEqual([]);
  });
});
