"use client";

import type { Wire } from "../../../domain/kernel/wire.ts";
import { StatusBadge } from "../../ui/badge.tsx";
import { Duration } from "../../ui/time.tsx";
import { jobLabel } from "../timeline/engine/model.ts";

/** The job under the pointer, and where that is in the window. */
export interface TipAt {
  jobId: string;
  x: number;
  y: number;
}

interface CellTipProps {
  at: TipAt;
  job: Wire<"job">;
  attempts: readonly Wire<"attempt">[];
}

/** Tooltip of a cell, next to the pointer. The cell's label says the same without a pointer. */
export function CellTip({ at, job, attempts }: CellTipProps) {
  const newest = attempts.at(-1);
  const left = Math.min(at.x + 14, window.innerWidth - 270);
  const bottom = at.y + 120 > window.innerHeight;
  return (
    <div
      aria-hidden
      className="popup pointer-events-none fixed z-40 w-max max-w-64 space-y-1 px-2.5 py-1.5 text-small"
      style={{ left, ...(bottom ? { bottom: window.innerHeight - at.y + 12 } : { top: at.y + 16 }) }}
    >
      <p className="flex items-center justify-between gap-3">
        <span className="truncate font-medium text-ink">{jobLabel(job)}</span>
        <StatusBadge kind="job" status={job.status} />
      </p>
      <p className="truncate font-mono text-muted">{job.id}</p>
      {job.attempt > 0 && (
        <p className="text-muted">
          Attempt {job.attempt - job.attemptBase} of {job.maxAttempts}
          {newest && (
            <>
              {" by "}
              {newest.agentKey}
              {" · "}
              <Duration ms={newest.durationMs} from={newest.startedAt} to={newest.finishedAt} />
            </>
          )}
        </p>
      )}
      {job.error && <p className="line-clamp-3 break-words text-danger">{job.error.message}</p>}
    </div>
  );
}
