import { describe, expect, it } from "vitest";
import type { Statistics } from "../../domain/agent.ts";
import { addDuration } from "../../domain/figures.ts";
import { leaderboardOf, nextSort, sortRows } from "./leaderboard-model.ts";

function agent(agentKey: string, successful: number, failed: number, durations: number[] = []) {
  const statistics: Statistics = {
    id: agentKey,
    total: successful + failed,
    successful,
    failed,
    totalDurationMs: durations.reduce((sum, one) => sum + one, 0),
    timed: durations.length,
    histogram: durations.reduce(addDuration, {}),
    upstream: 0,
    baseline: null,
    updatedAt: "2026-11-21T10:00:00.000Z",
    version: 1,
    seq: 1,
  };
  return { agentKey, displayName: agentKey.toUpperCase(), statistics };
}

const keys = (rows: { agentKey: string }[]) => rows.map(({ agentKey }) => agentKey);

describe("leaderboard", () => {
  it("C5: ranks by the lower bound of the success rate, so one lucky success does not lead", () => {
    const rows = leaderboardOf([
      agent("lucky", 1, 0),
      agent("proven", 90, 10),
      agent("idle", 0, 0),
      agent("bad", 0, 5),
    ]);
    expect(keys(rows)).toEqual(["proven", "lucky", "bad", "idle"]);
    expect(rows.map(({ rank }) => rank)).toEqual([1, 2, 3, 4]);
    expect(rows[1]).toMatchObject({ successRate: 1, total: 1, fewSamples: true });
    expect(rows[3]).toMatchObject({ successRate: null, averageDurationMs: null, p95DurationMs: null });
  });

  it("C4: the average counts the outcomes that told a duration", () => {
    const [row] = leaderboardOf([agent("a", 4, 0, [100, 300])]);
    expect(row?.averageDurationMs).toBe(200);
    expect(row?.p95DurationMs).toBeGreaterThan(280);
    expect(row?.p95DurationMs).toBeLessThan(320);
  });

  it("sorts by any column, and what has no figure stands last in either direction", () => {
    const rows = leaderboardOf([agent("slow", 9, 1, [900]), agent("quick", 5, 5, [10]), agent("idle", 0, 0)]);
    expect(keys(sortRows(rows, { key: "average", descending: true }))).toEqual(["slow", "quick", "idle"]);
    expect(keys(sortRows(rows, { key: "average", descending: false }))).toEqual(["quick", "slow", "idle"]);
    expect(keys(sortRows(rows, { key: "agent", descending: false }))).toEqual(["idle", "quick", "slow"]);
  });

  it("a second press on a column turns its order", () => {
    const first = nextSort({ key: "rank", descending: false }, "total");
    expect(first).toEqual({ key: "total", descending: true });
    expect(nextSort(first, "total")).toEqual({ key: "total", descending: false });
    expect(nextSort(first, "agent")).toEqual({ key: "agent", descending: false });
  });
});
