"use client";

import { useQuery } from "@tanstack/react-query";
import type { Wire } from "../../domain/wire.ts";
import { api } from "../live/api.ts";

const PAGE = 100;
const EVERY_MS = 10_000;

/**
 * How many queued jobs only this agent may run, so that its breaker holds them up: at most 100 are counted (`more` then). Asks only
 * while `held`, and again every 10 s, as no topic tells jobs by agent. Null when not known.
 */
export function useWaitingJobs(agentKey: string, held: boolean): { count: number; more: boolean } | null {
  const { data } = useQuery({
    queryKey: ["waiting-jobs", agentKey],
    queryFn: ({ signal }) => {
      const query = new URLSearchParams({ agent: agentKey, status: "queued", limit: String(PAGE) });
      return api.get<{ items: Wire<"job">[]; nextCursor: string | null }>(`/jobs?${query}`, signal);
    },
    enabled: held,
    refetchInterval: EVERY_MS,
  });
  if (!held || !data) return null;
  return { count: data.items.filter((job) => job.agentKey === agentKey).length, more: data.nextCursor !== null };
}
