import type { BreakerStateName } from "../../domain/statuses.ts";
import type { Live } from "../live/rows.ts";

const TROUBLE: readonly BreakerStateName[] = ["open", "half_open", "forced_open", "disabled", "closed"];

/** Where a breaker's state stands among the others: what needs an eye comes first. */
export const breakerOrder = (state: BreakerStateName): number => TROUBLE.indexOf(state);

/** Runs, the latest created first. */
export function newestRuns(runs: readonly Live<"run">[], count: number): Live<"run">[] {
  return runs
    .toSorted((a, b) => (a.createdAt === b.createdAt ? (a.id < b.id ? 1 : -1) : a.createdAt < b.createdAt ? 1 : -1))
    .slice(0, count);
}
