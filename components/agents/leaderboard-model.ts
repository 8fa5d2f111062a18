import type { Standing } from "../../domain/answers.ts";
import { rankAgents } from "../../domain/leaderboard.ts";

/** An agent's place, and whether it says much. */
export interface LeaderboardRow extends Standing {
  fewSamples: boolean;
}

/** Under this many outcomes a success rate says little. */
export const FEW_SAMPLES = 10;

export type SortKey = "rank" | "agent" | "successRate" | "total" | "successful" | "failed" | "average" | "p95";
export interface Sort {
  key: SortKey;
  descending: boolean;
}

/** The leaderboard, with those marked of whom little is known. */
export function leaderboardOf(agents: Parameters<typeof rankAgents>[0]): LeaderboardRow[] {
  return rankAgents(agents).map((standing) => ({ ...standing, fewSamples: standing.total < FEW_SAMPLES }));
}

/** The rows in the asked order. What has no figure stands last in either direction; ties go by rank. */
export function sortRows(rows: readonly LeaderboardRow[], sort: Sort): LeaderboardRow[] {
  const sign = sort.descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [figureOf(a, sort.key), figureOf(b, sort.key)];
    if (x === null || y === null) return Number(x === null) - Number(y === null) || a.rank - b.rank;
    return (x < y ? -sign : x > y ? sign : 0) || a.rank - b.rank;
  });
}

function figureOf(row: LeaderboardRow, key: SortKey): number | string | null {
  switch (key) {
    case "rank":
      return row.rank;
    case "agent":
      return row.displayName.toLowerCase();
    case "successRate":
      return row.successRate;
    case "total":
      return row.total;
    case "successful":
      return row.successful;
    case "failed":
      return row.failed;
    case "average":
      return row.averageDurationMs;
    case "p95":
      return row.p95DurationMs;
  }
}

/** The next sorting when a column's head is pressed: a new column starts with what is of interest first, a second press turns it. */
export function nextSort(sort: Sort, key: SortKey): Sort {
  if (sort.key === key) return { key, descending: !sort.descending };
  return { key, descending: key !== "rank" && key !== "agent" };
}
