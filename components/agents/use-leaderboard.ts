"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { Standing } from "../../domain/agents/answers.ts";
import { figureEndpoints } from "../../domain/agents/endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import { api } from "../live/api.ts";
import { getPages } from "../live/get-pages.ts";
import { useFreshness } from "../live/live-provider.tsx";
import { type LeaderboardChoice, leaderboardPath } from "./leaderboard-model.ts";

/** A window's figures are sums over many rows: asked for when the log has moved on, no more often than this, and as time goes. */
const AT_MOST_EVERY_MS = 10_000;
const AT_LEAST_EVERY_MS = 60_000;
/** Pages of a hundred agents. */
const PAGES = 5;

interface Ranking {
  items: Standing[];
  /** There are agents that are not shown. */
  more: boolean;
  /** The log's head, as far as this tab knew it when it asked. */
  head: number;
}

/** The leaderboard as chosen, kept new; the one before stays while another loads. */
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

/** The types of task that outcomes have named. */
export function useTaskTypes(): readonly string[] {
  const { data } = useQuery({
    queryKey: ["task-types"],
    queryFn: async ({ signal }) => (await api.get(pathTo(figureEndpoints.taskTypes), signal)).items,
    staleTime: AT_LEAST_EVERY_MS,
  });
  return data ?? NO_TYPES;
}

const NO_TYPES: readonly string[] = [];
