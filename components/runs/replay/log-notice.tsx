"use client";

import { History } from "lucide-react";
import { EmptyState, ErrorState } from "../../ui/empty-state.tsx";
import { formatCount, formatPercent } from "../../ui/format.ts";
import type { RunLog } from "./use-run-log.ts";

/** Why a run's log cannot be replayed yet, or at all. */
export function LogNotice({ log }: { log: RunLog }) {
  if (log.phase === "failed") {
    return (
      <ErrorState
        title="The run's log could not be loaded"
        detail={log.error?.detail}
        onRetry={log.retry}
        className="py-6"
      />
    );
  }
  if (log.phase !== "ready") {
    const percent = formatPercent(Math.round(log.progress * 100) / 100);
    return (
      <div role="status" className="mx-auto flex max-w-72 flex-col gap-2 py-8 text-body text-muted">
        <span className="tabular-nums">
          Loading the run's log… {formatCount(log.events.length)} events, {percent}
        </span>
        <progress aria-label="Loaded" value={log.progress} max={1} className="h-1.5 w-full accent-accent" />
      </div>
    );
  }
  return (
    <EmptyState
      icon={<History />}
      title={
        log.events.length === 0 ? "All events of this run were deleted" : "The beginning of this run's log was deleted"
      }
      className="py-6"
    >
      Retention deletes old events{log.events.length > 0 && `, here those up to position ${formatCount(log.floor)}`}.
      The state cannot be rebuilt without them.
    </EmptyState>
  );
}
