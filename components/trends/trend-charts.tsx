"use client";

import { memo, useMemo } from "react";
import type { SeriesMetric } from "../../domain/agents/answers.ts";
import { SeriesChart } from "../charts/series-chart.tsx";
import type { ChartRange, SeriesLine, SeriesUnit } from "../charts/series-model.ts";
import { type SeriesView, useManySeries } from "../charts/use-series.ts";
import { type Choice, less, summed } from "./trends-model.ts";

/** What all the charts of the page are about. */
export interface TrendScope {
  windowMs: number;
  outer: ChartRange;
  zoom: ChartRange | null;
  onZoom: (zoom: ChartRange | null) => void;
  taskType: string | null;
}

/** Six charts with a line per agent are forty questions, and a step is a minute at least. */
const EVERY_MS = 30_000;

/** The stretch to ask for: what is zoomed to, or the window until now. */
function stretchOf({ windowMs, zoom }: TrendScope): { windowMs: number; end: number | null; everyMs: number } {
  return zoom
    ? { windowMs: zoom.to - zoom.from, end: zoom.to, everyMs: EVERY_MS }
    : { windowMs, end: null, everyMs: EVERY_MS };
}

interface FrameProps {
  title: string;
  unit: SeriesUnit;
  scope: TrendScope;
  lines: readonly SeriesLine[];
  series: readonly SeriesView[];
  empty: string;
}

/**
 * A chart whose stretch the page decides. It fails as a whole: a missing line would look like a
 * gap.
 */
function Frame({ title, unit, scope, lines, series, empty }: FrameProps) {
  const states = series.map(({ state }) => state);
  return (
    <SeriesChart
      title={title}
      unit={unit}
      lines={lines}
      state={states.includes("error") ? "error" : states.includes("loading") ? "loading" : "ready"}
      onRetry={() => series.filter(({ state }) => state === "error").forEach(({ retry }) => void retry())}
      range={scope.outer}
      zoom={scope.zoom}
      onZoom={scope.onZoom}
      empty={empty}
    />
  );
}

interface PerAgentProps {
  title: string;
  unit: SeriesUnit;
  metric: SeriesMetric;
  scope: TrendScope;
  /** A line each; null: one line of all together. */
  agents: readonly Choice[] | null;
  empty: string;
}

/** One metric, a line per agent or one of all. */
export const PerAgentChart = memo(function PerAgentChart({ title, unit, metric, scope, agents, empty }: PerAgentProps) {
  // Slots belong to an agent, for any type of task.
  const taskType = metric === "utilisation" ? null : scope.taskType;
  const asked = (agents ?? [null]).map((one) => ({ metric, agent: one?.id, taskType, ...stretchOf(scope) }));
  const series = useManySeries(asked);
  const names = agents ? agents.map(({ name }) => name) : ["All agents"];
  const lines = series.map(({ points }, at) => ({ name: names[at] ?? "", points }));
  const whole = scope.taskType !== null && taskType === null ? `${title}, all types of task` : title;
  return <Frame {...{ title: whole, unit, scope, lines, series, empty }} />;
});

const COUNTS = ["throughput", "failures", "upstream"] as const;

/** Outcomes by what they were, of all agents or of some together. */
export const ThroughputTrend = memo(function ThroughputTrend({
  scope,
  agents,
}: {
  scope: TrendScope;
  agents: readonly Choice[] | null;
}) {
  const { taskType } = scope;
  const keys = agents?.map(({ id }) => id) ?? [null];
  const asked = COUNTS.flatMap((metric) => keys.map((agent) => ({ metric, agent, taskType, ...stretchOf(scope) })));
  const series = useManySeries(asked);
  const [all = [], failed = [], upstream = []] = COUNTS.map((metric) =>
    summed(series.filter((_, at) => asked[at]?.metric === metric).map(({ points }) => points)),
  );
  const lines: SeriesLine[] = [
    { name: "Completed", points: less(all, failed), tone: "completed" },
    { name: "Failed", points: failed, tone: "failed" },
    { name: "Upstream", points: upstream, tone: "queued" },
  ];
  return (
    <Frame
      title="Throughput"
      unit="count"
      empty="Outcomes are counted by minute and hour as they come in."
      {...{ scope, lines, series }}
    />
  );
});

/** How deep queues were, at their deepest within each step. */
export const DepthTrend = memo(function DepthTrend({
  scope,
  queues,
}: {
  scope: TrendScope;
  queues: readonly Choice[];
}) {
  const asked = useMemo(() => queues.map(({ id }) => ({ metric: "queue_depth" as const, queue: id })), [queues]);
  const series = useManySeries(asked.map((one) => ({ ...one, ...stretchOf(scope) })));
  const lines = series.map(({ points }, at) => ({ name: queues[at]?.name ?? "", points }));
  const empty = "A queue is there from its first job.";
  return <Frame title="Queue depth" unit="count" {...{ scope, lines, series, empty }} />;
});
