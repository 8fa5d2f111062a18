"use client";

import { Bell, Hourglass, OctagonAlert } from "lucide-react";
import Link from "next/link";
import { memo } from "react";
import type { AlertRow } from "../alerts/alert-model.ts";
import { BreakerNow } from "../breakers/breaker-now.tsx";
import { BreakerOrders } from "../breakers/breaker-order.tsx";
import { breakerView } from "../breakers/breaker-view.ts";
import { FailureRate } from "../breakers/failure-bar.tsx";
import { Badge, StatusBadge } from "../ui/badge.tsx";
import { cn } from "../ui/cn.ts";
import { formatPlural } from "../ui/format.ts";
import { statusLook, toneColor } from "../ui/status.ts";
import { RelativeTime } from "../ui/time.tsx";
import type { AgentView } from "./agent-rows.ts";
import { useWaitingJobs } from "./use-waiting-jobs.ts";

interface AgentTileProps extends Pick<AgentView, "agent" | "breaker"> {
  alert: AlertRow | undefined;
}

/** One agent: how its breaker stands and why, what waits for it, and the orders an operator may give. */
export const AgentTile = memo(function AgentTile({ agent, breaker, alert }: AgentTileProps) {
  const view = breakerView(breaker);
  const held = view.state === "open" || view.state === "forced_open" || view.state === "half_open";
  const waiting = useWaitingJobs(agent.agentKey, held);
  const named = agent.displayName !== agent.agentKey;

  return (
    <article
      aria-label={agent.displayName}
      aria-busy={breaker.pending || undefined}
      className="relative flex min-w-0 flex-col gap-2.5 overflow-clip rounded-lg border border-line bg-surface p-3.5 pt-3"
    >
      {view.state !== "closed" && (
        <span
          aria-hidden
          className="absolute inset-x-0 top-0 h-0.5"
          style={{ background: toneColor(statusLook("breaker", view.state).tone) }}
        />
      )}
      <header className="flex items-start justify-between gap-2">
        <div className="min-w-0">
          <h2 className="truncate text-[13px] leading-5 font-semibold">
            <Link href={`/agents/${encodeURIComponent(agent.agentKey)}`} className="hover:underline">
              {agent.displayName}
            </Link>
          </h2>
          {named && <p className="truncate font-mono text-[12px] text-muted">{agent.agentKey}</p>}
        </div>
        <StatusBadge kind="breaker" status={view.state} pending={breaker.pending} />
      </header>

      <FailureRate view={view} />
      <BreakerNow view={view} />
      {view.lastError && (
        <p
          className={cn("flex gap-1.5 text-[12px]", view.state === "closed" ? "text-faint" : "text-muted")}
          title={view.lastError}
        >
          <OctagonAlert aria-hidden className="mt-0.5 size-3 shrink-0" />
          <span className="min-w-0 truncate">
            <span className="sr-only">Last error: </span>
            {view.lastError}
          </span>
        </p>
      )}
      {(alert || (waiting !== null && waiting.count > 0)) && (
        <p className="flex flex-wrap gap-x-3 gap-y-1 text-[12px]">
          {alert && (
            <Link href={`/alerts#${encodeURIComponent(alert.id)}`} className="link inline-flex items-center gap-1">
              <Bell aria-hidden className="size-3" />
              {alert.status === "firing" ? "Alert firing" : "Alert acknowledged"}
            </Link>
          )}
          {waiting !== null && waiting.count > 0 && (
            <span
              className="inline-flex items-center gap-1 text-muted"
              title="Queued jobs that only this agent may run"
            >
              <Hourglass aria-hidden className="size-3" />
              {waiting.count}
              {waiting.more && "+"} {waiting.count === 1 ? "job waits" : "jobs wait"} for it
            </span>
          )}
        </p>
      )}

      <footer className="mt-auto flex flex-wrap items-center gap-1.5 border-t border-line pt-2.5 text-[12px] text-muted">
        <span className="tabular-nums" title="Jobs it runs now, of as many as it can">
          {agent.busy}/{formatPlural(agent.capacity, "slot")}
        </span>
        <span aria-hidden>·</span>
        <span>
          seen <RelativeTime at={agent.lastSeenAt} />
        </span>
        {agent.draining && (
          <Badge tone="blocked" title={agent.drainReason ?? "It runs what it has and claims no more"}>
            Draining
          </Badge>
        )}
        <span className="ml-auto flex gap-1">
          <BreakerOrders breaker={breaker} name={agent.displayName} />
        </span>
      </footer>
    </article>
  );
});
