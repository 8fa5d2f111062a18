"use client";

import type { KeyboardEvent, ReactNode } from "react";
import { type ChartRange, PLOT_LEFT, PLOT_RIGHT } from "./series-model.ts";
import { useDrag } from "./use-drag.ts";
import { useWidth } from "./use-width.ts";
import { settled, zoomByKey } from "./zoom.ts";

interface ZoomableProps {
  shown: ChartRange;
  whole: ChartRange;
  onZoom: (range: ChartRange | null) => void;
  height: number;
  /** Draws the plot at a width, px. */
  children: (width: number) => ReactNode;
}

/** Room for a plot that is zoomed by dragging across it, and by keys while it has the focus. */
export function Zoomable({ shown, whole, onZoom, height, children }: ZoomableProps) {
  const [ref, width] = useWidth(600);
  const plot = Math.max(1, width - PLOT_LEFT - PLOT_RIGHT);
  const inPlot = (px: number) => Math.min(Math.max(px - PLOT_LEFT, 0), plot);
  const timeAt = (px: number) => shown.from + (inPlot(px) / plot) * (shown.to - shown.from);
  const { dragged, cancel, handlers } = useDrag(({ start, end }) =>
    onZoom(settled({ from: timeAt(start), to: timeAt(end) }, whole)),
  );
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && dragged) return cancel();
    const next = zoomByKey(event.key, shown, whole);
    if (next === undefined) return;
    event.preventDefault();
    onZoom(next);
  };
  const [left, right] = dragged ? [dragged.start, dragged.end].map(inPlot).sort((a, b) => a - b) : [];
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the chart within has the focus; keys that it does not know come here
    <div
      ref={ref}
      style={{ height }}
      className="relative cursor-crosshair select-none"
      title="Drag across to zoom; + and − zoom, [ and ] move, 0 shows all"
      onKeyDown={onKeyDown}
      {...handlers}
    >
      {children(width)}
      {left !== undefined && right !== undefined && (
        <div
          aria-hidden
          className="pointer-events-none absolute inset-y-0 border-x border-accent bg-accent/15"
          style={{ left: left + PLOT_LEFT, width: right - left }}
        />
      )}
    </div>
  );
}
