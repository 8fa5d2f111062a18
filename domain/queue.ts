import type { JobCounts } from "./job-counts.ts";
import type { RowBase } from "./tx.ts";

/**
 * A queue that jobs wait in (B12); `id` is its name. It exists from its first job, or from `queue.configure`. Its figures are kept by
 * every move of a job, so a claim can hold to `concurrency` without counting.
 */
export interface Queue extends RowBase {
  /** How many of its jobs may run at once; null for any number. */
  concurrency: number | null;
  /** How many may wait before an operator must know; null for no such bound. */
  capacity: number | null;
  /** A paused queue gives nothing to claims; what runs goes on. */
  paused: boolean;
  pauseReason: string | null;
  jobCounts: JobCounts;
  createdAt: string;
  updatedAt: string;
}
