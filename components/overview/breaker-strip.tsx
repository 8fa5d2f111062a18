"use client";

import Link from "next/link";
import type { AgentView } from "../agents/agent-rows.ts";
import { StatusBadge } from "../ui/badge.tsx";
import { Card } from "../ui/card.tsx";
import { Countdown } from "../ui/time.tsx";
import { breakerOrder } from "./order.ts";

/** Every agent's breaker in a line, the ones in trouble first. */
export function BreakerStrip({ agents }: { agents: readonly AgentView[] }) {
  const sorted = agents.toSorted(
    (a, b) => breakerOrder(a.breaker.state) - breakerOrder(b.breaker.state) || (a.agent.id < b.agent.id ? -1 : 1),
  );
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
        {shown.map(({ agent, breaker }) => (
          <li key={agent.id}>
            <Link
              href={`/agents/${encodeURIComponent(agent.agentKey)}`}
              className="flex h-8 items-center gap-2 rounded-md border border-line px-2.5 text-[13px] hover:border-line-strong hover:bg-hover"
            >
              <span className="max-w-40 truncate font-medium">{agent.displayName}</span>
              <StatusBadge kind="breaker" status={breaker.state} pending={breaker.pending} />
              <span className="text-[12px] text-muted tabular-nums">
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
          <li className="flex h-8 items-center px-1 text-[13px] text-muted">and {sorted.length - shown.length} more</li>
        )}
      </ul>
    </Card>
  );
}
