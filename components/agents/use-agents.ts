"use client";

import { useMemo } from "react";
import { useTopicRows } from "../live/rows.ts";
import { type AgentItem, type AgentView, joinRows, splitItems } from "./agent-rows.ts";

/** All agents with breaker and figures, live. `initial` must keep its identity while it has the same content. */
export function useAgents(initial: readonly AgentItem[]): AgentView[] {
  const parts = useMemo(() => splitItems(initial), [initial]);
  const agents = useTopicRows("agents", "agent", parts.agents);
  const breakers = useTopicRows("agents", "breaker", parts.breakers);
  const statistics = useTopicRows("agents", "statistics", parts.statistics);
  return useMemo(() => joinRows(agents, breakers, statistics), [agents, breakers, statistics]);
}
