"use client";

import { useQuery } from "@tanstack/react-query";
import { ChevronRight, FileDiff, TriangleAlert } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useMemo, useState } from "react";
import type { SwitchyardError } from "../../../client/core/problem.ts";
import { totalJobs } from "../../../domain/execution/contract.ts";
import { runEndpoints } from "../../../domain/execution/endpoints.ts";
import { pathTo } from "../../../domain/kernel/endpoint.ts";
import { jobHref, runHref } from "../../../domain/kernel/links.ts";
import { api } from "../../live/api.ts";
import { type Timeline, useRunLive } from "../../live/use-run-live.ts";
import { StatusBadge } from "../../ui/badge.tsx";
import { cn } from "../../ui/cn.ts";
import { ErrorState } from "../../ui/empty-state.tsx";
import { formatCount, formatPlural } from "../../ui/format.ts";
import { Skeleton } from "../../ui/skeleton.tsx";
import { Duration } from "../../ui/time.tsx";
import { JobProgress } from "../job-progress.tsx";
import type { TimelineModel } from "../timeline/engine/model.ts";
import { useModel } from "../timeline/use-model.ts";
import { Files } from "./files-list.tsx";
import { filesTouched } from "./files-model.ts";
import { RadarGrid } from "./radar-grid.tsx";

/** After this long a run's rows are fetched again when it is back on the radar, ms. */
const STALE_MS = 30_000;

/** One run on the radar: its grid, live. `initial`: its rows, if the server rendered them. */
export function RadarRun({ runId, initial }: { runId: string; initial: Timeline | undefined }) {
  const { data, error, refetch } = useQuery<Timeline, SwitchyardError>({
    queryKey: ["radar-run", runId],
    queryFn: ({ signal }) => api.get(pathTo(runEndpoints.timeline, { id: runId, large: "omit" }), signal),
    ...(initial && { initialData: initial }),
    staleTime: STALE_MS,
    refetchOnWindowFocus: false,
  });
  if (data) return <LiveRun runId={runId} initial={data} />;
  return (
    <section aria-label={`Run ${runId}`} className="rounded-lg border border-line bg-surface p-3">
      {error ? (
        <ErrorState detail={error.detail} onRetry={() => void refetch()} className="py-3" />
      ) : (
        <Skeleton className="h-28" />
      )}
    </section>
  );
}

const NO_TRIALS: ReadonlySet<string> = new Set();

function LiveRun({ runId, initial }: { runId: string; initial: Timeline }) {
  const router = useRouter();
  const { run, workstreams, jobs, attempts } = useRunLive(runId, initial);
  const model = useModel({ workstreams, jobs, attempts, trials: NO_TRIALS });
  const total = totalJobs(run.jobCounts);
  const open = (jobId: string) => router.push(jobHref(runId, jobId));
  return (
    <section aria-label={`Run ${runId}`} className="overflow-hidden rounded-lg border border-line bg-surface">
      <header className="flex min-h-10 flex-wrap items-center gap-x-4 gap-y-1 px-3 py-1.5">
        <h2 className="flex min-w-0 items-center gap-2">
          <StatusBadge kind="run" status={run.status} />
          <Link href={runHref(runId)} className="flex min-w-0 items-baseline gap-2 hover:underline">
            <span className="truncate text-body font-semibold">{run.workflow}</span>
            <span className="truncate font-mono text-small text-muted">{runId}</span>
          </Link>
        </h2>
        <JobProgress counts={run.jobCounts} className="w-40" />
        <span className="text-small text-muted">
          <Duration from={run.startedAt} to={run.finishedAt} />
        </span>
        {jobs.length < total && (
          <Link href={`${runHref(runId)}?tab=jobs`} className="link text-small">
            {formatCount(jobs.length)} of {formatCount(total)} jobs, what failed or runs first
          </Link>
        )}
      </header>
      {model.rows.size === 0 ? (
        <p className="border-t border-line px-3 py-2 text-body text-muted">No jobs yet.</p>
      ) : (
        <RadarGrid
          label={`Radar of ${runId}`}
          model={model}
          selected={null}
          onOpen={open}
          className="max-h-96 rounded-none! border-x-0! border-b-0!"
        />
      )}
      <FilesFold model={model} onOpen={open} />
    </section>
  );
}

function FilesFold({ model, onOpen }: { model: TimelineModel; onOpen: (jobId: string) => void }) {
  const [open, setOpen] = useState(false);
  const files = useMemo(() => filesTouched(model), [model]);
  if (files.length === 0) return null;
  const conflicts = files.filter((file) => file.conflict).length;
  return (
    <div className="border-t border-line">
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="flex min-h-8 w-full items-center gap-2 px-3 text-left text-small text-muted hover:bg-hover"
      >
        <ChevronRight aria-hidden className={cn("size-3.5 transition-transform", open && "rotate-90")} />
        <FileDiff aria-hidden className="size-3.5" /> {formatPlural(files.length, "file")} touched
        {conflicts > 0 && (
          <span className="flex items-center gap-1 text-status-blocked">
            <TriangleAlert aria-hidden className="size-3.5" />
            {formatPlural(conflicts, "conflict")}
          </span>
        )}
      </button>
      {open && (
        <div className="p-3 pt-1">
          <Files model={model} onOpen={onOpen} />
        </div>
      )}
    </div>
  );
}
