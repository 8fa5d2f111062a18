"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type MouseEvent, useCallback, useEffect, useId, useMemo, useRef, useState } from "react";
import type { Wire } from "../../../domain/kernel/wire.ts";
import { useFreshness } from "../../live/live-provider.tsx";
import { Axis, GridLines } from "./axis.tsx";
import { keyEffect } from "./engine/keyboard.ts";
import { flatten, type TimelineModel } from "./engine/model.ts";
import { spanOf } from "./engine/view.ts";
import { Legend } from "./legend.tsx";
import { Minimap } from "./minimap.tsx";
import { ROW_HEIGHT, RowView } from "./row-view.tsx";
import { type Hovered, SegmentTip } from "./segment-tip.tsx";
import "./timeline.css";
import { formatCount, formatPlural } from "../../ui/format.ts";
import type { TimelineStore } from "./timeline-store.ts";
import { Toolbar } from "./toolbar.tsx";
import { type Past, placing, useClock, useTimelineStore, useWidth } from "./use-timeline-store.ts";
import { useWheel } from "./use-wheel.ts";

export interface Selection {
  jobId: string;
  attempt: number | null;
}

interface TimelineProps {
  run: Wire<"run">;
  model: TimelineModel;
  /** How many jobs the run has in all; the model may have fewer. */
  total?: number;
  selection: Selection | null;
  onSelect: (selection: Selection | null) => void;
  /** Shows a past time with a stopped clock; the rows must be those of that time. */
  past?: Past;
}

/** Rows drawn before the browser has measured the element. */
const FIRST_HEIGHT = 640;

/**
 * The run over time: a row per job under its workstream, its times as bars. Arrow keys move among
 * the rows, plus, minus and 0 zoom, F follows. Rows render only when their job changes; time moves
 * them by CSS variables alone (`useClock`).
 */
export function Timeline({ run, model, total = 0, selection, onSelect, past }: TimelineProps) {
  const root = useRef<HTMLDivElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const track = useRef<HTMLDivElement>(null);
  const prefix = useId();
  const store = useTimelineStore(run, model, past);
  const origin = Date.parse(run.createdAt);
  const width = useWidth(track, 900);
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  const [active, setActive] = useState<string | null>(selection?.jobId ?? null);
  const { hovered, hover } = useHover(model);
  const stale = useFreshness().state === "stale";
  useClock(store, root, origin, width, stale);
  useWheel(store, scroller, track);

  const rows = useMemo(() => flatten(model, collapsed), [model, collapsed]);
  const nested = rows[0]?.type === "group";
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
    initialRect: { width: 1000, height: FIRST_HEIGHT },
  });

  const collapse = useCallback(
    (id: string, isCollapsed: boolean) => setCollapsed((before) => withOrWithout(before, id, isCollapsed)),
    [],
  );
  const goTo = (id: string) => {
    setActive(id);
    const index = rows.findIndex((row) => row.id === id);
    if (index >= 0) virtual.scrollToIndex(index, { align: "auto" });
  };

  useRevealed(selection?.jobId, model, (jobId, groupId) => {
    if (groupId !== undefined && collapsed.has(groupId)) collapse(groupId, false);
    setActive(jobId);
    const index = rows.findIndex((row) => row.id === jobId);
    if (index >= 0) virtual.scrollToIndex(index, { align: "auto" });
  });

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (zoomByKey(store, event)) return event.preventDefault();
    if (event.key === "Escape" && selection) return onSelect(null);
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? FIRST_HEIGHT) / ROW_HEIGHT) - 1);
    const effect = keyEffect(event.key, { rows, active, collapsed, page });
    if (!effect) return;
    event.preventDefault();
    if (effect.type === "collapse" || effect.type === "expand") return collapse(effect.id, effect.type === "collapse");
    if (effect.type === "go") goTo(effect.id);
    // With the panel open, the panel follows the active row.
    if (model.rows.has(effect.id) && (effect.type === "open" || selection))
      onSelect({ jobId: effect.id, attempt: null });
  };

  const onClick = (event: MouseEvent) => {
    const target = event.target instanceof Element ? event.target : null;
    const id = target?.closest<HTMLElement>("[data-row]")?.dataset.row;
    if (id === undefined) return;
    setActive(id);
    const row = model.rows.get(id);
    if (!row) return collapse(id, !collapsed.has(id));
    const segment = row.segments[Number(target?.closest<HTMLElement>("[data-segment]")?.dataset.segment ?? Number.NaN)];
    onSelect({ jobId: id, attempt: segment?.attempt ?? null });
  };

  const groupIds = model.groups.map((group) => group.id);
  const toolbar = (
    <Toolbar
      store={store}
      live={past === undefined && run.finishedAt === null}
      stale={stale}
      anyCollapsed={collapsed.size > 0}
      onCollapseAll={nested ? (all) => setCollapsed(new Set(all ? groupIds : [])) : undefined}
    />
  );
  const items = virtual.getVirtualItems();
  const isDrawn = active !== null && items.some(({ index }) => rows[index]?.id === active);
  return (
    <div className="[--label-width:min(17rem,38vw)]">
      <div
        ref={root}
        style={placing(store, origin)}
        className="overflow-hidden rounded-lg border border-line bg-surface"
      >
        <div className="border-b border-line px-1.5 py-1 sm:hidden">{toolbar}</div>
        <div className="flex items-stretch border-b border-line">
          <div className="flex w-(--label-width) shrink-0 items-center justify-between border-r border-line px-1.5 max-sm:hidden">
            {toolbar}
          </div>
          <Minimap store={store} model={model} />
        </div>
        <div className="flex h-7 border-b border-line">
          <div className="w-(--label-width) shrink-0 border-r border-line px-2 py-1.5 text-micro text-faint">
            {total > model.rows.size ? `${formatCount(model.rows.size)} of ` : ""}
            {formatPlural(Math.max(total, model.rows.size), "job")}
          </div>
          <div ref={track} className="relative min-w-0 flex-1 overflow-hidden">
            <Axis store={store} origin={origin} width={width} />
          </div>
        </div>
        <div
          ref={scroller}
          role="treegrid"
          aria-label="Timeline of jobs"
          aria-rowcount={rows.length}
          aria-activedescendant={isDrawn ? `${prefix}${active}` : undefined}
          tabIndex={0}
          onKeyDown={onKeyDown}
          onClick={onClick}
          {...hover}
          className="relative max-h-[max(20rem,calc(100dvh-21rem))] overflow-x-hidden overflow-y-auto outline-offset-[-2px]"
        >
          <div role="presentation" className="relative" style={{ height: virtual.getTotalSize() }}>
            <div aria-hidden className="absolute inset-y-0 right-0 left-(--label-width) overflow-hidden">
              <GridLines store={store} origin={origin} width={width} />
            </div>
            {items.map(({ index }) => {
              const row = rows[index];
              if (!row) return null;
              const selected = row.id === selection?.jobId;
              return (
                <RowView
                  key={row.id}
                  row={row}
                  index={index}
                  domId={`${prefix}${row.id}`}
                  nested={nested}
                  collapsed={collapsed.has(row.id)}
                  active={row.id === active}
                  selected={selected}
                  chosen={selected ? (selection?.attempt ?? null) : null}
                  origin={origin}
                />
              );
            })}
          </div>
        </div>
      </div>
      <Legend className="mt-2 px-1" />
      {hovered && <SegmentTip hovered={hovered} />}
    </div>
  );
}

