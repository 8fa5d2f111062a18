"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown } from "lucide-react";
import { memo, useMemo, useRef, useState } from "react";
import { JOB_STATUSES, type JobStatus } from "../../domain/kernel/statuses.ts";
import { GridCell, GridGroup, GridHead, GridRow, GridTable } from "../lists/grid.tsx";
import { isPending, type Live } from "../live/rows.ts";
import type { RunPart } from "../live/use-run-live.ts";
import { StatusBadge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { cn } from "../ui/cn.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { formatCount, formatDuration } from "../ui/format.ts";
import { Input } from "../ui/input.tsx";
import { useNow } from "../ui/now.ts";
import { Select } from "../ui/select.tsx";
import { statusLook } from "../ui/status.ts";
import { RelativeTime } from "../ui/time.tsx";
import { type JobFilter, type JobSort, type ListedJob, listJobs } from "./jobs-filter.ts";
import { jobLabel, type TimelineModel } from "./timeline/engine/model.ts";
import { useJobSearch } from "./use-job-search.ts";
import type { RunParts } from "./use-run-parts.ts";

const ROW = 34;
const COLUMNS = "grid-cols-[7.5rem_minmax(12rem,2fr)_minmax(7rem,1fr)_minmax(6rem,1fr)_4.5rem_5.5rem_5.5rem_4rem_6rem]";

interface JobsTableProps {
  run: Live<"run">;
  model: TimelineModel;
  parts: RunParts;
  /** Adds jobs found on the server. */
  take: (part: RunPart) => void;
  selected: string | null;
  onSelect: (jobId: string) => void;
}

/**
 * All jobs of the run as a table, filtered by text and status, optionally the longest first. When
 * not all jobs are loaded, the server searches; what it finds is live from then on.
 */
export function JobsTable({ run, model, parts, take, selected, onSelect }: JobsTableProps) {
  const [filter, setFilter] = useState<JobFilter>({ text: "", status: null, sort: "order" });
  const now = useNow() ?? 0;
  const isPart = parts.loaded < parts.total;
  const search = useJobSearch(run.runId, filter, isPart, take);
  const isNarrowed = filter.text.trim() !== "" || filter.status !== null;
  const next = isNarrowed ? search : parts;
  const jobs = useMemo(() => listJobs(model, filter, now), [model, filter, now]);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: jobs.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    getItemKey: (index) => jobs[index]?.row.id ?? index,
    overscan: 12,
    initialRect: { width: 1000, height: 640 },
  });
  const statuses = [
    { value: "any", label: "Any status" },
    ...JOB_STATUSES.map((status) => ({ value: status, label: statusLook("job", status).label })),
  ];
  /** How many jobs of the run match: those shown, and those that are not loaded. */
  const matching = (shown: number): number => {
    if (!isPart || !isNarrowed) return isNarrowed ? model.rows.size : parts.total;
    if (filter.text.trim() === "" && filter.status !== null) return shown + parts.left[filter.status];
    return Math.max(shown, search.matched ?? 0);
  };
  const sortBy = (sort: JobSort) => setFilter({ ...filter, sort: filter.sort === sort ? "order" : sort });
  return (
    <>
      <div className="mb-2 flex flex-wrap items-center gap-2">
        <Input
          type="search"
          aria-label="Find jobs"
          placeholder="Step, id, tool or agent"
          value={filter.text}
          onChange={(event) => setFilter({ ...filter, text: event.target.value })}
          className="w-60"
        />
        <Select
          label="Status"
          value={filter.status ?? "any"}
          options={statuses}
          onValueChange={(value) =>
            setFilter({
              ...filter,
              status: JOB_STATUSES.find((status): status is JobStatus => status === value) ?? null,
            })
          }
        />
        <span className="text-small text-muted tabular-nums">
          {formatCount(jobs.length)} of {formatCount(matching(jobs.length))}
        </span>
        {isPart && filter.sort !== "order" && (
          <span className="text-small text-muted">the longest of the loaded jobs</span>
        )}
        {isNarrowed && search.error && <span className="text-small text-danger">{search.error.detail}</span>}
      </div>
      <GridTable
        ref={scroller}
        aria-label="Jobs"
        aria-rowcount={jobs.length + 1}
        className="relative max-h-[max(20rem,calc(100dvh-20rem))] overflow-auto rounded-lg border border-line bg-surface"
      >
        <div className="min-w-[58rem]">
          <GridGroup className="sticky top-0 z-[1] border-b border-line bg-surface">
            <GridRow
              aria-rowindex={1}
              className={cn("grid h-8 items-center gap-x-3 px-3 text-small font-medium text-muted", COLUMNS)}
            >
              <Head>Status</Head>
              <Head>Job</Head>
              <Head>Workstream</Head>
              <Head>Agent</Head>
              <Head right>Attempts</Head>
              <SortHead sort="queue" current={filter.sort} onSort={sortBy}>
                In queue
              </SortHead>
              <SortHead sort="run" current={filter.sort} onSort={sortBy}>
                Ran
              </SortHead>
              <Head right>Exit</Head>
              <Head right>Started</Head>
            </GridRow>
          </GridGroup>
          {jobs.length === 0 && (
            <EmptyState title={isPart && search.loading ? "Searching all jobs…" : "No job matches"} />
          )}
          <GridGroup className="relative" style={{ height: virtual.getTotalSize() }}>
            {virtual.getVirtualItems().map(({ index, start }) => {
              const job = jobs[index];
              if (!job) return null;
              return (
                <JobLine
                  key={job.row.id}
                  {...job}
                  index={index}
                  top={start}
                  selected={job.row.id === selected}
                  onSelect={onSelect}
                />
              );
            })}
          </GridGroup>
        </div>
      </GridTable>
      {isPart && next.hasMore && (
        <Button size="sm" className="mt-2" busy={next.loading} onClick={next.more}>
          Load more jobs
        </Button>
      )}
    </>
  );
}

