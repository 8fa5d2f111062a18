"use client";

import { useQueryStates } from "nuqs";
import { useCallback, useMemo } from "react";
import { LEADERBOARD_WINDOWS } from "../../domain/agents/answers.ts";
import { MINUTE_MS } from "../../domain/kernel/time.ts";
import { RangeBar } from "../charts/range-bar.tsx";
import type { ChartRange } from "../charts/series-model.ts";
import { formatPlural } from "../ui/format.ts";
import { useHotkey } from "../ui/hotkeys.ts";
import { useNow } from "../ui/now.ts";
import { PageHeader } from "../ui/page-header.tsx";
import { useTitle } from "../ui/use-title.ts";
import { DepthTrend, PerAgentChart, ThroughputTrend, type TrendScope } from "./trend-charts.tsx";
import { TrendsFilters } from "./trends-filters.tsx";
import { type Choice, drawn, MOST_LINES, outerOf } from "./trends-model.ts";
import { trendsSearch } from "./trends-search.ts";

interface TrendsScreenProps {
  /** Weighed by their outcomes. */
  agents: readonly Choice[];
  /** Weighed by what waits in them. */
  queues: readonly Choice[];
  taskTypes: readonly string[];
  /** The server's time when it answered, epoch ms. */
  renderedAt: number;
}

/** More lines than these cross each other too often to be followed. */
const FEW_LINES = 5;

/**
 * How agents and queues did over time. All charts show the same stretch: what one zooms to, all do.
 */
export function TrendsScreen({ agents, queues, taskTypes, renderedAt }: TrendsScreenProps) {
  useTitle("Trends");
  const [search, setSearch] = useQueryStates(trendsSearch, { history: "push" });
  const { window, taskType } = search;
  const by = search.by ?? (search.agents.length > 0 || agents.length <= FEW_LINES ? "agent" : "all");
  const [from, to] = [search.from?.getTime() ?? null, search.to?.getTime() ?? null];
  const zoom = useMemo(() => (from !== null && to !== null && from < to ? { from, to } : null), [from, to]);
  const onZoom = useCallback(
    (next: ChartRange | null) =>
      void setSearch({ from: next ? new Date(next.from) : null, to: next ? new Date(next.to) : null }),
    [setSearch],
  );
  const minute = Math.ceil((useNow() ?? renderedAt) / MINUTE_MS) * MINUTE_MS;
  const scope = useMemo<TrendScope>(
    () => ({
      windowMs: LEADERBOARD_WINDOWS[window],
      outer: outerOf(window, minute, zoom),
      zoom,
      onZoom,
      taskType,
    }),
    [window, minute, zoom, onZoom, taskType],
  );
  useHotkey("0", () => onZoom(null), "Show the whole window");

  const shown = useMemo(() => drawn(agents, search.agents), [agents, search.agents]);
  const lines = by === "agent" && shown.length > 0 ? shown : null;
  const some = search.agents.length > 0 ? shown : null;
  const shownQueues = useMemo(() => drawn(queues, search.queues), [queues, search.queues]);
  const cut = by === "agent" && search.agents.length === 0 && agents.length > MOST_LINES;
  const cutQueues = search.queues.length === 0 && queues.length > MOST_LINES;
  return (
    <>
      <PageHeader
        title="Trends"
        actions={<TrendsFilters {...{ search, by, setSearch, agents, queues, taskTypes }} />}
      />
      <div className="mb-3 rounded-lg border border-line bg-surface px-3 py-1">
        <RangeBar outer={scope.outer} value={zoom} onChange={onZoom} />
      </div>
      {(cut || cutQueues) && (
        <p role="note" className="mb-3 text-small text-muted">
          {cut &&
            `Shown are the ${MOST_LINES} agents with the most outcomes, of ${formatPlural(agents.length, "agent")}. `}
          {cutQueues && `Shown are the ${MOST_LINES} deepest queues of ${queues.length}. `}
          Choose others above.
        </p>
      )}
      <div className="grid gap-3 xl:grid-cols-2">
        <PerAgentChart
          title="Success rate"
          unit="percent"
          metric="success_rate"
          scope={scope}
          agents={lines ?? some}
          empty="No outcomes in this time. Steps without one are gaps, not zeros."
        />
        <ThroughputTrend scope={scope} agents={some} />
        <PerAgentChart
          title="Utilisation"
          unit="percent"
          metric="utilisation"
          scope={scope}
          agents={lines ?? some}
          empty="Slots in use over all slots. Agents state their capacity when they register."
        />
        <DepthTrend scope={scope} queues={shownQueues} />
        {(["p50", "p95"] as const).map((one) => (
          <PerAgentChart
            key={one}
            title={`Duration, ${one}`}
            unit="ms"
            metric={`duration_${one}`}
            scope={scope}
            agents={lines ?? some}
            empty="Durations come from outcomes; there are none in this time."
          />
        ))}
      </div>
    </>
  );
}
