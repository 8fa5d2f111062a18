"use client";

import Link from "next/link";
import { agentHref } from "../../domain/kernel/links.ts";
import type { AgentView } from "../agents/agent-rows.ts";
import { byStanding, standingOf } from "../agents/agent-standing.ts";
import { StatusBadge } from "../ui/badge.tsx";
import { Card } from "../ui/card.tsx";
import { cn } from "../ui/cn.ts";
import { Countdown } from "../ui/time.tsx";

/** Its alerts are next to it. */
const NONE: readonly never[] = [];

/** Every agent's breaker in a line, in the order of the agents' board: the worst first. */
export function BreakerStrip({ agents }: { agents: readonly AgentView[] }) {
  const sorted = agents
    .map((view) => ({ ...view, alerts: NONE, standing: standingOf({ ...view, alerts: NONE }) }))
    .sort(byStanding);
  const shown = sorted.slice(0, 24);
  return (
    <Card
      title="Breakers"
      actions={
        <Link href="/agents" className="link">
          All agents
        </Link>
      }
      flush
    >
      <ul className="flex flex-wrap gap-2 p-3">
        {shown.map(({ agent, breaker, standing }) => (
          <li key={agent.id}>
            <Link
              href={agentHref(agent.agentKey)}
              className="flex h-8 items-center gap-2 rounded-md border border-line px-2.5 text-body hover:border-line-strong hover:bg-hover"
            >
              <span className="max-w-40 truncate font-medium">{agent.displayName}</span>
              <StatusBadge kind="breaker" status={breaker.state} pending={breaker.pending} />
              <span className={cn("text-small tabular-nums", standing === "failing" ? "text-danger" : "text-muted")}>
                {breaker.resetAt !== null ? (
                  <Countdown to={breaker.resetAt} />
                ) : breaker.failureRate === null ? (
                  "no calls"
                ) : (
                  `${breaker.failureCount} of ${breaker.calls} failed`
                )}
              </span>
            </Link>
          </li>
        ))}
        {sorted.length > shown.length && (
          <li className="flex h-8 items-center px-1 text-body text-muted">and {sorted.length - shown.length} more</li>
        )}
      </ul>
    </Card>
  );
}
