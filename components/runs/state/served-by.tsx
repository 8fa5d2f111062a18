"use client";

import { useQuery } from "@tanstack/react-query";
import { Database, type LucideIcon, RotateCw, Server, Zap } from "lucide-react";
import type { SwitchyardError } from "../../../client/core/problem.ts";
import type { RunState } from "../../../domain/execution/answers.ts";
import { runEndpoints } from "../../../domain/execution/endpoints.ts";
import type { TierName } from "../../../domain/kernel/answers.ts";
import { pathTo } from "../../../domain/kernel/endpoint.ts";
import { ownOf } from "../../../domain/kernel/json-map.ts";
import { api } from "../../live/api.ts";
import { Badge } from "../../ui/badge.tsx";
import { IconButton } from "../../ui/button.tsx";
import { formatDuration } from "../../ui/format.ts";
import { useMoment } from "../../ui/use-moment.ts";

const TIERS: { readonly [tier in TierName]: { icon: LucideIcon; label: string; what: string } } = {
  memory: { icon: Zap, label: "memory", what: "the memory of the server's process" },
  redis: { icon: Server, label: "redis", what: "the Redis that the servers share" },
  durable: { icon: Database, label: "durable", what: "the database" },
};

interface Served extends RunState {
  tookMs: number;
}

/** Which tier serves the state, fetched when the tab opens and on request. */
export function ServedBy({ runId }: { runId: string }) {
  const moment = useMoment();
  const { data, error, isFetching, refetch } = useQuery<Served, SwitchyardError>({
    queryKey: ["run-state", runId],
    queryFn: async ({ signal }) => {
      const start = performance.now();
      const state = await api.get(pathTo(runEndpoints.state, { id: runId }), signal);
      return { ...state, tookMs: performance.now() - start };
    },
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnMount: "always",
    retry: false,
  });
  if (error) return <Badge title={error.detail}>tier unknown</Badge>;
  if (!data) return <Badge className="animate-pulse">asking…</Badge>;
  const { icon: Icon, label, what } = ownOf(TIERS, data.tier) ?? TIERS.durable;
  return (
    <span className="inline-flex items-center gap-0.5">
      <Badge
        title={`Served by ${what}, at position ${data.seq}, in ${formatDuration(data.tookMs)}, ${moment(data.servedAt)}; ${data.strategy}`}
      >
        <Icon aria-hidden className="size-3" /> <span className="sr-only">Served by </span>
        {label}
      </Badge>
      <IconButton size="sm" label="Ask again which tier serves it" busy={isFetching} onClick={() => void refetch()}>
        <RotateCw aria-hidden className="size-3" />
      </IconButton>
    </span>
  );
}
