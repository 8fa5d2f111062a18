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

/** The jobs that wait for agents that take no work. */
export interface AllWaiting {
  byAgent: ReadonlyMap<string, Waiting>;
  /** There are more queued jobs than were checked: every count is "at least". */
  more: boolean;
}

const NOBODY: AllWaiting = { byAgent: new Map(), more: false };

/**
 * Which jobs wait for which agent. Fetches only while some agent takes no work, and again every few
 * seconds, as queued jobs have no topic. Checks the newest 500.
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
