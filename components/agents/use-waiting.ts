"use client";

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { jobEndpoints } from "../../domain/execution/job/endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import { getPages } from "../live/get-pages.ts";
import type { AgentView } from "./agent-rows.ts";
import { isHeld, type Waiting, waitingByAgent } from "./waiting.ts";

const EVERY_MS = 5_000;
const PAGES = 5;

/** The jobs that wait because of agents that take none. */
export interface AllWaiting {
  byAgent: ReadonlyMap<string, Waiting>;
  /** There are more queued jobs than were looked at: every count is "at least". */
  more: boolean;
}

const NOBODY: AllWaiting = { byAgent: new Map(), more: false };

/**
 * Which jobs wait because of which agent. Asks only while some agent takes none, and again every few seconds, as no topic tells all queued
 * jobs. The newest 500 are looked at.
 */
export function useWaiting(agents: readonly AgentView[]): AllWaiting {
  const anyHeld = agents.some(isHeld);
  const { data } = useQuery({
    queryKey: ["queued-jobs"],
    queryFn: ({ signal }) => getPages(pathTo(jobEndpoints.list, { status: "queued" }), PAGES, signal),
    enabled: anyHeld,
    refetchInterval: EVERY_MS,
  });
  return useMemo(() => {
    if (!anyHeld || !data) return NOBODY;
    return { byAgent: waitingByAgent(data.items, agents), more: data.more };
  }, [anyHeld, data, agents]);
}
