import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Wire } from "../../domain/wire.ts";
import { api } from "../live/api.ts";
import { useTopicList, useTopicRows } from "../live/rows.ts";
import type { Surroundings } from "../timeline/engine/diagnose.ts";
import { useNow } from "../ui/now.ts";

type AgentItem = Wire<"agent"> & { breaker: Wire<"breaker"> };

/** More agents than this are not looked at: hints are then left out rather than wrong. */
const MAX_PAGES = 20;

/** What surrounds a run's jobs: one another, the agents that could take them, their breakers, and the time. Null before the browser knows it. */
export function useSurroundings(jobs: ReadonlyMap<string, Wire<"job">>): Surroundings | null {
  const now = useNow();
  const list = useTopicList("agents", "agent");
  const breakerRows = useTopicRows("agents", "breaker");
  // A snapshot leaves out what is over its size, but "no agent offers this" must be said of all.
  const cut = list.seq > 0 && !list.complete;
  const rest = useQuery({
    queryKey: ["all-agents", list.cut],
    queryFn: ({ signal }) => allAgents(signal),
    enabled: cut,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return useMemo(() => {
    if (now === null) return null;
    const known = list.seq > 0 && (!cut || rest.data !== undefined);
    const agents = new Map((rest.data ?? []).map((agent): [string, Wire<"agent">] => [agent.id, agent]));
    for (const agent of list.rows as readonly Wire<"agent">[]) agents.set(agent.id, agent);
    const breakers = new Map((rest.data ?? []).map(({ breaker }) => [breaker.agentKey, breaker]));
    for (const breaker of breakerRows) breakers.set(breaker.agentKey, breaker);
    return { jobs, agents: known ? [...agents.values()] : undefined, breakers, now };
  }, [jobs, list, breakerRows, rest.data, cut, now]);
}

async function allAgents(signal: AbortSignal): Promise<AgentItem[]> {
  const agents: AgentItem[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const after: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const answer = await api.get<{ items: AgentItem[]; nextCursor: string | null }>(
      `/agents?limit=100${after}`,
      signal,
    );
    agents.push(...answer.items);
    cursor = answer.nextCursor;
    if (cursor === null) return agents;
  }
  throw new Error("more agents than can be looked at");
}
