"use client";

import { OctagonAlert } from "lucide-react";
import Link from "next/link";
import { memo } from "react";
import { agentHref } from "../../domain/kernel/links.ts";
import type { AlertCommands } from "../alerts/alert-actions.ts";
import { StatusBadge } from "../ui/badge.tsx";
import { cn } from "../ui/cn.ts";
import { formatPlural } from "../ui/format.ts";
import { statusLook, toneColor } from "../ui/status.ts";
import { RelativeTime } from "../ui/time.tsx";
import { AgentAlert } from "./agent-alert.tsx";
import type { Placed } from "./agent-standing.ts";
import { BreakerNow } from "./breaker/breaker-now.tsx";
import { BreakerOrders } from "./breaker/breaker-order.tsx";
import { breakerView } from "./breaker/breaker-view.ts";
import { FailureRate } from "./breaker/failure-bar.tsx";
import { StandingBadges } from "./standing-badges.tsx";
import { SuccessSpark } from "./success-spark.tsx";
import type { Waiting } from "./waiting.ts";
import { WaitingList } from "./waiting-list.tsx";

interface AgentTileProps extends Pick<Placed, "agent" | "breaker" | "alerts" | "standing"> {
  /** The jobs that wait for it; undefined: none. */
  waiting: Waiting | undefined;
  /** Whether there may be more of them. */
  moreWaiting: boolean;
  onAcknowledge: AlertCommands["acknowledge"];
}

/**
 * One agent: its breaker and why it is in that state, the jobs that wait for it, and the orders of
 * operators.
 */
export const AgentTile = memo(function AgentTile(props: AgentTileProps) {
  const { agent, breaker, alerts, standing, waiting, moreWaiting, onAcknowledge } = props;
  const view = breakerView(breaker);
  const named = agent.displayName !== agent.agentKey;

  return (
    <article
      aria-label={agent.displayName}
      aria-busy={breaker.pending || undefined}
      className="relative flex min-w-0 flex-col gap-2.5 overflow-clip rounded-lg border border-line bg-surface p-3.5 pt-3 [contain-intrinsic-size:auto_17rem] [content-visibility:auto]"
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
          <h2 className="truncate text-body leading-5 font-semibold">
            <Link href={agentHref(agent.agentKey)} className="hover:underline">
              {agent.displayName}
            </Link>
          </h2>
          {named && <p className="truncate font-mono text-small text-muted">{agent.agentKey}</p>}
        </div>
        <span className="flex shrink-0 flex-wrap justify-end gap-1">
          <StandingBadges agent={agent} standing={standing} />
          <StatusBadge kind="breaker" status={view.state} pending={breaker.pending} />
        </span>
      </header>

      <FailureRate view={view} />
      <SuccessSpark agentKey={agent.agentKey} />
      <BreakerNow view={view} />
      {view.lastError && (
        <p
          className={cn("flex gap-1.5 text-small", view.state === "closed" ? "text-faint" : "text-muted")}
          title={view.lastError}
        >
          <OctagonAlert aria-hidden className="mt-0.5 size-3 shrink-0" />
          <span className="min-w-0 truncate">
            <span className="sr-only">Last error: </span>
            {view.lastError}
          </span>
        </p>
      )}
      {waiting && (
        <p>
          <WaitingList waiting={waiting} more={moreWaiting} name={agent.displayName} />
        </p>
      )}
      <AgentAlert alerts={alerts} onAcknowledge={onAcknowledge} />

      <footer className="mt-auto flex flex-wrap items-center gap-x-1.5 gap-y-2 border-t border-line pt-2.5 text-small text-muted">
        <span className="tabular-nums" title="Running jobs, of its slots">
          {agent.busy}/{formatPlural(agent.capacity, "slot")}
        </span>
        <span aria-hidden>·</span>
        <span>
          seen <RelativeTime at={agent.lastSeenAt} />
        </span>
        <span className="ml-auto flex flex-wrap gap-1">
          <BreakerOrders breaker={breaker} name={agent.displayName} />
        </span>
      </footer>
    </article>
  );
});
