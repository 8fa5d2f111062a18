"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo, useRef } from "react";
import type { SwitchyardError } from "../../../client/core/problem.ts";
import { api } from "../../live/api.ts";
import { type Live, useTopicRows } from "../../live/rows.ts";
import type { RunPage } from "../use-runs.ts";
import { isOnRadar, type RadarFilter, radarPath } from "./radar-url.ts";

export interface RadarRuns {
  /** Ids, the newest first; undefined while the first page loads. */
  ids: readonly string[] | undefined;
  hasMore: boolean;
  loading: boolean;
  more: () => void;
  error: SwitchyardError | null;
  retry: () => void;
}

/**
 * The runs on the radar. A new one is added on top; one that was shown stays until the filter changes, also when it ends: its grid must
 * not disappear just when it turns red.
 */
export function useRadarRuns(filter: RadarFilter, initial: RunPage, initialFilter: RadarFilter): RadarRuns {
  const key = radarPath(filter, null);
  const isInitial = key === radarPath(initialFilter, null);
  const { data, error, hasNextPage, isFetching, fetchNextPage, refetch } = useInfiniteQuery<
    RunPage,
    SwitchyardError,
    { pages: RunPage[] },
    string[],
    string | null
  >({
    queryKey: ["radar", key],
    queryFn: ({ pageParam, signal }) => api.get(radarPath(filter, pageParam), signal),
    initialPageParam: null,
    getNextPageParam: (last) => last.nextCursor,
    ...(isInitial && { initialData: { pages: [initial], pageParams: [null] } }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const live = useTopicRows("runs", "run");
  const come = useRef<{ key: string; ids: string[] }>({ key, ids: [] });
  if (come.current.key !== key) come.current = { key, ids: [] };

  const listed = data?.pages;
  const ids = useMemo(() => {
    if (!listed) return undefined;
    const pages = listed.flatMap((page) => page.items);
    const newest = pages[0]?.createdAt ?? "";
    const known = new Set([...pages.map((run) => run.id), ...come.current.ids]);
    const fresh = live.filter((run) => run.createdAt > newest && !known.has(run.id) && isOnRadar(run, filter));
    come.current.ids.push(...fresh.sort(byAge).map((run) => run.id));
    return [...come.current.ids.toReversed(), ...pages.map((run) => run.id)];
  }, [listed, live, filter]);

  return {
    ids,
    hasMore: hasNextPage,
    loading: isFetching,
    more: () => void fetchNextPage(),
    error,
    retry: () => void refetch(),
  };
}

const byAge = (a: Live<"run">, b: Live<"run">): number => (a.createdAt < b.createdAt ? -1 : 1);
