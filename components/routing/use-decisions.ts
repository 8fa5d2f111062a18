"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useState } from "react";
import type { SwitchyardError } from "../../client/core/problem.ts";
import type { routingEndpoints } from "../../domain/agents/endpoints.ts";
import type { AnswerOf } from "../../domain/kernel/endpoint.ts";
import type { LogEvent } from "../../domain/kernel/event.ts";
import { api } from "../live/api.ts";
import { createFrameQueue } from "../live/frame-queue.ts";
import { useEngine } from "../live/live-provider.tsx";
import { arrived, joined, NEW_FEED } from "./decision-feed.ts";
import {
  type Decision,
  type DecisionFilters,
  decisionQuery,
  decisionsPath,
  matchesDecision,
} from "./decision-filters.ts";

/** A page as `GET /routing/decisions` answers it. */
export type DecisionPage = AnswerOf<typeof routingEndpoints.list>;

export interface DecisionsView {
  /** Undefined while the first page loads. */
  decisions: readonly Decision[] | undefined;
  /** How many new ones are held back, so that rows do not jump. */
  fresh: number;
  showFresh: () => void;
  more: () => void;
  hasMore: boolean;
  loadingMore: boolean;
  error: SwitchyardError | null;
  retry: () => void;
}

/**
 * The decisions that match, page by page, live: new ones arrive by the log, shown at once while the list is `atTop`.
 *
 * @param initial the first page for `initialFilters`, rendered by the server after it was at position `head` of the log.
 */
export function useDecisions(
  filters: DecisionFilters,
  initial: DecisionPage,
  initialFilters: DecisionFilters,
  head: number,
  atTop: boolean,
): DecisionsView {
  const query = decisionQuery(filters);
  const isInitial = query === decisionQuery(initialFilters);
  const pages = useInfiniteQuery<DecisionPage, SwitchyardError, { pages: DecisionPage[] }, string[], string | null>({
    queryKey: ["decisions", String(head), query],
    queryFn: ({ pageParam, signal }) => api.get(decisionsPath(filters, pageParam), signal),
    initialPageParam: null,
    getNextPageParam: (last) => last.nextCursor,
    ...(isInitial && { initialData: { pages: [initial], pageParams: [null] } }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const { feed, reached } = useFeed(head);
  const { refetch, fetchNextPage, hasNextPage, isFetchingNextPage, error, data } = pages;
  useEffect(() => {
    if (feed.holes > 0) void refetch();
  }, [feed.holes, refetch]);

  // Decisions up to this position of the log are shown; fixed while the list is scrolled.
  const [letIn, setLetIn] = useState(head);
  const shownTo = atTop ? reached : letIn;
  useEffect(() => {
    if (atTop) setLetIn(reached);
  }, [atTop, reached]);

  const { shown, fresh } = useMemo(() => {
    const listed = data?.pages.flatMap(({ items }) => items);
    if (!listed) return { shown: undefined, fresh: 0 };
    return joined(listed, feed, (one) => matchesDecision(one, filters), shownTo);
  }, [data, feed, filters, shownTo]);

  return {
    decisions: shown,
    fresh,
    showFresh: useCallback(() => setLetIn(reached), [reached]),
    more: useCallback(() => {
      if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
    }, [fetchNextPage, hasNextPage, isFetchingNextPage]),
    hasMore: hasNextPage,
    loadingMore: isFetchingNextPage,
    error,
    retry: () => void refetch(),
  };
}

/** Events of decisions from a position on, and the position read so far. */
function useFeed(head: number) {
  const engine = useEngine();
  const [state, setState] = useState({ feed: NEW_FEED, reached: head });
  useEffect(() => {
    const queue = createFrameQueue<LogEvent[]>((batches) =>
      setState(({ feed, reached }) => {
        const events = batches.flat();
        return { feed: arrived(feed, events), reached: Math.max(reached, events.at(-1)?.seq ?? 0) };
      }),
    );
    const stop = engine.read("log", {
      position: head,
      onEvents: (events) => {
        const ours = events.filter(({ type }) => type.startsWith("routing."));
        if (ours.length > 0) queue.push(ours);
      },
      onHole: () => setState((now) => ({ ...now, feed: { ...now.feed, holes: now.feed.holes + 1 } })),
    });
    return () => {
      queue.flush();
      stop();
    };
  }, [engine, head]);
  return state;
}
