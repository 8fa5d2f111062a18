// biome-ignore-all lint/a11y/useSemanticElements: only visible cells are drawn, each with its own position
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid holds the focus and names the active cell

"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type MouseEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { openJobs, totalJobs } from "../../../domain/execution/contract.ts";
import { StatusIcon } from "../../ui/badge.tsx";
import { cn } from "../../ui/cn.ts";
import type { TimelineModel } from "../timeline/engine/model.ts";
import { useWidth } from "../timeline/use-timeline-store.ts";
import { CellTip, type TipAt } from "./cell-tip.tsx";
import { RadarCellView } from "./radar-cell.tsx";
import { buildRadar, neighbour, type RadarCell, type RadarColumn, type RadarRow } from "./radar-model.ts";

const LINE = 30;
const NARROW = 30;
const WIDE = 120;
/** A column at least this wide has a horizontal name, a narrower one a vertical one; px. */
const ACROSS = 72;

interface RadarGridProps {
  /** Accessible name of the grid. */
  label: string;
  model: TimelineModel;
  selected: string | null;
  onOpen: (jobId: string) => void;
  className?: string;
}

/**
 * Every workstream × its jobs, one cell per job, coloured by status. Arrow keys move among the
 * cells, Enter opens a job.
 */
export function RadarGrid({ label, model, selected, onOpen, className }: RadarGridProps) {
  const radar = useMemo(() => buildRadar(model), [model]);
  const scroller = useRef<HTMLDivElement>(null);
  const width = useWidth(scroller, 900);
  const prefix = useId();
  const [active, setActive] = useState<string | null>(null);
  const [tip, setTip] = useState<TipAt | null>(null);

  const titles = width < 640 ? 120 : 208;
  const slot = Math.max(NARROW, Math.min(WIDE, Math.floor((width - titles - 8) / Math.max(1, radar.slots))));
  const rows = useVirtualizer({
    count: radar.rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (radar.rows[index]?.lines ?? 1) * LINE + 4,
    getItemKey: (index) => radar.rows[index]?.id ?? index,
    overscan: 6,
    initialRect: { width: 1000, height: 600 },
  });
  const across = useVirtualizer({
    horizontal: true,
    count: radar.slots,
    getScrollElement: () => scroller.current,
    estimateSize: () => slot,
    overscan: 6,
    initialRect: { width: 1600, height: 600 },
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same virtualizers, with other sizes
  useEffect(() => {
    rows.measure();
    across.measure();
  }, [slot, radar]);

  const drawn = across.getVirtualItems();
  const [first, last] = [drawn[0]?.index ?? 0, drawn.at(-1)?.index ?? 0];
  const jobs = useMemo(
    () => new Map(radar.rows.flatMap((row) => row.cells.map((cell) => [cell.job.id, { row, cell }] as const))),
    [radar],
  );
  const domId = (jobId: string): string => `${prefix}${jobId}`;

  const goTo = (cell: RadarCell) => {
    setActive(cell.job.id);
    rows.scrollToIndex(radar.rows.findIndex((row) => row.cells.includes(cell)));
    across.scrollToIndex(cell.slot);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if ((event.key === "Enter" || event.key === " ") && active !== null && jobs.has(active)) {
      event.preventDefault();
      onOpen(active);
    } else if (event.key.startsWith("Arrow") || event.key === "Home" || event.key === "End") {
      event.preventDefault();
      const next = neighbour(radar, active, event.key);
      if (next) goTo(next);
    }
  };
  const jobUnder = ({ target }: MouseEvent): string | undefined =>
    target instanceof Element ? target.closest<HTMLElement>("[data-job]")?.dataset.job : undefined;
  const hovered = tip ? jobs.get(tip.jobId) : undefined;

  const upright = radar.columns.some((column) => column.slots * slot < ACROSS);
  return (
    <>
      <div
        ref={scroller}
        role="grid"
        aria-label={label}
        aria-rowcount={radar.rows.length + 1}
        aria-activedescendant={active !== null && jobs.has(active) ? domId(active) : undefined}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onClick={(event) => {
          const jobId = jobUnder(event);
          if (jobId === undefined) return;
          setActive(jobId);
          onOpen(jobId);
        }}
        onMouseMove={(event) => {
          const jobId = jobUnder(event);
          setTip(jobId === undefined ? null : { jobId, x: event.clientX, y: event.clientY });
        }}
        onMouseLeave={() => setTip(null)}
        className={cn(
          "group relative overflow-auto rounded-lg border border-line bg-surface outline-offset-[-2px]",
          className,
        )}
      >
        <div style={{ width: titles + radar.slots * slot + 8, minWidth: "100%" }}>
          <Columns columns={radar.columns} titles={titles} slot={slot} upright={upright} first={first} last={last} />
          <div role="rowgroup" className="relative" style={{ height: rows.getTotalSize() }}>
            {rows.getVirtualItems().map(({ index, start, size }) => {
              const row = radar.rows[index];
              if (!row) return null;
              return (
                <div
                  key={row.id}
                  role="row"
                  aria-rowindex={index + 2}
                  className="absolute inset-x-0 flex border-b border-line/60 hover:bg-hover/60"
                  style={{ height: size, transform: `translateY(${start}px)` }}
                >
                  <RowHead row={row} width={titles} />
                  <div role="presentation" className="relative flex-1">
                    {row.cells
                      .filter((cell) => cell.slot >= first && cell.slot <= last)
                      .map((cell) => (
                        <RadarCellView
                          key={cell.job.id}
                          id={domId(cell.job.id)}
                          job={cell.job}
                          workstream={row.workstream?.title ?? null}
                          wide={slot >= ACROSS}
                          active={cell.job.id === active}
                          selected={cell.job.id === selected}
                          style={{
                            left: cell.slot * slot + 2,
                            top: cell.line * LINE + 3,
                            width: slot - 4,
                            height: LINE - 4,
                          }}
                        />
                      ))}
                  </div>
                </div>
              );
            })}
          </div>
        </div>
      </div>
      {tip && hovered && (
        <CellTip at={tip} job={hovered.cell.job} attempts={model.rows.get(tip.jobId)?.attempts ?? []} />
      )}
    </>
  );
}

interface ColumnsProps {
  columns: readonly RadarColumn[];
  titles: number;
  slot: number;
  upright: boolean;
  first: number;
  last: number;
}

function Columns({ columns, titles, slot, upright, first, last }: ColumnsProps) {
  return (
    <div
      role="row"
      aria-rowindex={1}
      className={cn("sticky top-0 z-[2] flex border-b border-line bg-surface", upright ? "h-24" : "h-7")}
    >
      <div
        role="columnheader"
        className="sticky left-0 z-[1] flex shrink-0 items-end border-r border-line bg-surface px-2 pb-1.5 text-small text-muted"
        style={{ width: titles }}
      >
        Workstream
      </div>
      <div role="presentation" className="relative flex-1">
        {columns
          .filter(({ from, slots }) => from <= last && from + slots > first)
          .map(({ key, label, from, slots }) => (
            <div
              key={key}
              role="columnheader"
              title={label}
              className={cn(
                "absolute inset-y-0 flex items-end overflow-hidden px-1.5 pb-1.5 text-small text-muted",
                slots * slot < ACROSS && "justify-center px-0!",
              )}
              style={{ left: from * slot, width: slots * slot }}
            >
              <span
                className={cn("truncate", slots * slot < ACROSS && "max-h-20 rotate-180 [writing-mode:vertical-rl]")}
              >
                {label}
              </span>
            </div>
          ))}
      </div>
    </div>
  );
}

function RowHead({ row, width }: { row: RadarRow; width: number }) {
  const { workstream } = row;
  const counts = workstream?.jobCounts;
  const total = counts ? totalJobs(counts) : row.cells.length;
  return (
    <div
      role="rowheader"
      className="sticky left-0 z-[1] flex shrink-0 items-start gap-1.5 border-r border-line bg-surface px-2 pt-[7px] text-body"
      style={{ width }}
    >
      {workstream && <StatusIcon kind="workstream" status={workstream.status} still className="mt-[3px] shrink-0" />}
      <span className={cn("min-w-0 flex-1 truncate", !workstream && "text-muted")} title={workstream?.title}>
        {workstream?.title ?? "No workstream"}
      </span>
      <span className="shrink-0 text-small text-muted tabular-nums">
        {counts ? `${total - openJobs(counts)}/${total}` : total}
      </span>
    </div>
  );
}
