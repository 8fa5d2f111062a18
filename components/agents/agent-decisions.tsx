"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { useEffect } from "react";
import { routingEndpoints } from "../../domain/agents/endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import { decisionHref, decisionsHref } from "../../domain/kernel/links.ts";
import type { Wire } from "../../domain/kernel/wire.ts";
import { api } from "../live/api.ts";
import { Badge, StatusBadge } from "../ui/badge.tsx";
import { Card } from "../ui/card.tsx";
import { ErrorState } from "../ui/empty-state.tsx";
import { formatDuration } from "../ui/format.ts";
import { Skeleton } from "../ui/skeleton.tsx";
import { Table, TableBody, TableHead, TableRow, Td, Th } from "../ui/table.tsx";
import { RelativeTime } from "../ui/time.tsx";

interface AgentDecisionsProps {
  agentKey: string;
  /**
   * Changes with each outcome of the agent's work; decisions have no topic, so they are refetched
   * then.
   */
  changed: number;
}

const SHOWN = 15;
const EVERY_MS = 15_000;
const SOON_MS = 1_000;

/** The tasks that the agent was picked for, latest first, with their outcomes. */
export function AgentDecisions({ agentKey, changed }: AgentDecisionsProps) {
  const client = useQueryClient();
  const { data, error, refetch } = useQuery({
    queryKey: ["agent-decisions", agentKey],
    queryFn: ({ signal }) => {
      return api.get(pathTo(routingEndpoints.list, { agent: agentKey, limit: SHOWN }), signal);
    },
    refetchInterval: EVERY_MS,
  });
  useEffect(() => {
    if (changed === 0) return;
    const timer = setTimeout(() => void client.invalidateQueries({ queryKey: ["agent-decisions", agentKey] }), SOON_MS);
    return () => clearTimeout(timer);
  }, [client, agentKey, changed]);

  return (
    <Card
      title="Routing decisions"
      flush
      actions={
        <Link href={decisionsHref({ agent: agentKey })} className="link">
          All of them
        </Link>
      }
    >
      {data ? (
        <DecisionTable decisions={data.items} />
      ) : error ? (
        <ErrorState detail={error.message} onRetry={() => void refetch()} />
      ) : (
        <div role="status" aria-label="Loading routing decisions" className="p-3.5">
          <Skeleton className="h-24 w-full" />
        </div>
      )}
    </Card>
  );
}

function DecisionTable({ decisions }: { decisions: readonly Wire<"decision">[] }) {
  if (decisions.length === 0) {
    return <p className="p-3.5 text-body text-muted">No stored decision has picked this agent.</p>;
  }
  return (
    <Table aria-label="Routing decisions">
      <TableHead>
        <tr>
          <Th>Task</Th>
          <Th className="hidden sm:table-cell">Type</Th>
          <Th>Outcome</Th>
          <Th className="text-right">Score</Th>
          <Th className="hidden text-right sm:table-cell">Took</Th>
          <Th className="text-right">Routed</Th>
        </tr>
      </TableHead>
      <TableBody>
        {decisions.map((decision) => (
          <TableRow key={decision.id}>
            <Td className="max-w-48">
              <Link
                href={decisionHref(decision.id)}
                title={decision.taskId}
                className="block truncate font-medium hover:underline"
              >
                {decision.taskId}
              </Link>
            </Td>
            <Td className="hidden max-w-32 truncate text-muted sm:table-cell">{decision.taskType}</Td>
            <Td>
              <Outcome decision={decision} />
            </Td>
            <Td numeric>{decision.agentScore === null ? "–" : decision.agentScore.toFixed(2)}</Td>
            <Td numeric className="hidden sm:table-cell">
              {formatDuration(decision.durationMs)}
            </Td>
            <Td numeric className="text-muted">
              <RelativeTime at={decision.routedAt} />
            </Td>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

function Outcome({ decision }: { decision: Wire<"decision"> }) {
  if (decision.success === null) {
    return <Badge>{decision.jobId ? "see its job" : "no outcome yet"}</Badge>;
  }
  return (
    <span title={decision.errorMessage ?? undefined}>
      <StatusBadge kind="job" status={decision.success ? "completed" : "failed"} />
    </span>
  );
}
