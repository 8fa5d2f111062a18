"use client";

import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Range } from "../../client/core/cursor.ts";
import { errorOf, type SwitchyardError } from "../../client/core/problem.ts";
import { eventEndpoints } from "../../domain/commit/endpoints.ts";
import { type AnswerOf, type Asked, pathTo } from "../../domain/kernel/endpoint.ts";
import type { LogEvent } from "../../domain/kernel/event.ts";
import { api } from "./api.ts";
import {
  arrive,
  type EventFilter,
  type Feed,
  type FeedRow,
  fill,
  filterQuery,
  heldCount,
  matches,
  miss,
  newFeed,
  pause,
  prepend,
  resume,
  rowsOf,
} from "./feed.ts";
import { createFrameQueue } from "./frame-queue.ts";
import { useEngine } from "./live-provider.tsx";

export type { EventFilter } from "./feed.ts";

/** The first page as the server rendered it. */
export interface LogPage {
  /** Newest first. */
  items: LogEvent[];
  hasOlder: boolean;
  /**
   * Position up to which `items` has everything that matches the filter; later events arrive live.
   */
  head: number;
}

export interface LogView {
  /** Oldest first. */
  rows: readonly FeedRow[];
  paused: boolean;
  /** How many events a pause holds back. */
  held: number;
  pause(): void;
  resume(): void;
  hasOlder: boolean;
  loading: boolean;
  error: SwitchyardError | null;
  loadOlder(): void;
  loadHole(hole: Range): void;
}

const PAGE = 500;

/**
 * The log through a filter, live. A component that changes its filter or `initial` needs another
 * `key`.
 */
export function useLog(filter: EventFilter, initial: LogPage): LogView {
  const engine = useEngine();
  const [feed, setFeed] = useState<Feed>(() => newFeed(initial.items, initial.hasOlder));
  const [loading, setLoading] = useState(false);
  const [error, setError] = useState<SwitchyardError | null>(null);
  const position = useRef(initial.head);
  const [chosen] = useState(filter);

  useEffect(() => {
    const queue = createFrameQueue<LogEvent[]>((batches) => setFeed((known) => arrive(known, batches.flat())));
    const stop = engine.read("log", {
      position: position.current,
      onEvents: (events, reached) => {
        position.current = reached;
        const passing = events.filter((event) => matches(chosen, event));
        if (passing.length > 0) queue.push(passing);
      },
      onHole: (hole) => {
        position.current = hole.to;
        queue.flush();
        setFeed((known) => miss(known, hole));
      },
    });
    return () => {
      queue.flush();
      stop();
    };
  }, [engine, chosen]);

  const load = useCallback(async (query: Asked<typeof eventEndpoints.list>, take: (page: Page) => void) => {
    setLoading(true);
    setError(null);
    try {
      take(await api.get(pathTo(eventEndpoints.list, { ...query, large: "omit" })));
    } catch (thrown) {
      setError(errorOf(thrown));
    } finally {
      setLoading(false);
    }
  }, []);

  const first = feed.events[0]?.seq ?? initial.head + 1;
  const cursor = useRef<{ before: number; next: string } | null>(null);
  const loadOlder = useCallback(() => {
    // A page that found nothing within its window has a cursor to continue.
    const from = cursor.current?.before === first ? { cursor: cursor.current.next } : { before: first };
    void load({ ...filterQuery(chosen), order: "desc", limit: PAGE, ...from }, ({ items, nextCursor }) => {
      cursor.current = nextCursor !== null && items.length === 0 ? { before: first, next: nextCursor } : null;
      setFeed((known) => prepend(known, items, nextCursor !== null));
    });
  }, [chosen, first, load]);

  const loadHole = useCallback(
    (hole: Range) => {
      const query = { ...filterQuery(chosen), after: hole.from - 1, before: hole.to + 1, limit: PAGE };
      void load(query, ({ items, nextCursor }) => setFeed((known) => fill(known, hole, items, nextCursor === null)));
    },
    [chosen, load],
  );

  const rows = useMemo(() => rowsOf({ events: feed.events, holes: feed.holes }), [feed.events, feed.holes]);
  return {
    rows,
    paused: feed.paused,
    held: heldCount(feed),
    pause: useCallback(() => setFeed(pause), []),
    resume: useCallback(() => setFeed((known) => resume(known)), []),
    hasOlder: feed.hasOlder,
    loading,
    error,
    loadOlder,
    loadHole,
  };
}

type Page = AnswerOf<typeof eventEndpoints.list>;
