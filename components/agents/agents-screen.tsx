"use client";

import { Bot } from "lucide-react";
import { useMemo } from "react";
import type { AlertRow } from "../alerts/alert-model.ts";
import { worstFirst } from "../breakers/breaker-view.ts";
import { StateCounts } from "../breakers/state-counts.tsx";
import { useTopicRows } from "../live/rows.ts";
import { Card } from "../ui/card.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { PageHeader } from "../ui/page-header.tsx";
import { useTitle } from "../ui/use-title.ts";
import { type AgentItem, alertOf } from "./agent-rows.ts";
import { AgentTile } from "./agent-tile.tsx";
import { Leaderboard } from "./leaderboard.tsx";
import { FEW_SAMPLES, leaderboardOf } from "./leaderboard-model.ts";
import { useAgents } from "./use-agents.ts";

interface AgentsScreenProps {
  initial: readonly AgentItem[];
  alerts: readonly AlertRow[];
}

/** A tile per agent with its breaker, the worst first, and how well each agent does. */
export function AgentsScreen({ initial, alerts: initialAlerts }: AgentsScreenProps) {
  const agents = useAgents(initial);
  const alerts = useTopicRows("alerts", "alert", initialAlerts);
  const tiles = useMemo(
    () =>
      agents.map(({ agent, breaker, statistics }) => ({ agent, breaker, total: statistics.total })).sort(worstFirst),
    [agents],
  );
  const ranked = useMemo(
    () =>
      leaderboardOf(
        agents.map(({ agent, statistics }) => ({ agentKey: agent.id, displayName: agent.displayName, statistics })),
      ),
    [agents],
  );
  const open = agents.filter(({ breaker }) => breaker.state === "open").length;
  useTitle(open > 0 ? `Agents (${open} open)` : "Agents");
  const busy = agents.reduce((sum, { agent }) => sum + agent.busy, 0);
  const capacity = agents.reduce((sum, { agent }) => sum + agent.capacity, 0);

  if (agents.length === 0) {
    return (
      <>
        <PageHeader title="Agents" />
        <EmptyState
          icon={<Bot />}
          title="No agents yet"
          command="npm run worker -- --agent builder-1 --capability shell --slots 2"
        >
          An agent is there from its first act: when a worker starts, or when an orchestrator sends{" "}
          <code>agent.register</code>.
        </EmptyState>
      </>
    );
  }
  return (
    <>
      <PageHeader
        title="Agents"
        badge={
          <span className="text-[12px] text-muted tabular-nums">
            {agents.length} · {busy} of {capacity} slots busy
          </span>
        }
        actions={<StateCounts breakers={agents.map(({ breaker }) => breaker)} />}
      />
      <div className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,19.5rem),1fr))] gap-3">
        {tiles.map(({ agent, breaker }) => (
          <AgentTile key={agent.id} agent={agent} breaker={breaker} alert={alertOf(alerts, agent.id)} />
        ))}
      </div>
      <Card
        flush
        title="Leaderboard"
        className="mt-4"
        actions={
          <span className="hidden sm:inline">
            ranked by the success rate an agent has at least; under {FEW_SAMPLES} outcomes it says little
          </span>
        }
      >
        <Leaderboard rows={ranked} />
      </Card>
    </>
  );
}
