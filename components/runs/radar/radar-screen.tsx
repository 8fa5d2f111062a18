"use client";

import { Radar } from "lucide-react";
import { useQueryStates } from "nuqs";
import { useDeferredValue, useMemo } from "react";
import type { Timeline } from "../../live/use-run-live.ts";
import { Button } from "../../ui/button.tsx";
import { EmptyState, ErrorState } from "../../ui/empty-state.tsx";
import { Input } from "../../ui/input.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { Select } from "../../ui/select.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import type { RunPage } from "../use-runs.ts";
import { RadarLegend } from "./radar-legend.tsx";
import { RadarRun } from "./radar-run.tsx";
import { RADAR_URL, type RadarFilter, WHICH, WHICH_NAMES } from "./radar-url.ts";
import { useRadarRuns } from "./use-radar-runs.ts";

interface RadarScreenProps {
  initial: RunPage;
  /** The filter that `initial` was loaded with. */
  initialFilter: RadarFilter;
  /** The rows of those runs that the server rendered. */
  timelines: readonly Timeline[];
}

const OPTIONS = WHICH.map((value) => ({ value, label: WHICH_NAMES[value] }));

/** The Pipeline Radar: every workstream × its jobs, of all runs that match, live. */
export function RadarScreen({ initial, initialFilter, timelines }: RadarScreenProps) {
  const [url, setUrl] = useQueryStates(RADAR_URL);
  const q = useDeferredValue(url.q);
  const filter = useMemo(() => ({ runs: url.runs, q }), [url.runs, q]);
  const { rows, hasMore, loadingMore, more, error, retry } = useRadarRuns(filter, initial, initialFilter);
  const ids = useMemo(() => rows?.map(({ runId }) => runId), [rows]);
  const rendered = useMemo(() => new Map(timelines.map((one) => [one.run.runId, one])), [timelines]);
  return (
    <>
      <PageHeader
        title="Radar"
        badge={
          ids && (
            <span className="text-small text-muted tabular-nums">
              {ids.length}
              {hasMore && "+"} {ids.length === 1 ? "run" : "runs"}
            </span>
          )
        }
        actions={
          <>
            <Input
              type="search"
              aria-label="Find runs"
              placeholder="Id, workflow or tag begins with…"
              value={url.q}
              onChange={(event) => void setUrl({ q: event.target.value })}
              className="w-60 max-sm:flex-1"
            />
            <Select label="Runs" value={url.runs} options={OPTIONS} onValueChange={(runs) => void setUrl({ runs })} />
          </>
        }
      />
      <RadarLegend />
      <div className="mt-3 space-y-3">
        {!ids && !error && <Skeleton className="h-40" />}
        {!ids && error && <ErrorState detail={error.detail} onRetry={retry} />}
        {ids?.length === 0 && <NoRuns filter={filter} onAll={() => void setUrl({ runs: "all", q: "" })} />}
        {ids?.map((runId) => (
          <RadarRun key={runId} runId={runId} initial={rendered.get(runId)} />
        ))}
      </div>
      {hasMore && (
        <div className="mt-3 flex justify-center">
          <Button busy={loadingMore} onClick={more}>
            Older runs
          </Button>
        </div>
      )}
    </>
  );
}

function NoRuns({ filter, onAll }: { filter: RadarFilter; onAll: () => void }) {
  if (filter.runs === "all" && filter.q === "") {
    return (
      <EmptyState icon={<Radar />} title="No runs yet" command="npm run demo">
        Each run becomes a grid here: a row per workstream, a column per step, a cell per job. The demo submits a real
        one.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={<Radar />}
      title={filter.q === "" && filter.runs === "active" ? "No run is active" : "No run matches"}
      action={
        <Button onClick={onAll} className="mt-1">
          Show all runs
        </Button>
      }
    >
      A run appears here as soon as it is created.
    </EmptyState>
  );
}
