"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { Standing } from "../../domain/agents/answers.ts";
import { figureEndpoints } from "../../domain/agents/endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import { api } from "../live/api.ts";
import { getPages } from "../live/get-pages.ts";
import { useFreshness } from "../live/live-provider.tsx";
import { type LeaderboardChoice, leaderboardPath } from "./leaderboard-model.ts";

/**
 * Figures are sums over many rows: refetched when the log has new events, at most this often, and
 * as time passes; ms.
 */
const AT_MOST_EVERY_MS = 10_000;
const AT_LEAST_EVERY_MS = 60_000;
/** Pages of a hundred agents. */
const PAGES = 5;

interface Ranking {
  items: Standing[];
  /** Whether there are agents that are not shown. */
  more: boolean;
  /** The log's head that this tab knew at the request. */
  head: number;
}

/** The leaderboard for these filters, kept current; the previous one stays while the next loads. */
export function useLeaderboard(choice: LeaderboardChoice) {
  const { head } = useFreshness();
  const path = leaderboardPath(choice);
  return useQuery({
    queryKey: ["leaderboard", path],
    queryFn: async ({ signal }): Promise<Ranking> => ({ ...(await getPages(path, PAGES, signal)), head }),
    placeholderData: keepPreviousData,
    staleTime: AT_MOST_EVERY_MS,
    refetchInterval: ({ state }) => (head > (state.data?.head ?? 0) ? AT_MOST_EVERY_MS : AT_LEAST_EVERY_MS),
    refetchOnWindowFocus: true,
  });
}

/** The types of task in outcomes. */
export function useTaskTypes(): readonly string[] {
  const { data } = useQuery({
    queryKey: ["task-types"],
    queryFn: async ({ signal }) => (await api.get(pathTo(figureEndpoints.taskTypes), signal)).items,
    staleTime: AT_LEAST_EVERY_MS,
  });
  return data ?? NO_TYPES;
}

const NO_TYPES: readonly string[] = [];
