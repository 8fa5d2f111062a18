import type { Live } from "../live/rows.ts";

/** Runs, the latest created first. */
export function newestRuns(runs: readonly Live<"run">[], count: number): Live<"run">[] {
  return runs
    .toSorted((a, b) => (a.createdAt === b.createdAt ? (a.id < b.id ? 1 : -1) : a.createdAt < b.createdAt ? 1 : -1))
    .slice(0, count);
}
