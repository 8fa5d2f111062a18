import type { Histogram } from "./figures.ts";
import type { RowBase } from "./tx.ts";

/**
 * How an agent did at one type of task within one minute or one hour; `id` is `agentKey|taskType|width|t`. Kept by each outcome: charts and the
 * leaderboard's windows read these, never the outcomes.
 */
export interface Tally extends RowBase {
  agentKey: string;
  /** Empty when the outcomes named none. */
  taskType: string;
  width: "minute" | "hour";
  /** Where the minute or hour begins. */
  t: string;
  total: number;
  successful: number;
  failed: number;
  /** Ends that were not the agent's doing: a breaker that was open, a queue that timed out, a cancellation. Not in `total`. */
  upstream: number;
  timed: number;
  totalDurationMs: number;
  histogram: Histogram;
}
