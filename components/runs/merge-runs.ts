import type { Listed } from "../../domain/kernel/wire.ts";

type Run = Listed<"run">;

interface Merged<R extends Run> {
  /** What to show, newest first: every row at its latest state. */
  shown: R[];
  /** New runs that are held back, newest first. */
  fresh: R[];
}

/**
 * Merges the loaded pages with the rows of the live topic. A run keeps its place when it changes, even when it no longer matches the filters
 * it was found by. Runs created since the first page was loaded are put on top if they are `accepted` (or all are shown), else
 * held back. Runs older than the first page's last are left to the paging.
 */
export function mergeRuns<R extends Run>(
  pages: readonly R[],
  live: readonly R[],
  matches: (run: R) => boolean,
  accepted: ReadonlySet<string> | "all",
): Merged<R> {
  const latest = new Map(live.map((run) => [run.id, run]));
  const seen = new Set<string>();
  const listed: R[] = [];
  for (const run of pages) {
    if (seen.has(run.id)) continue;
    seen.add(run.id);
    const now = latest.get(run.id);
    listed.push(now && now.seq >= run.seq ? now : run);
  }
  const top = pages[0];
  const newer: R[] = [];
  for (const run of live) {
    if (seen.has(run.id) || (top && newestFirst(run, top) > 0) || !(matches(run) || isIn(accepted, run))) continue;
    newer.push(run);
  }
  newer.sort(newestFirst);
  const shown = newer.filter((run) => accepted === "all" || accepted.has(run.id));
  return { shown: [...shown, ...listed], fresh: newer.filter((run) => !shown.includes(run)) };
}

const isIn = (accepted: ReadonlySet<string> | "all", run: Run): boolean => accepted !== "all" && accepted.has(run.id);

/** Below 0 when `a` is listed above `b`: created later, or at the same time with the higher id, as the server sorts. */
function newestFirst(a: Run, b: Run): number {
  if (a.createdAt !== b.createdAt) return a.createdAt > b.createdAt ? -1 : 1;
  return a.id > b.id ? -1 : a.id < b.id ? 1 : 0;
}
