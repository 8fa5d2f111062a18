"use client";

import { useEffect, useMemo, useState } from "react";
import type { routingEndpoints } from "../../domain/agents/endpoints.ts";
import type { AnswerOf } from "../../domain/kernel/endpoint.ts";
import type { LogEvent } from "../../domain/kernel/event.ts";
import { api } from "../live/api.ts";
import { createFrameQueue } from "../live/frame-queue.ts";
import { stacked } from "../live/live-list.ts";
import { useEngine } from "../live/live-provider.tsx";
import { type LiveList, useLiveList } from "../live/use-live-list.ts";
import { arrived, NEW_FEED, newestFirst, rowsOf, withOutcome } from "./decision-feed.ts";
import {
  type Decision,
  type DecisionFilters,
  decisionQuery,
  decisionsPath,
  matchesDecision,
} from "./decision-filters.ts";

/** A page as `GET /routing/decisions` answers it. */
export type DecisionPage = AnswerOf<typeof routingEndpoints.list>;

/**
 * The decisions that match, page by page, live: new ones arrive by the log, shown at once while the
 * list is `atTop`.
 *
 * @param initial the first page for `initialFilters`, rendered by the server after it was at
 *   position `head` of the log.
 */
export function useDecisions(
  filters: DecisionFilters,
  initial: DecisionPage,
  initialFilters: DecisionFilters,
  head: number,
  atTop: boolean,
): LiveList<Decision> {
  const query = decisionQuery(filters);
  const { feed, reached } = useFeed(head);
  const join = useMemo(() => {
    const stack = stacked((one: Decision) => matchesDecision(one, filters), newestFirst);
    return (...[pages, live, accepted]: Parameters<typeof stack>) =>
      stack(
        pages.map((page) => ({ ...page, items: page.items.map((one) => withOutcome(one, feed)) })),
        live,
        accepted,
      );
  }, [filters, feed]);
  const rows = useMemo(() => rowsOf(feed), [feed]);
  return useLiveList<Decision>({
    key: ["decisions", head, query],
    load: (cursor, signal) => api.get(decisionsPath(filters, cursor), signal),
    initial: query === decisionQuery(initialFilters) ? initial : undefined,
    live: { rows, cut: feed.holes, reached: () => ({ seq: reached, cut: feed.holes }) },
    join,
    letIn: atTop,
  });
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
