"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { seedTopic } from "../live/row-cache.ts";
import { useTopicList, useTopicRows } from "../live/rows.ts";
import { type AgentItem, type AgentView, joinRows, splitItems } from "./agent-rows.ts";
import { getPages } from "./get-pages.ts";

/** All agents with breaker and figures, live. `initial` must keep its identity while it has the same content. */
export function useAgents(initial: readonly AgentItem[]): AgentView[] {
  const client = useQueryClient();
  const parts = useMemo(() => splitItems(initial), [initial]);
  const list = useTopicList("agents", "agent", parts.agents);
  const breakers = useTopicRows("agents", "breaker", parts.breakers);
  const statistics = useTopicRows("agents", "statistics", parts.statistics);
  // A snapshot of more agents than it can hold leaves some as they were: all are read again.
  const { data } = useQuery({
    queryKey: ["agents-beyond-snapshot", list.cut],
    queryFn: ({ signal }) => getPages<AgentItem>("/agents", MAX_PAGES, signal),
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
  return useMemo(() => joinRows(agents, breakers, statistics), [agents, breakers, statistics]);
}

/** The board shows no more than these many pages of 100. */
const MAX_PAGES = 20;