/**
 * Calls `reveal` when another job is selected, here or by a link, and once when the page opens with
 * one.
 */
function useRevealed(
  jobId: string | undefined,
  model: TimelineModel,
  reveal: (jobId: string, groupId: string | undefined) => void,
): void {
  const latest = useRef(reveal);
  useEffect(() => {
    latest.current = reveal;
  });
  const known = jobId !== undefined && model.rows.has(jobId);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of the job must not scroll back to it
  useEffect(() => {
    if (jobId === undefined || !known) return;
    latest.current(jobId, model.groups.find((group) => group.jobs.some((row) => row.id === jobId))?.id);
  }, [jobId, known]);
}

/** One listener for the bars of all rows: the segment under the pointer. */
function useHover(model: TimelineModel) {
  const [found, setFound] = useState<{ id: string; index: number; x: number; y: number } | null>(null);
  const row = found ? model.rows.get(found.id) : undefined;
  const segment = found ? row?.segments[found.index] : undefined;
  const hovered: Hovered | null = found && row && segment ? { row, segment, x: found.x, y: found.y } : null;
  const onMouseMove = (event: MouseEvent) => {
    const bar = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-segment]") : null;
    const id = bar?.closest<HTMLElement>("[data-row]")?.dataset.row;
    if (!bar || id === undefined) return setFound(null);
    setFound({ id, index: Number(bar.dataset.segment), x: event.clientX, y: event.clientY });
  };
  return { hovered, hover: { onMouseMove, onMouseLeave: () => setFound(null) } };
}

function zoomByKey(store: TimelineStore, { key, shiftKey }: KeyboardEvent): boolean {
  const step = spanOf(store.view()) / 5;
  if (key === "+" || key === "=") store.dispatch({ type: "zoom", factor: 0.5 });
  else if (key === "-") store.dispatch({ type: "zoom", factor: 2 });
  else if (key === "0") store.dispatch({ type: "fit" });
  else if (key === "f") store.dispatch({ type: "follow" });
  else if (shiftKey && key === "ArrowLeft") store.dispatch({ type: "pan", by: -step });
  else if (shiftKey && key === "ArrowRight") store.dispatch({ type: "pan", by: step });
  else return false;
  return true;
}

function withOrWithout(set: ReadonlySet<string>, id: string, member: boolean): ReadonlySet<string> {
  const next = new Set(set);
  if (member) next.add(id);
  else next.delete(id);
  return next;
}
