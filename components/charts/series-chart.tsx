"use client";

import { ChartLine, ZoomOut } from "lucide-react";
import dynamic from "next/dynamic";
import { type ReactNode, useMemo, useState } from "react";
import { Button } from "../ui/button.tsx";
import { Card } from "../ui/card.tsx";
import { EmptyState, ErrorState } from "../ui/empty-state.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { ChartLegend } from "./chart-legend.tsx";
import { RangeBar } from "./range-bar.tsx";
import { type ChartRange, extentOf, rowsOf, type SeriesLine, type SeriesUnit } from "./series-model.ts";
import { SeriesSummary } from "./series-summary.tsx";
import { Zoomable } from "./zoomable.tsx";

// The chart library is large and draws nothing without a browser: it comes after the first paint.
const Plot = dynamic(() => import("./series-plot.tsx").then((module) => module.SeriesPlot), {
  ssr: false,
  loading: () => <Skeleton className="size-full" />,
});

interface SeriesChartProps {
  title: string;
  unit: SeriesUnit;
  lines: readonly SeriesLine[];
  /** A value that is marked across. */
  threshold?: number | undefined;
  /** Of the plot alone, px. */
  height?: number;
  state?: "loading" | "ready" | "error";
  onRetry?: () => void;
  /** What is said when nothing is known of any step. */
  empty?: ReactNode;
  /** Stands at the right of the title. */
  actions?: ReactNode;
  /**
   * The whole extent; that of the lines when left out. Lines may cover a part of it while the page
   * loads what is zoomed to.
   */
  range?: ChartRange;
  /** What is looked at, where the page decides; null: the whole range. Goes with `onZoom`. */
  zoom?: ChartRange | null;
  /**
   * Called with the stretch that the operator chose. Without it the chart zooms by itself and has
   * handles below.
   */
  onZoom?: (zoom: ChartRange | null) => void;
}

/**
 * Lines over time, as a section of its title: gaps are gaps. Zoomed by dragging across, by the
 * handles, or by keys: `+` and `-`, `[` and `]` to move, `0` for the whole. The legend shows and
 * hides lines.
 */
export function SeriesChart(props: SeriesChartProps) {
  const { title, unit, lines, threshold, height = 180, state = "ready", onRetry, empty, actions, onZoom } = props;
  const rows = useMemo(() => rowsOf(lines), [lines]);
  const [own, setOwn] = useState<ChartRange | null>(null);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const zoom = onZoom ? (props.zoom ?? null) : own;
  const setZoom = onZoom ?? setOwn;
  const whole = props.range ?? extentOf(rows);
  const range = zoom ?? whole;
  const toggle = (name: string) =>
    setHidden((now) => new Set(now.has(name) ? [...now].filter((one) => one !== name) : [...now, name]));

  const body = () => {
    if (state === "error") return <ErrorState className="py-4!" {...(onRetry && { onRetry })} />;
    if (state === "loading" || !whole || !range) {
      return (
        <div role="status" aria-label={`Loading ${title}`} style={{ height: height + 30 }}>
          <Skeleton className="size-full" />
        </div>
      );
    }
    if (!rows.some(({ values }) => values.some((value) => value !== null))) {
      return (
        <EmptyState icon={<ChartLine />} title="Nothing is known of this time" className="py-6!">
          {empty}
        </EmptyState>
      );
    }
    return (
      <figure aria-label={title} className="m-0">
        <ChartLegend lines={lines} hidden={hidden} onToggle={toggle} />
        <Zoomable shown={range} whole={whole} onZoom={setZoom} height={height}>
          {(width) => <Plot {...{ title, unit, lines, rows, range, hidden, threshold, height, width }} />}
        </Zoomable>
        {!onZoom && <RangeBar outer={whole} value={zoom} onChange={setZoom} />}
        <SeriesSummary title={title} unit={unit} lines={lines} rows={rows} range={range} />
      </figure>
    );
  };
  const reset = zoom && (
    <Button size="sm" variant="ghost" onClick={() => setZoom(null)}>
      <ZoomOut aria-hidden className="size-3.5" /> Reset zoom
    </Button>
  );
  return (
    <Card
      title={title}
      actions={
        (reset || actions) && (
          <>
            {reset}
            {actions}
          </>
        )
      }
    >
      {body()}
    </Card>
  );
}
