"use client";

import type { SeriesMetric } from "../../domain/agents/answers.ts";
import { SeriesChart } from "../charts/series-chart.tsx";
import type { SeriesLine } from "../charts/series-model.ts";
import { type SeriesView, useManySeries } from "../charts/use-series.ts";
import type { Tone } from "../ui/status.ts";

interface AgentTrendsProps {
  agentKey: string;
  windowMs: number;
  /** The failure rate at which its breaker opens, 0–1. */
  failureRateThreshold: number;
}

const ASKED: readonly { metric: SeriesMetric; name: string; tone: Tone }[] = [
  { metric: "success_rate", name: "Success rate", tone: "completed" },
  { metric: "throughput", name: "Calls", tone: "running" },
  { metric: "failures", name: "Failed", tone: "failed" },
  { metric: "duration_p50", name: "p50", tone: "running" },
  { metric: "duration_p95", name: "p95", tone: "blocked" },
  { metric: "utilisation", name: "Busy slots", tone: "review" },
];

/** An agent over time: success rate, calls, durations, busy slots. */
export function AgentTrends({ agentKey, windowMs, failureRateThreshold }: AgentTrendsProps) {
  const series = useManySeries(ASKED.map(({ metric }) => ({ metric, agent: agentKey, windowMs })));
  const chart = (...metrics: SeriesMetric[]) => chartOf(series, metrics);
  return (
    <div className="grid gap-3 lg:grid-cols-2">
      <SeriesChart
        title="Success rate"
        unit="percent"
        threshold={1 - failureRateThreshold}
        empty="No call ended within this time."
        {...chart("success_rate")}
      />
      <SeriesChart
        title="Throughput"
        unit="count"
        empty="No call ended within this time."
        {...chart("throughput", "failures")}
      />
      <SeriesChart
        title="Duration"
        unit="ms"
        empty="No call with a known duration ended within this time."
        {...chart("duration_p50", "duration_p95")}
      />
      <SeriesChart
        title="Utilisation"
        unit="percent"
        empty="No data about its slots within this time."
        {...chart("utilisation")}
      />
    </div>
  );
}

interface Drawn {
  lines: SeriesLine[];
  state: SeriesView["state"];
  onRetry: () => void;
}

/** Props of a chart of some of the series. */
function chartOf(series: readonly SeriesView[], metrics: readonly SeriesMetric[]): Drawn {
  const places = ASKED.flatMap(({ metric }, at) => (metrics.includes(metric) ? [at] : []));
  const views = places.map((at) => series[at] as SeriesView);
  const lines: SeriesLine[] = places.map((at) => {
    const { name, tone } = ASKED[at] as (typeof ASKED)[number];
    return { name, tone, points: series[at]?.points ?? [] };
  });
  const state = (["error", "loading"] as const).find((one) => views.some((view) => view.state === one)) ?? "ready";
  return {
    lines,
    state,
    onRetry: () => {
      for (const view of views) if (view.state === "error") view.retry();
    },
  };
}
