import type { JobCounts } from "../../domain/execution/contract.ts";
import { openJobs, totalJobs } from "../../domain/execution/contract.ts";
import { isFinalJob, type JOB_STATUSES } from "../../domain/kernel/statuses.ts";
import { cn } from "../ui/cn.ts";
import { statusLook, toneColor } from "../ui/status.ts";

/** In order from left to right: done, running, not started. */
const ORDER = [
  "completed",
  "failed",
  "timed_out",
  "cancelled",
  "running",
  "queued",
  "waiting",
] as const satisfies readonly (typeof JOB_STATUSES)[number][];

/** Jobs by status as one bar, with how many of them have ended. */
export function JobProgress({ counts, className }: { counts: JobCounts; className?: string }) {
  const total = totalJobs(counts);
  if (total === 0) return <span className={cn("text-small text-faint", className)}>no jobs</span>;
  const ended = total - openJobs(counts);
  return (
    <span className={cn("flex min-w-0 items-center gap-2", className)} title={inWords(counts)}>
      <span
        role="img"
        aria-label={inWords(counts)}
        className="flex h-1.5 min-w-10 flex-1 gap-px overflow-hidden rounded-full bg-inset"
      >
        {ORDER.filter((status) => counts[status] > 0).map((status) => (
          <span
            key={status}
            style={{ flexGrow: counts[status], background: toneColor(statusLook("job", status).tone) }}
            className={cn(
              "min-w-0.5 basis-0 transition-[flex-grow] duration-300",
              !isFinalJob(status) && status !== "running" && "opacity-35",
            )}
          />
        ))}
      </span>
      <span className="shrink-0 text-small text-muted tabular-nums">
        {ended}/{total}
      </span>
    </span>
  );
}

function inWords(counts: JobCounts): string {
  return ORDER.filter((status) => counts[status] > 0)
    .map((status) => `${counts[status]} ${statusLook("job", status).label.toLowerCase()}`)
    .join(", ");
}
