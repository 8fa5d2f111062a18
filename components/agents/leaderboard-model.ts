import type { LeaderboardWindow, Standing } from "../../domain/agents/answers.ts";
import { figureEndpoints } from "../../domain/agents/endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";

/** Under this many outcomes a success rate says little. */
export const FEW_SAMPLES = 10;

export const isFewSamples = ({ total }: Pick<Standing, "total">): boolean => total < FEW_SAMPLES;

export type SortKey =
  | "rank"
  | "agent"
  | "successRate"
  | "trend"
  | "total"
  | "failed"
  | "upstream"
  | "average"
  | "p50"
  | "p95";
export interface Sort {
  key: SortKey;
  descending: boolean;
}

/**
 * The filters of the leaderboard; `below`: only agents under that success rate, with at least `min`
 * outcomes.
 */
export interface LeaderboardChoice {
  window: LeaderboardWindow;
  taskType: string | null;
  below: number | null;
  min: number;
}

/** The API path of the leaderboard. */
export const leaderboardPath = ({ window, taskType, below, min }: LeaderboardChoice) =>
  pathTo(figureEndpoints.leaderboard, {
    window,
    ...(taskType && { taskType }),
    ...(below !== null && { below, minTotal: min }),
  });

/** The rows in the asked order. Missing figures are last in either direction; ties go by rank. */
export function sortRows(rows: readonly Standing[], sort: Sort): Standing[] {
  const sign = sort.descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [figureOf(a, sort.key), figureOf(b, sort.key)];
    if (x === null || y === null) return Number(x === null) - Number(y === null) || a.rank - b.rank;
    return (x < y ? -sign : x > y ? sign : 0) || a.rank - b.rank;
  });
}

function figureOf(row: Standing, key: SortKey): number | string | null {
  switch (key) {
    case "agent":
      return row.displayName.toLowerCase();
    case "average":
      return row.averageDurationMs;
    case "p50":
      return row.p50DurationMs;
    case "p95":
      return row.p95DurationMs;
    default:
      return row[key];
  }
}

/**
 * The next sorting when a column's head is pressed: a new column starts in its most useful
 * direction, a second press reverses it.
 */
export function nextSort(sort: Sort, key: SortKey): Sort {
  if (sort.key === key) return { key, descending: !sort.descending };
  return { key, descending: key !== "rank" && key !== "agent" && key !== "trend" };
}

/** Smaller changes count as none: half a percentage point. */
const STEADY = 0.005;

/** The trend of a success rate in percentage points: `+3.2`. Null without an earlier window. */
export function trendOf({ trend }: Pick<Standing, "trend">): { way: "up" | "down" | "steady"; text: string } | null {
  if (trend === null) return null;
  const points = Math.abs(trend * 100).toFixed(1);
  if (Math.abs(trend) < STEADY) return { way: "steady", text: "±0" };
  return trend > 0 ? { way: "up", text: `+${points}` } : { way: "down", text: `−${points}` };
}
