"use client";

import { Bell } from "lucide-react";
import Link from "next/link";
import { useMemo } from "react";
import type { AlertRow } from "../alerts/alert-model.ts";
import { BreakerPanel } from "../breakers/breaker-panel.tsx";
import { HistoryList } from "../breakers/history-list.tsx";
import { useTopic } from "../live/live-provider.tsx";
import { useRow, useTopicRows } from "../live/rows.ts";
import type { LogPage } from "../live/use-log.ts";
import { Badge, StatusBadge } from "../ui/badge.tsx";
import { CopyId } from "../ui/copy-id.tsx";
import { formatPlural } from "../ui/format.ts";
import { PageHeader } from "../ui/page-header.tsx";
import { statusLook } from "../ui/status.ts";
import { RelativeTime } from "../ui/time.tsx";
import { useTitle } from "../ui/use-title.ts";
import { AgentFigures } from "./agent-figures.tsx";
import { type AgentItem, type AgentView, alertOf, splitItems } from "./agent-rows.ts";
import type { JobPage } from "./jobs-page.ts";
import { RecentJobs } from "./recent-jobs.tsx";

interface AgentScreenProps {
  initial: AgentItem;
  alerts: readonly AlertRow[];
  jobs: JobPage;
  history: LogPage;
}

/** All about one agent: its breaker and how it came to stand so, its figures, its latest jobs. */
export function AgentScreen({ initial, alerts: initialAlerts, jobs, history }: AgentScreenProps) {
  const first = useMemo(() => splitItems([initial]), [initial]);
  const key = initial.agentKey;
  useTopic("agents");
  const agent = useRow("agent", key, first.agents[0]) ?? initial;
  const breaker: AgentView["breaker"] = useRow("breaker", key, first.breakers[0]) ?? initial.breaker;
  const statistics = useRow("statistics", key, first.statistics[0]) ?? initial.statistics;
  const alert = alertOf(useTopicRows("alerts", "alert", initialAlerts), key);
  useTitle(`${agent.displayName}: ${statusLook("breaker", breaker.state).label}`);
  const changed = agent.seq + statistics.seq - initial.seq - initial.statistics.seq;

  return (
    <>
      <PageHeader
        title={agent.displayName}
        badge={
          <>
            <StatusBadge kind="breaker" status={breaker.state} pending={breaker.pending} />
            {agent.draining && <Badge tone="blocked">Draining</Badge>}
          </>
        }
        description={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <CopyId id={key} />
            <span className="tabular-nums">
              {agent.busy} of {formatPlural(agent.capacity, "slot")} busy
            </span>
            <span>
              seen <RelativeTime at={agent.lastSeenAt} />
            </span>
            {agent.capabilities.map((capability) => (
              <Badge key={capability}>{capability}</Badge>
            ))}
          </span>
        }
        actions={
          alert && (
            <Link
              href={`/alerts#${encodeURIComponent(alert.id)}`}
              className="link inline-flex h-8 items-center gap-1.5"
            >
              <Bell aria-hidden className="size-3.5" />
              {alert.status === "firing" ? "Alert firing" : "Alert acknowledged"}
            </Link>
          )
        }
      />
      <div className="grid items-start gap-3 lg:grid-cols-2">
        <BreakerPanel breaker={breaker} name={agent.displayName} />
        <div className="space-y-3">
          <AgentFigures statistics={statistics} />
          <HistoryList key={key} agentKey={key} initial={history} />
        </div>
      </div>
      <div className="mt-3">
        <RecentJobs agentKey={key} initial={jobs} changed={changed} />
      </div>
    </>
  );
}
