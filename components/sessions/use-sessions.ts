"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { SwitchyardError } from "../../client/core/problem.ts";
import { api } from "../live/api.ts";
import { useNewest, useTopicRows } from "../live/rows.ts";
import type { PeopleFilters, SessionRow, TaskRow } from "./sessions-model.ts";
import { bySessionOrder, byTaskOrder, matchesSession, matchesTask, sessionsPath, tasksPath } from "./sessions-model.ts";

/** A page of a counted list; the first has `total`. */
export interface PeoplePage<R> {
  items: R[];
  nextCursor: string | null;
  total?: number;
}

export interface PeopleView<R> {
  /** Undefined while the first page loads. */
  rows: readonly R[] | undefined;
  hasMore: boolean;
  loadingMore: boolean;
  more: () => void;
  error: SwitchyardError | null;
  retry: () => void;
}

interface First<R> {
  path: string;
  page: PeoplePage<R>;
}

/** Rows page by page, as `get` reads them. `initial` is the first page, if the server rendered that. */
function usePages<R>(
  path: string,
  get: (cursor: string | undefined, signal: AbortSignal) => Promise<PeoplePage<R>>,
  initial: PeoplePage<R> | undefined,
) {
  return useInfiniteQuery<PeoplePage<R>, SwitchyardError, { pages: PeoplePage<R>[] }, string[], string>({
    queryKey: ["people", path],
    queryFn: ({ pageParam, signal }) => get(pageParam || undefined, signal),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor,
    ...(initial && { initialData: { pages: [initial], pageParams: [""] } }),
  });
}

/** Sessions that match, live: open ones first. */
export function useSessions(filters: PeopleFilters, first: First<SessionRow> | null): PeopleView<SessionRow> {
  const path = sessionsPath(filters);
  const initial = first?.path === path ? first.page : undefined;
  const pages = usePages<SessionRow>(path, (cursor, signal) => api.get(sessionsPath(filters, cursor), signal), initial);
  const live = useTopicRows("sessions", "session", initial?.items);
  return useMerged<SessionRow>(pages, live, (row) => matchesSession(row, filters), bySessionOrder);
}

/** Tasks that match, live. */
export function useTasks(filters: PeopleFilters, first: First<TaskRow> | null): PeopleView<TaskRow> {
  const path = tasksPath(filters);
  const initial = first?.path === path ? first.page : undefined;
  const pages = usePages<TaskRow>(path, (cursor, signal) => api.get(tasksPath(filters, cursor), signal), initial);
  const live = useTopicRows("sessions", "task", initial?.items);
  return useMerged<TaskRow>(pages, live, (row) => matchesTask(row, filters), byTaskOrder);
}

function useMerged<R extends SessionRow | TaskRow>(
  pages: ReturnType<typeof usePages<R>>,
  live: readonly R[],
  matches: (row: R) => boolean,
  order: (a: R, b: R) => number,
): PeopleView<R> {
  const newest = useNewest();
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage, refetch, error } = pages;
  const rows = useMemo(() => {
    if (!data) return undefined;
    const known = new Set(live.map((row) => row.id));
    const listed = data.pages.flatMap((page) => page.items).filter((row) => !known.has(row.id));
    // A row may be in two pages when rows were added between the requests.
    const byId = new Map([...listed.map((row) => newest(row)), ...live].map((row) => [row.id, row]));
    return [...byId.values()];
  }, [data, live, newest]);
  return {
    rows: rows?.filter(matches).sort(order),
    hasMore: hasNextPage,
    loadingMore: isFetchingNextPage,
    more: () => void fetchNextPage(),
    error,
    retry: () => void refetch(),
  };
}
