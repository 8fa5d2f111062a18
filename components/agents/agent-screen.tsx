"use client";

import { useQueryState } from "nuqs";
import { useMemo } from "react";
import { useAlertCommands } from "../alerts/alert-actions.ts";
import { type AlertRow, alertsOf } from "../alerts/alert-model.ts";
import { useTopicRows } from "../live/rows.ts";
import { type LogPage, useLog } from "../live/use-log.ts";
import { statusLook } from "../ui/status.ts";
import { useTitle } from "../ui/use-title.ts";
import { AgentDecisions } from "./agent-decisions.tsx";
import { AgentFigures } from "./agent-figures.tsx";
import { AgentHeader } from "./agent-header.tsx";
import type { AgentItem, AgentView } from "./agent-rows.ts";
import { alertsByAgent, standingOf } from "./agent-standing.ts";
import { AgentTrends } from "./agent-trends.tsx";
import { WINDOW_MS, WINDOW_URL } from "./agent-windows.ts";
import { HISTORY_TYPES } from "./breaker/breaker-history.ts";
import { BreakerPanel } from "./breaker/breaker-panel.tsx";
import { HistoryList } from "./breaker/history-list.tsx";
import { type LogStart, StateHistory } from "./breaker/state-history.tsx";
import type { JobPage } from "./jobs-page.ts";
import { RecentJobs } from "./recent-jobs.tsx";
import { useAgents } from "./use-agents.ts";
import { useWaiting } from "./use-waiting.ts";
import { WindowSwitch } from "./window-switch.tsx";

interface AgentScreenProps {
  initial: AgentItem;
  alerts: readonly AlertRow[];
  jobs: JobPage;
  history: LogPage;
  logStart: LogStart | null;
}

/**
 * One agent: its breaker and the history of it, its figures now and over time, its decisions and
 * jobs.
 */
export function AgentScreen({ initial, alerts: initialAlerts, jobs, history, logStart }: AgentScreenProps) {
  const key = initial.agentKey;
  const agents = useAgents(useMemo(() => [initial], [initial]));
  const known = agents.find((one) => one.agent.agentKey === key);
  const { agent, breaker, statistics } = known ?? viewOf(initial);
  const alertRows = useTopicRows("alerts", "alert", initialAlerts);
  const alerts = useMemo(() => alertsByAgent(alertsOf(alertRows, "open")).get(key) ?? [], [alertRows, key]);
  const commands = useAlertCommands();
  const waiting = useWaiting(agents);
  const log = useLog({ types: HISTORY_TYPES, subject: `agent:${key}`, runId: null }, history);
  const [window, setWindow] = useQueryState("window", WINDOW_URL);
  useTitle(`${agent.displayName}: ${statusLook("breaker", breaker.state).label}`);
  const changed = agent.seq + statistics.seq - initial.seq - initial.statistics.seq;

  return (
    <>
      <AgentHeader
        agent={agent}
        breaker={breaker}
        alerts={alerts}
        standing={standingOf({ agent, breaker, alerts })}
        waiting={waiting.byAgent.get(key)}
        moreWaiting={waiting.more}
        onAcknowledge={commands.acknowledge}
      />
      <div className="grid items-start gap-3 lg:grid-cols-2">
        <BreakerPanel breaker={breaker} agent={agent} />
        <div className="space-y-3">
          <AgentFigures statistics={statistics} />
          <HistoryList log={log} />
        </div>
      </div>
      <section aria-label="Over time" className="mt-5">
        <div className="mb-2 flex flex-wrap items-center justify-between gap-2">
          <h2 className="text-lead font-semibold tracking-tight">Over time</h2>
          <WindowSwitch value={window} onChange={(next) => void setWindow(next)} />
        </div>
        <div className="space-y-3">
          <StateHistory
            log={log}
            logStart={logStart}
            createdAt={agent.createdAt}
            state={breaker.state}
            windowMs={WINDOW_MS[window]}
          />
          <AgentTrends
            agentKey={key}
            windowMs={WINDOW_MS[window]}
            failureRateThreshold={breaker.config.failureRateThreshold}
          />
        </div>
      </section>
      <div className="mt-5 grid items-start gap-3 xl:grid-cols-2">
        <AgentDecisions agentKey={key} changed={changed} />
        <RecentJobs agentKey={key} initial={jobs} changed={changed} />
      </div>
    </>
  );
}

function viewOf({ breaker, statistics, ...agent }: AgentItem): AgentView {
  return { agent, breaker, statistics };
}
