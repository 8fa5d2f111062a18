"use client";

import { memo } from "react";
import { runHref } from "../../domain/kernel/links.ts";
import { GridCell } from "../lists/grid.tsx";
import { LinkedRow, RowLink } from "../lists/linked-row.tsx";
import { isPending, type Live } from "../live/rows.ts";
import { StatusBadge } from "../ui/badge.tsx";
import { Duration, RelativeTime } from "../ui/time.tsx";
import { JobProgress } from "./job-progress.tsx";

export const RUN_ROW_HEIGHT = 36;
/** On narrow screens a row has two lines. */
export const RUN_CARD_HEIGHT = 62;

/** Columns of the list: status, run, jobs, duration, created, started by, tags. */
export const RUN_COLUMNS =
  "grid-cols-[7.5rem_minmax(12rem,2fr)_minmax(8rem,1fr)_5.5rem_6rem_minmax(6rem,0.8fr)_minmax(6rem,1fr)]";

interface RunRowProps {
  run: Live<"run">;
  index: number;
  active: boolean;
  card: boolean;
}

/** One run of the list, all of it a link to its page. */
export const RunRow = memo(function RunRow({ run, index, active, card }: RunRowProps) {
  return (
    <LinkedRow index={index} active={active} card={card} columns={RUN_COLUMNS} data-run={run.runId}>
      {card ? <CardCells run={run} /> : <TableCells run={run} />}
    </LinkedRow>
  );
});

function RunLink({ run }: { run: Live<"run"> }) {
  return <RowLink href={runHref(run.runId)} name={run.workflow} id={run.runId} />;
}

function TableCells({ run }: { run: Live<"run"> }) {
  return (
    <>
      <GridCell>
        <StatusBadge kind="run" status={run.status} pending={isPending(run)} />
      </GridCell>
      <GridCell className="min-w-0">
        <RunLink run={run} />
      </GridCell>
      <GridCell className="min-w-0">
        <JobProgress counts={run.jobCounts} />
      </GridCell>
      <GridCell className="pr-2 text-right">
        <Duration from={run.startedAt} to={run.finishedAt} />
      </GridCell>
      <GridCell className="text-muted">
        <RelativeTime at={run.createdAt} />
      </GridCell>
      <GridCell className="truncate text-muted" title={run.initiatedBy ?? undefined}>
        {run.initiatedBy ?? "–"}
      </GridCell>
      <GridCell className="flex min-w-0 gap-1 overflow-hidden">
        <Tags tags={run.tags} />
      </GridCell>
    </>
  );
}

function CardCells({ run }: { run: Live<"run"> }) {
  return (
    <>
      <div className="flex min-w-0 items-center gap-2">
        <GridCell>
          <StatusBadge kind="run" status={run.status} pending={isPending(run)} />
        </GridCell>
        <GridCell className="min-w-0 flex-1">
          <RunLink run={run} />
        </GridCell>
      </div>
      <div className="flex min-w-0 items-center gap-3 text-small text-muted">
        <GridCell className="min-w-0 flex-1">
          <JobProgress counts={run.jobCounts} />
        </GridCell>
        <GridCell>
          <Duration from={run.startedAt} to={run.finishedAt} />
        </GridCell>
        <GridCell>
          <RelativeTime at={run.createdAt} />
        </GridCell>
      </div>
    </>
  );
}

/** As many tags as fit in a line; all of them on hover. */
export function Tags({ tags }: { tags: readonly string[] }) {
  return tags.map((tag) => (
    <span
      key={tag}
      title={tags.join(", ")}
      className="max-w-32 shrink-0 truncate rounded bg-inset px-1.5 text-small leading-5 text-muted"
    >
      {tag}
    </span>
  ));
}
