"use client";

import { GitCompareArrows } from "lucide-react";
import { type ReactNode, useState } from "react";
import { runEndpoints } from "../../../domain/execution/endpoints.ts";
import { MAX_STATE_BYTES } from "../../../domain/execution/state/execution-state.ts";
import { pathTo } from "../../../domain/kernel/endpoint.ts";
import { jsonBytes } from "../../../domain/kernel/json-bytes.ts";
import { isFinalRun } from "../../../domain/kernel/statuses.ts";
import type { Wire } from "../../../domain/kernel/wire.ts";
import { isLean, useWhole } from "../../live/whole.ts";
import { Button } from "../../ui/button.tsx";
import { ErrorState } from "../../ui/empty-state.tsx";
import { formatBytes, formatCount } from "../../ui/format.ts";
import type { RunLog } from "../replay/use-run-log.ts";
import { Compare, type Compared } from "./compare.tsx";
import { ServedBy } from "./served-by.tsx";
import { SnapshotActions } from "./snapshot-actions.tsx";
import { StateView } from "./state-view.tsx";

interface RunStateProps {
  run: Wire<"run">;
  jobs: readonly Wire<"job">[];
  log: RunLog;
  /** Null: nothing is compared. */
  compared: Compared | null;
  onCompare: (next: Partial<Compared> | null) => void;
  onSelectJob: (jobId: string) => void;
}

/**
 * The run's execution state, live; loaded separately when it is too large to be loaded with the
 * run.
 */
export function RunStateTab({ run, ...props }: RunStateProps) {
  const path = pathTo(runEndpoints.one, { id: run.runId });
  const { whole, loading, failed } = useWhole(isLean(run), path, run.version, true);
  if (!isLean(run)) return <State run={run} {...props} />;
  // Compared positions are of the live run.
  if (whole) return <State run={{ ...whole, seq: Math.max(whole.seq, run.seq) }} {...props} />;
  if (failed && !loading) return <ErrorState detail="The state could not be loaded. Open the tab again." />;
  return <p className="p-3.5 text-body text-muted">Loading a large state…</p>;
}

/** The state, its changes, and its snapshots: download and restore. */
function State({ run, jobs, log, compared, onCompare, onSelectJob }: RunStateProps) {
  const [past, setPast] = useState<Wire<"run"> | null>(null);
  const { context, tokens, scopes, metadata } = run;
  const bytes = [context, tokens, scopes, metadata].reduce((sum, part) => sum + jsonBytes(part), 0);
  return (
    <>
      <div className="mb-3 flex flex-wrap items-center gap-x-5 gap-y-2 text-body">
        <dl className="flex flex-wrap items-center gap-x-5 gap-y-1">
          <Figure name="Version">{formatCount(run.version)}</Figure>
          <Figure name="Steps">{formatCount(run.stepCount)}</Figure>
          <Figure name="Size">
            <span title={`Of at most ${formatBytes(MAX_STATE_BYTES)}`}>{formatBytes(bytes)}</span>
          </Figure>
          <Figure name="Served by">
            <ServedBy runId={run.runId} />
          </Figure>
        </dl>
        <div className="ml-auto flex flex-wrap items-center gap-2">
          <Button
            aria-pressed={compared !== null}
            onClick={() => onCompare(compared === null ? { from: null, to: null } : null)}
            className="aria-pressed:bg-accent-soft aria-pressed:text-ink"
          >
            <GitCompareArrows aria-hidden className="size-3.5" /> Compare
          </Button>
          <SnapshotActions run={run} past={past} onPast={setPast} />
        </div>
      </div>
      {compared && (
        <div className="mb-3">
          <Compare
            run={run}
            log={log}
            compared={compared}
            onCompare={onCompare}
            onRestore={isFinalRun(run.status) ? undefined : setPast}
          />
        </div>
      )}
      <StateView run={run} jobs={jobs} onSelectJob={onSelectJob} />
    </>
  );
}

function Figure({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex items-center gap-1.5">
      <dt className="text-muted">{name}</dt>
      <dd className="tabular-nums">{children}</dd>
    </div>
  );
}
