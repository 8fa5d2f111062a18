"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { SwitchyardError } from "../../client/core/problem.ts";
import { runEndpoints } from "../../domain/execution/endpoints.ts";
import type { TimelineAnswer } from "../../domain/execution/timeline.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import { api } from "../live/api.ts";
import type { RunPart } from "../live/use-run-live.ts";
import type { JobFilter } from "./jobs-filter.ts";

const PAGE = 200;
/** The search starts this long after the last key, ms. */
const PAUSE_MS = 250;

export interface JobSearch {
  /** How many jobs of the run match; null: not known yet. */
  matched: number | null;
  hasMore: boolean;
  loading: boolean;
  more: () => void;
  error: SwitchyardError | null;
}

/**
 * Finds jobs of a run on the server and adds them, page by page. `wanted`: not all jobs are loaded,
 * and the filter narrows them.
 */
export function useJobSearch(
  runId: string,
  { text, status }: JobFilter,
  wanted: boolean,
  take: (part: RunPart) => void,
): JobSearch {
  const typed = usePaused(text.trim());
  const asked = {
    id: runId,
    large: "omit",
    limit: PAGE,
    ...(status !== null && { status }),
    ...(typed !== "" && { q: typed }),
  } as const;
  const { data, error, hasNextPage, isFetching, fetchNextPage } = useInfiniteQuery<
    TimelineAnswer,
    SwitchyardError,
    { pages: TimelineAnswer[] },
    string[],
    string | null
  >({
    queryKey: ["run-jobs", runId, pathTo(runEndpoints.timeline, asked)],
    queryFn: ({ pageParam, signal }) =>
      api.get(pathTo(runEndpoints.timeline, { ...asked, ...(pageParam !== null && { cursor: pageParam }) }), signal),
    initialPageParam: null,
    getNextPageParam: (last) => last.nextCursor,
    enabled: wanted && (typed !== "" || status !== null),
  });
  const pages = data?.pages;
  useEffect(() => {
    for (const page of pages ?? []) take(page);
  }, [pages, take]);
  return {
    matched: pages?.[0]?.matched ?? null,
    hasMore: wanted && hasNextPage,
    loading: wanted && (isFetching || typed !== text.trim()),
    more: () => void fetchNextPage(),
    error,
  };
}

/** The text, once typing has paused. */
function usePaused(text: string): string {
  const [paused, setPaused] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setPaused(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return paused;
}