interface JobLineProps extends ListedJob {
  index: number;
  top: number;
  selected: boolean;
  onSelect: (jobId: string) => void;
}

const JobLine = memo(function JobLine({ row, group, queuedMs, ranMs, index, top, selected, onSelect }: JobLineProps) {
  const job = row.job as Live<"job">;
  const agent = job.claimedBy ?? row.attempts.at(-1)?.agentKey;
  return (
    <GridRow
      aria-rowindex={index + 2}
      className={cn(
        "absolute inset-x-0 grid items-center gap-x-3 border-b border-line px-3 text-body hover:bg-hover",
        COLUMNS,
        selected && "bg-accent-soft hover:bg-accent-soft",
      )}
      style={{ height: ROW, transform: `translateY(${top}px)` }}
    >
      <GridCell>
        <StatusBadge kind="job" status={job.status} pending={isPending(job)} />
      </GridCell>
      <GridCell className="min-w-0">
        <button
          type="button"
          onClick={() => onSelect(job.jobId)}
          className="flex w-full min-w-0 items-baseline gap-2 text-left outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
        >
          <span className="truncate font-medium">{jobLabel(job)}</span>
          {jobLabel(job) !== job.jobId && <span className="truncate font-mono text-small text-muted">{job.jobId}</span>}
        </button>
      </GridCell>
      <GridCell className="truncate text-muted">{group ?? "–"}</GridCell>
      <GridCell className="truncate text-muted">{agent ?? "–"}</GridCell>
      <GridCell className="text-right tabular-nums">
        {job.attempt - job.attemptBase}/{job.maxAttempts}
      </GridCell>
      <GridCell className="text-right text-muted tabular-nums">
        {queuedMs > 0 ? formatDuration(queuedMs) : "–"}
      </GridCell>
      <GridCell className="text-right tabular-nums">{row.attempts.length > 0 ? formatDuration(ranMs) : "–"}</GridCell>
      <GridCell className="text-right font-mono text-small tabular-nums">{job.exitCode ?? "–"}</GridCell>
      <GridCell className="text-right text-muted">
        <RelativeTime at={job.startedAt} />
      </GridCell>
    </GridRow>
  );
});

function Head({ children, right = false }: { children: string; right?: boolean }) {
  return <GridHead className={cn(right && "text-right")}>{children}</GridHead>;
}

interface SortHeadProps {
  sort: JobSort;
  current: JobSort;
  onSort: (sort: JobSort) => void;
  children: string;
}

function SortHead({ sort, current, onSort, children }: SortHeadProps) {
  const active = sort === current;
  return (
    <GridHead aria-sort={active ? "descending" : "none"} className="text-right">
      <button
        type="button"
        onClick={() => onSort(sort)}
        className={cn("inline-flex items-center gap-0.5 hover:text-ink", active && "text-ink")}
      >
        {children}
        <ArrowDown aria-hidden className={cn("size-3", !active && "opacity-30")} />
      </button>
    </GridHead>
  );
}
