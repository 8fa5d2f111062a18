"use client";

import { JOB_STATUSES } from "../../domain/kernel/statuses.ts";
import { Button } from "../ui/button.tsx";
import { formatCount } from "../ui/format.ts";
import { statusLook } from "../ui/status.ts";
import type { RunParts } from "./use-run-parts.ts";

interface SizeNoticeProps {
  parts: RunParts;
  /** Opens the table of jobs, which can find any job. */
  onFind: () => void;
}

/**
 * How much of a large run is loaded, and how to load or find the rest. Renders nothing when all of
 * it is loaded.
 */
export function SizeNotice({ parts, onFind }: SizeNoticeProps) {
  const { loaded, total, left, hasMore, loading, more } = parts;
  if (loaded >= total) return null;
  const rest = JOB_STATUSES.filter((status) => left[status] > 0).map(
    (status) => `${formatCount(left[status])} ${statusLook("job", status).label.toLowerCase()}`,
  );
  return (
    <div
      role="note"
      aria-label="Size of the run"
      className="mb-3 flex flex-wrap items-center gap-x-3 gap-y-1.5 text-body"
    >
      <p className="min-w-0 text-muted">
        <span className="text-ink tabular-nums">
          {formatCount(loaded)} of {formatCount(total)} jobs
        </span>{" "}
        are loaded: what failed, runs or was cancelled first, then the oldest. Not loaded: {rest.join(", ")}.
      </p>
      {hasMore && (
        <Button size="sm" busy={loading} onClick={more}>
          Load more
        </Button>
      )}
      <Button size="sm" variant="ghost" onClick={onFind}>
        Find a job
      </Button>
    </div>
  );
}
