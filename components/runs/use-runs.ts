import { useInfiniteQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { SwitchyardError } from "../../client/core/problem.ts";
import type { runEndpoints } from "../../domain/execution/endpoints.ts";
import type { AnswerOf } from "../../domain/kernel/endpoint.ts";
import type { Listed } from "../../domain/kernel/wire.ts";
import { api } from "../live/api.ts";
import { useFreshness } from "../live/live-provider.tsx";
import { type Live, useTopicRows } from "../live/rows.ts";
import { filterQuery, isUnfiltered, matchesFilters, type RunFilters, runsPath } from "./filters.ts";
import { mergeRuns } from "./merge-runs.ts";

/** A page as `GET /runs` answers it. */
export type RunPage = AnswerOf<typeof runEndpoints.list>;

export interface RunsView {
  /** Undefined while the first page loads. */
  runs: readonly Live<"run">[] | undefined;
  /** How many new runs are held back, so that rows do not jump. */
  fresh: number;
  showFresh: () => void;
  more: () => void;
  hasMore: boolean;
  loadingMore: boolean;
  error: SwitchyardError | null;
  retry: () => void;
}

const NONE: readonly Live<"run">[] = [];

/**
 * The runs that match the filters, page by page, live. New ones are added at once while the list is unfiltered and `atTop`, else
 * counted in `fresh` until the reader asks for them. `initial` is the first page for `initialFilters`, rendered by the server.
 */
export function useRuns(filters: RunFilters, initial: RunPage, initialFilters: RunFilters, atTop: boolean): RunsView {
  const query = filterQuery(filters);
  const isInitial = query === filterQuery(initialFilters);
  const pages = useInfiniteQuery<RunPage, SwitchyardError, { pages: RunPage[] }, string[], string | null>({
    queryKey: ["runs", query],
    queryFn: ({ pageParam, signal }) => api.get(runsPath(filters, pageParam), signal),
    initialPageParam: null,
    getNextPageParam: (last) => last.nextCursor,
    ...(isInitial && { initialData: { pages: [initial], pageParams: [null] } }),
    // The live topic keeps rows current; pages are loaded again only after it was disconnected.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });
  const live = useTopicRows("runs", "run", isInitial ? initial.items : undefined);
  useReloadAfterAbsence(pages.refetch);

  const [accepted, setAccepted] = useState<{ query: string; ids: ReadonlySet<string> }>({ query, ids: new Set() });
  const ids = accepted.query === query ? accepted.ids : NO_IDS;
  const letIn = atTop && isUnfiltered(filters);
  const listed = pages.data?.pages;
  const { shown, fresh } = useMemo(() => {
    if (!listed) return { shown: undefined, fresh: NONE };
    const matches = (run: Listed<"run">) => matchesFilters(run, filters);
    return mergeRuns<Live<"run">>(
      listed.flatMap((page) => page.items),
      live,
      matches,
      letIn ? "all" : ids,
    );
  }, [listed, live, filters, letIn, ids]);

  // A run that was shown stays when the reader scrolls away from the top.
  const known = useMemo(() => new Set(listed?.flatMap((page) => page.items.map((run) => run.id))), [listed]);
  useEffect(() => {
    if (!letIn || !shown) return;
    const added = shown.filter((run) => !known.has(run.id) && !ids.has(run.id)).map((run) => run.id);
    if (added.length > 0) setAccepted({ query, ids: new Set([...ids, ...added]) });
  }, [letIn, shown, known, ids, query]);

  const showFresh = useCallback(
    () => setAccepted({ query, ids: new Set([...ids, ...fresh.map((run) => run.id)]) }),
    [query, ids, fresh],
  );
  const { fetchNextPage, hasNextPage, isFetchingNextPage, refetch, error } = pages;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage]);
  return {
    runs: shown,
    fresh: fresh.length,
    showFresh,
    more,
    hasMore: hasNextPage,
    loadingMore: isFetchingNextPage,
    error,
    retry: () => void refetch(),
  };
}

const NO_IDS: ReadonlySet<string> = new Set();

/** A snapshot holds the newest runs only: older ones may have changed during a disconnect. */
function useReloadAfterAbsence(reload: () => unknown): void {
  const { state } = useFreshness();
  const wasAway = useRef(false);
  useEffect(() => {
    if (state === "stale") wasAway.current = true;
    if (state !== "live" || !wasAway.current) return;
    wasAway.current = false;
    void reload();
  }, [state, reload]);
}
