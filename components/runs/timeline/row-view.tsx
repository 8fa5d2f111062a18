// biome-ignore-all lint/a11y/useSemanticElements: only visible rows are drawn, each with its own position
// biome-ignore-all lint/a11y/useFocusableInteractive: the treegrid holds the focus and names the active row

"use client";

import { ChevronRight } from "lucide-react";
import { memo } from "react";
import { openJobs, totalJobs } from "../../../domain/execution/contract.ts";
import type { Wire } from "../../../domain/kernel/wire.ts";
import { StatusIcon } from "../../ui/badge.tsx";
import { cn } from "../../ui/cn.ts";
import { useNow } from "../../ui/now.ts";
import { statusLook } from "../../ui/status.ts";
import { Countdown, Duration } from "../../ui/time.tsx";
import { GroupBar, JobBars } from "./bars.tsx";
import { type GroupRow, type JobRow, jobLabel, type Row } from "./engine/model.ts";

export const ROW_HEIGHT = 32;

interface RowViewProps {
  row: Row;
  /** Its index among all rows, from 0. */
  index: number;
  domId: string;
  /** Whether jobs are grouped. */
  nested: boolean;
  collapsed: boolean;
  active: boolean;
  selected: boolean;
  /** The selected attempt, when the row is selected. */
  chosen: number | null;
  origin: number;
}

/**
 * One row: its name on the left, its bars on the track. Rendered again only when its job or its
 * position changes.
 */
export const RowView = memo(function RowView(props: RowViewProps) {
  const { row, index, domId, nested, collapsed, active, selected, chosen, origin } = props;
  const isGroup = row.type === "group";
  return (
    <div
      id={domId}
      role="row"
      aria-level={isGroup || !nested ? 1 : 2}
      aria-rowindex={index + 1}
      aria-selected={selected}
      aria-expanded={isGroup ? !collapsed : undefined}
      aria-label={isGroup ? groupName(row) : jobName(row)}
      data-row={row.id}
      className={cn(
        "absolute inset-x-0 flex cursor-default items-stretch border-b border-line/60",
        isGroup ? "bg-inset/60 font-medium" : "hover:bg-hover/70",
        selected && "bg-accent-soft hover:bg-accent-soft",
        active && "shadow-[inset_2px_0_0_var(--accent)]",
      )}
      style={{ height: ROW_HEIGHT, transform: `translateY(${index * ROW_HEIGHT}px)` }}
    >
      <div
        role="gridcell"
        className={cn(
          "flex w-(--label-width) shrink-0 items-center gap-1.5 border-r border-line pr-2",
          nested && !isGroup ? "pl-6" : "pl-2",
        )}
      >
        {isGroup ? <GroupLabel group={row} collapsed={collapsed} /> : <JobLabel row={row} />}
      </div>
      <div role="gridcell" className="relative min-w-0 flex-1 overflow-hidden">
        {isGroup ? <GroupBar group={row} origin={origin} /> : <JobBars row={row} origin={origin} chosen={chosen} />}
      </div>
    </div>
  );
});

function GroupLabel({ group, collapsed }: { group: GroupRow; collapsed: boolean }) {
  const counts = group.workstream?.jobCounts;
  const total = counts ? totalJobs(counts) : group.jobs.length;
  return (
    <>
      <ChevronRight
        aria-hidden
        className={cn("size-3.5 shrink-0 text-faint transition-transform", !collapsed && "rotate-90")}
      />
      <span className="min-w-0 flex-1 truncate">{group.workstream?.title ?? "No workstream"}</span>
      {group.workstream && <StatusIcon kind="workstream" status={group.workstream.status} className="shrink-0" />}
      <span className="shrink-0 text-small font-normal text-muted tabular-nums">
        {counts ? `${total - openJobs(counts)}/${total}` : total}
      </span>
    </>
  );
}

function JobLabel({ row }: { row: JobRow }) {
  const { job } = row;
  return (
    <>
      <StatusIcon kind="job" status={job.status} className="shrink-0" />
      <span className="min-w-0 flex-1 truncate" title={`${jobLabel(job)} · ${job.id}`}>
        {jobLabel(job)}
      </span>
      {job.attempt > 1 && (
        <span
          className="shrink-0 rounded bg-inset px-1 text-micro text-muted tabular-nums"
          title={`${job.attempt} attempts`}
        >
          ×{job.attempt}
        </span>
      )}
      <span className="shrink-0 text-small text-muted tabular-nums max-sm:hidden">
        <JobTime job={job} />
      </span>
    </>
  );
}

/** How long it ran, how long until its next attempt, or nothing. */
function JobTime({ job }: { job: Wire<"job"> }) {
  if (job.status === "running") return <Duration from={job.startedAt} />;
  if (job.status === "queued") return <NextTry at={job.runAt} />;
  return job.durationMs === null ? null : <Duration ms={job.durationMs} />;
}

function NextTry({ at }: { at: string }) {
  const now = useNow();
  if (now === null || Date.parse(at) <= now) return null;
  return (
    <>
      in <Countdown to={at} />
    </>
  );
}

function groupName({ workstream, jobs }: GroupRow): string {
  const status = workstream ? `, ${statusLook("workstream", workstream.status).label}` : "";
  return `${workstream?.title ?? "No workstream"}${status}, ${jobs.length} jobs`;
}

function jobName({ job }: JobRow): string {
  const tries = job.attempt > 0 ? `, attempt ${job.attempt - job.attemptBase} of ${job.maxAttempts}` : "";
  return `${jobLabel(job)}, ${statusLook("job", job.status).label}${tries}`;
}
