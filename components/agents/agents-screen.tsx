"use client";

import { Bot, SearchX } from "lucide-react";
import { useQueryStates } from "nuqs";
import { useMemo, useState } from "react";
import { useAlertCommands } from "../alerts/alert-actions.ts";
import { type AlertRow, alertsOf } from "../alerts/alert-model.ts";
import { useTopicRows } from "../live/rows.ts";
import { Button } from "../ui/button.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { formatCount } from "../ui/format.ts";
import { PageHeader } from "../ui/page-header.tsx";
import { useTitle } from "../ui/use-title.ts";
import { AgentFilters } from "./agent-filters.tsx";
import type { AgentItem } from "./agent-rows.ts";
import { alertsByAgent, byStanding, filterAgents, standingOf } from "./agent-standing.ts";
import { AgentTile } from "./agent-tile.tsx";
import { AGENTS_URL } from "./agents-url.ts";
import { LeaderboardCard } from "./leaderboard-card.tsx";
import { useAgents } from "./use-agents.ts";
import { useWaiting } from "./use-waiting.ts";

interface AgentsScreenProps {
  initial: readonly AgentItem[];
  alerts: readonly AlertRow[];
}

const NO_ALERTS: readonly AlertRow[] = [];
/**
 * The worst come first; hundreds of tiles would take seconds to hydrate, and push the leaderboard
 * far down.
 */
const FIRST_TILES = 60;

/** A tile per agent with its breaker, the worst first, and the leaderboard. */
export function AgentsScreen({ initial, alerts: initialAlerts }: AgentsScreenProps) {
  const agents = useAgents(initial);
  const alerts = useTopicRows("alerts", "alert", initialAlerts);
  const commands = useAlertCommands();
  const waiting = useWaiting(agents);
  const [url, setUrl] = useQueryStates(AGENTS_URL);
  const [all, setAll] = useState(false);
  const alertsOfAgent = useMemo(() => alertsByAgent(alertsOf(alerts, "open")), [alerts]);
  const placed = useMemo(
    () =>
      agents
        .map((one) => ({ ...one, alerts: alertsOfAgent.get(one.agent.agentKey) ?? NO_ALERTS }))
        .map((one) => ({ ...one, standing: standingOf(one) }))
        .sort(byStanding),
    [agents, alertsOfAgent],
  );
  const shown = useMemo(() => filterAgents(placed, url.state, url.q), [placed, url.state, url.q]);
  const open = placed.filter(({ standing }) => standing === "open").length;
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
          An agent appears when it first acts: when a worker starts, or when an orchestrator sends{" "}
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
          <span className="text-small text-muted tabular-nums">
            {agents.length} · {busy} of {capacity} slots busy
          </span>
        }
      />
      <AgentFilters
        agents={placed}
        standing={url.state}
        text={url.q}
        onChange={(change) => void setUrl(change, { throttleMs: 200 })}
      />
      {shown.length === 0 && (
        <EmptyState
          icon={<SearchX />}
          title="No agent matches these filters"
          action={<Button onClick={() => void setUrl({ state: null, q: null })}>Show all</Button>}
        />
      )}
      <div className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,19.5rem),1fr))] gap-3">
        {shown.slice(0, all ? undefined : FIRST_TILES).map((one) => (
          <AgentTile
            key={one.agent.id}
            agent={one.agent}
            breaker={one.breaker}
            alerts={one.alerts}
            standing={one.standing}
            waiting={waiting.byAgent.get(one.agent.agentKey)}
            moreWaiting={waiting.more}
            onAcknowledge={commands.acknowledge}
          />
        ))}
      </div>
      {!all && shown.length > FIRST_TILES && (
        <Button className="mt-3" onClick={() => setAll(true)}>
          Show the other {formatCount(shown.length - FIRST_TILES)}
        </Button>
      )}
      <LeaderboardCard className="mt-4" />
    </>
  );
}
