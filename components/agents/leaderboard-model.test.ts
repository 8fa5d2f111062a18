import { describe, expect, it } from "vitest";
import type { Standing } from "../../domain/agents/answers.ts";
import { isFewSamples, leaderboardPath, nextSort, sortRows, trendOf } from "./leaderboard-model.ts";

const standing = (agentKey: string, more: Partial<Standing> = {}): Standing => ({
  rank: 1,
  agentKey,
  displayName: agentKey.toUpperCase(),
  total: 0,
  successful: 0,
  failed: 0,
  successRate: null,
  wilsonLowerBound: 0,
  upstream: 0,
  averageDurationMs: null,
  p50DurationMs: null,
  p95DurationMs: null,
  trend: null,
  ...more,
});

const keys = (rows: { agentKey: string }[]) => rows.map(({ agentKey }) => agentKey);

describe("leaderboard", () => {
  it("requests under-performers with a minimum sample, and no filter that was not chosen", () => {
    const choice = { window: "24h", taskType: null, below: null, min: 20 } as const;
    expect(leaderboardPath(choice)).toBe("/leaderboard?window=24h");
    expect(leaderboardPath({ ...choice, taskType: "code review", below: 0.8 })).toBe(
      "/leaderboard?window=24h&taskType=code+review&below=0.8&minTotal=20",
    );
  });

  it("sorts by any column, with missing figures last in either direction", () => {
    const rows = [
      standing("slow", { rank: 1, averageDurationMs: 900, trend: -0.2 }),
      standing("quick", { rank: 2, averageDurationMs: 10, trend: 0.1 }),
      standing("idle", { rank: 3 }),
    ];
    expect(keys(sortRows(rows, { key: "average", descending: true }))).toEqual(["slow", "quick", "idle"]);
    expect(keys(sortRows(rows, { key: "average", descending: false }))).toEqual(["quick", "slow", "idle"]);
    expect(keys(sortRows(rows, { key: "trend", descending: true }))).toEqual(["quick", "slow", "idle"]);
    expect(keys(sortRows(rows, { key: "agent", descending: false }))).toEqual(["idle", "quick", "slow"]);
  });

  it("a second press on a column reverses its order", () => {
    const first = nextSort({ key: "rank", descending: false }, "total");
    expect(first).toEqual({ key: "total", descending: true });
    expect(nextSort(first, "total")).toEqual({ key: "total", descending: false });
    expect(nextSort(first, "agent")).toEqual({ key: "agent", descending: false });
    expect(nextSort(first, "trend"), "the largest losses first").toEqual({ key: "trend", descending: false });
  });

  it("a trend is in percentage points, and a tiny change is no trend", () => {
    expect(trendOf({ trend: 0.0321 })).toEqual({ way: "up", text: "+3.2" });
    expect(trendOf({ trend: -0.5 })).toEqual({ way: "down", text: "−50.0" });
    expect(trendOf({ trend: 0.004 })?.way).toBe("steady");
    expect(trendOf({ trend: null })).toBeNull();
    expect([isFewSamples({ total: 9 }), isFewSamples({ total: 10 })]).toEqual([true, false]);
  });
});
