// biome-ignore-all lint/a11y/useSemanticElements: only visible cells are drawn, each with its own position
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid holds the focus and names the active cell

"use client";

import { type CSSProperties, memo } from "react";
import { isFinalJob } from "../../../domain/kernel/statuses.ts";
import type { Wire } from "../../../domain/kernel/wire.ts";
import { cn } from "../../ui/cn.ts";
import { statusLook, toneColor } from "../../ui/status.ts";
import { jobLabel } from "../timeline/engine/model.ts";

interface RadarCellProps {
  id: string;
  job: Wire<"job">;
  /** Title of its workstream. */
  workstream: string | null;
  /** Whether there is room for the job's name. */
  wide: boolean;
  active: boolean;
  selected: boolean;
  style: CSSProperties;
}

/** One job: its status as icon and colour, and the number of attempts if more than one. */
export const RadarCellView = memo(
  function RadarCellView({ id, job, workstream, wide, active, selected, style }: RadarCellProps) {
    const { label, tone, icon: Icon } = statusLook("job", job.status);
    const tries = job.attempt > 0 ? `, attempt ${job.attempt - job.attemptBase} of ${job.maxAttempts}` : "";
    return (
      <div
        id={id}
        role="gridcell"
        aria-label={`${jobLabel(job)}, ${label}${tries}, ${workstream ?? "no workstream"}`}
        aria-selected={selected}
        data-job={job.id}
        data-status={job.status}
        style={{ ...style, "--tone": toneColor(tone) } as CSSProperties}
        className={cn(
          "tone absolute flex cursor-pointer items-center justify-center gap-1 overflow-hidden rounded-[5px] border border-(--tone)/30 px-1 text-small hover:border-(--tone)",
          (isFinalJob(job.status) || job.status === "running") && "[--tint:24%]",
          job.status === "running" && "border-(--tone)",
          selected && "ring-2 ring-accent",
          active &&
            "group-focus-visible:outline-2 group-focus-visible:outline-offset-1 group-focus-visible:outline-accent",
        )}
      >
        <Icon aria-hidden className="size-3.5 shrink-0" strokeWidth={2.25} />
        {wide && <span className="min-w-0 truncate text-ink">{jobLabel(job)}</span>}
        {job.attempt > 1 && (
          <span aria-hidden className="shrink-0 text-micro text-ink tabular-nums">
            {wide && "×"}
            {job.attempt}
          </span>
        )}
      </div>
    );
  },
  (a, b) =>
    a.job === b.job &&
    a.workstream === b.workstream &&
    a.wide === b.wide &&
    a.active === b.active &&
    a.selected === b.selected &&
    a.style.left === b.style.left &&
    a.style.top === b.style.top &&
    a.style.width === b.style.width,
);
