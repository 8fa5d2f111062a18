"use client";

import { useMemo } from "react";
import type { Summary } from "../../domain/kernel/answers.ts";
import type { Listed, Wire } from "../../domain/kernel/wire.ts";
import type { AgentItem } from "../agents/agent-rows.ts";
import { useAgents } from "../agents/use-agents.ts";
import { totalOf } from "../charts/minutes.ts";
import { Throughput } from "../charts/throughput.tsx";
import { useTopicRows } from "../live/rows.ts";
import { Card } from "../ui/card.tsx";
import { formatCount } from "../ui/format.ts";
import { PageHeader } from "../ui/page-header.tsx";
import { toneColor } from "../ui/status.ts";
import { useTitle } from "../ui/use-title.ts";
import { BreakerStrip } from "./breaker-strip.tsx";
import { FiringAlerts } from "./firing-alerts.tsx";
import { newestRuns } from "./order.ts";
import { RecentRuns } from "./recent-runs.tsx";
import { RunStatuses } from "./run-statuses.tsx";
import { StatTiles } from "./stat-tiles.tsx";

import { useSummary } from "./use-summary.ts";

export interface OverviewData {
  summary: Summary;
  runs: Listed<"run">[];
  agents: AgentItem[];
  alerts: Wire<"alert">[];
}

const RECENT = 12;

/** The overview: figures that the server counts as the log grows, and rows from frames. */
export function OverviewScreen({
  summary: first,
  runs: firstRuns,
  agents: firstAgents,
  alerts: firstAlerts,
}: OverviewData) {
  const summary = useSummary(first);
  const runs = useTopicRows("runs", "run", firstRuns);
  const alerts = useTopicRows("alerts", "alert", firstAlerts);
  const agents = useAgents(firstAgents);
  const recent = useMemo(() => newestRuns(runs, RECENT), [runs]);
  const firing = alerts.filter((alert) => alert.status === "firing").length;
  const hour = totalOf(summary.throughput);
  useTitle(firing > 0 ? `(${firing}) Overview` : "Overview");

  // The rows are newer than the count, but only the count includes every agent.
  const slots =
    agents.length < summary.agents.total
      ? summary.agents
      : {
          total: agents.length,
          busy: agents.reduce((sum, { agent }) => sum + agent.busy, 0),
          capacity: agents.reduce((sum, { agent }) => sum + agent.capacity, 0),
        };

  return (
    <>
      <PageHeader title="Overview" />
      <div className="space-y-2.5">
        <StatTiles summary={summary} firing={firing} agents={slots} />
        <div className="grid gap-2.5 xl:grid-cols-[minmax(0,1fr)_22rem]">
          <Card
            title="Throughput, last hour"
            actions={
              <>
                <Legend color={toneColor("completed")} text={`${formatCount(hour.completed)} succeeded`} />
                <Legend color={toneColor("failed")} text={`${formatCount(hour.failed)} failed`} />
              </>
            }
          >
            <Throughput minutes={summary.throughput} label="Calls to agents by minute, last hour" />
          </Card>
          <RunStatuses byStatus={summary.runs.byStatus} />
        </div>
        {agents.length > 0 && <BreakerStrip agents={agents} />}
        <div className="grid items-start gap-2.5 xl:grid-cols-[minmax(0,1fr)_25rem]">
          <div className="max-xl:order-2">
            <RecentRuns runs={recent} />
          </div>
          <FiringAlerts alerts={alerts} />
        </div>
      </div>
    </>
  );
}

function Legend({ color, text }: { color: string; text: string }) {
  return (
    <span className="flex items-center gap-1.5 tabular-nums">
      <span aria-hidden className="size-2 rounded-[2px]" style={{ background: color }} />
      {text}
    </span>
  );
}
