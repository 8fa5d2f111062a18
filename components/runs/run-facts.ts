import type { JobCounts } from "../../domain/execution/contract.ts";
import { ownOf } from "../../domain/kernel/json-map.ts";
import type { RunStatus } from "../../domain/kernel/statuses.ts";
import type { Wire } from "../../domain/kernel/wire.ts";
import { statusLook } from "../ui/status.ts";

const GLYPHS: { readonly [status in RunStatus]: string } = {
  pending: "○",
  running: "▶",
  blocked: "Ⅱ",
  completed: "✓",
  failed: "✗",
  cancelled: "⊘",
  timed_out: "⧖",
};

/** The title of a run's page, so that the browser's tab shows its status. */
export function runTitle(run: Pick<Wire<"run">, "status" | "workflow" | "runId">): string {
  return `${ownOf(GLYPHS, run.status) ?? "·"} ${statusLook("run", run.status).label} ${run.workflow} · ${run.runId}`;
}

/**
 * The first loaded job that failed or timed out, and how many did in all; null when none did.
 * Cancelled jobs do not count.
 */
export function firstFailure(
  jobs: readonly Wire<"job">[],
  counts?: Readonly<JobCounts>,
): { job: Wire<"job">; count: number } | null {
  let first: Wire<"job"> | null = null;
  let count = 0;
  for (const job of jobs) {
    if (job.status !== "failed" && job.status !== "timed_out") continue;
    count += 1;
    if (!first || (job.finishedAt ?? "") < (first.finishedAt ?? "")) first = job;
  }
  return first && { job: first, count: Math.max(count, counts ? counts.failed + counts.timed_out : 0) };
}
