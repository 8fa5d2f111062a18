"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { breakerAt, breakerChangedBy } from "../../domain/agents/breaker/now.ts";
import { agentEndpoints } from "../../domain/agents/endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import { getPages } from "../live/get-pages.ts";
import { seedTopic } from "../live/row-cache.ts";
import { useTopicList, useTopicRows } from "../live/rows.ts";
import { useNow } from "../ui/now.ts";
import { type AgentItem, type AgentView, joinRows, splitItems } from "./agent-rows.ts";

/**
 * All agents with breaker and figures, live. `initial` must keep its identity while it has the same
 * content.
 */
export function useAgents(initial: readonly AgentItem[]): AgentView[] {
  const client = useQueryClient();
  const parts = useMemo(() => splitItems(initial), [initial]);
  const list = useTopicList("agents", "agent", parts.agents);
  const breakers = useTopicRows("agents", "breaker", parts.breakers);
  const statistics = useTopicRows("agents", "statistics", parts.statistics);
  // A snapshot that left agents out: all are fetched again.
  const { data } = useQuery({
    queryKey: ["agents-beyond-snapshot", list.cut],
    queryFn: ({ signal }) => getPages(pathTo(agentEndpoints.list), MAX_PAGES, signal),
    enabled: list.cut > 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  useEffect(() => {
    if (!data) return;
    const all = splitItems(data.items);
    seedTopic(client, "agents", "agent", all.agents);
    seedTopic(client, "agents", "breaker", all.breakers);
    seedTopic(client, "agents", "statistics", all.statistics);
  }, [client, data]);
  const agents = list.rows as readonly AgentView["agent"][];
  const current = useBreakersNow(breakers);
  return useMemo(() => joinRows(agents, current, statistics), [agents, current, statistics]);
}

/**
 * Breakers as of now: calls leave time windows as time passes. The list is new only when one does.
 */
function useBreakersNow<B extends AgentView["breaker"]>(breakers: readonly B[]): readonly B[] {
  const now = useNow();
  // The time of the last change serves as now: nothing changes until the next one.
  const changed = now === null ? 0 : Math.max(0, ...breakers.map((breaker) => breakerChangedBy(breaker, now)));
  return useMemo(
    () => (changed === 0 ? breakers : breakers.map((breaker) => breakerAt(breaker, changed) as B)),
    [breakers, changed],
  );
}

/** Most pages of 100 that the board loads. */
const MAX_PAGES = 20;
