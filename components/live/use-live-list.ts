"use client";

import {
  type InfiniteData,
  keepPreviousData,
  notifyManager,
  type QueryKey,
  useInfiniteQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { SwitchyardError } from "../../client/core/problem.ts";
import type { Kind } from "../../domain/rows.ts";
import type { Join, ListPage, ListRow, ReadPage } from "./live-list.ts";
import type { Live } from "./newer.ts";
import { seedTopic, type TopicList, topicKey } from "./row-cache.ts";
import { useTopicList } from "./rows.ts";

/** The loaded beginning of a list, live. */
export interface LiveList<R> {
  /** Undefined while the first page loads. */
  rows: readonly R[] | undefined;
  /** How many match in all, if the server counts them. */
  total: number | undefined;
  /** How many new rows are held back, so that rows do not jump. */
  fresh: number;
  showFresh: () => void;
  /** Whether the server has more that match. */
  hasMore: boolean;
  loadingMore: boolean;
  more: () => void;
  /** Loads all that match, up to a bound. Rejects with the problem. */
  loadAll: () => Promise<void>;
  error: SwitchyardError | null;
  retry: () => void;
}

/** The live rows of a list. */
export interface LiveRows<R> {
  rows: readonly R[];
  /** Grows when changes may have been missed: pages that were read before are read again. */
  cut: number;
  /** The position and the cut that the rows have reached. */
  reached: () => { seq: number; cut: number };
  /** Keeps rows of a page up to date from now on. */
  take?: (items: readonly R[]) => void;
}

interface ListSource<R> {
  /** The list and what narrows it: another key is another list. */
  key: QueryKey;
  load: (cursor: string | null, signal?: AbortSignal) => Promise<ListPage<R>>;
  /** The first page, if the server rendered it for this key. */
  initial: ListPage<R> | undefined;
  live: LiveRows<R>;
  /**
   * Joins pages and live rows (`stacked`, `placed`). Must keep its identity while it does the same.
   */
  join: Join<R>;
  /** Whether new rows are shown at once; else they are held back until the reader asks for them. */
  letIn?: boolean;
  /**
   * Rows of the key before stay while the first page of another key loads, as far as `join` shows
   * them.
   */
  keepPrevious?: boolean;
}

type Data<R> = InfiniteData<ReadPage<R>, string | null>;

/** Most pages that `loadAll` loads. */
const MOST_PAGES = 200;
/** Most pages that are read again after changes were missed. */
const PAGES_READ_AGAIN = 10;

const NO_IDS: ReadonlySet<string> = new Set();

/**
 * A list page by page, live. One rule for all lists: live rows keep loaded pages up to date, so
 * pages are not read again after a time or on focus. After changes were missed (`cut`: a
 * disconnect, an incomplete snapshot) the first ten are read again, later ones by paging.
 */
export function useLiveList<R extends ListRow>({
  key,
  load,
  initial,
  live,
  join,
  letIn = true,
  keepPrevious = false,
}: ListSource<R>): LiveList<R> {
  const client = useQueryClient();
  const name = JSON.stringify(key);
  const latest = useRef({ load, live });
  latest.current = { load, live };
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same text is the same key
  const queryKey = useMemo(() => ["list", ...key] as const, [name]);
  const ask = useCallback(async (cursor: string | null, signal?: AbortSignal): Promise<ReadPage<R>> => {
    const { load: ofList, live: followed } = latest.current;
    const { seq, cut } = followed.reached();
    return { ...(await ofList(cursor, signal)), seq, cut };
  }, []);
  const pages = useInfiniteQuery<ReadPage<R>, SwitchyardError, Data<R>, QueryKey, string | null>({
    queryKey,
    queryFn: async ({ pageParam, signal }) => {
      const page = await ask(pageParam, signal);
      latest.current.live.take?.(page.items);
      return page;
    },
    initialPageParam: null,
    getNextPageParam: (page) => page.nextCursor,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    ...(keepPrevious && { placeholderData: keepPreviousData }),
    ...(initial && { initialData: { pages: [initial], pageParams: [null] } }),
  });
  const { refetch, fetchNextPage, hasNextPage, isFetchingNextPage, error } = pages;
  const loaded = pages.data?.pages;

  const { cut } = live;
  const readAfter = loaded ? (loaded[0]?.cut ?? 0) : cut;
  useEffect(() => {
    if (readAfter === cut) return;
    client.setQueryData<Data<R>>(queryKey, (data) => data && firstPages(data, PAGES_READ_AGAIN));
    void refetch();
  }, [client, queryKey, readAfter, cut, refetch]);

  const [accepted, setAccepted] = useState({ name, ids: NO_IDS });
  const ids = accepted.name === name ? accepted.ids : NO_IDS;
  const { rows } = live;
  const joined = useMemo(() => loaded && join(loaded, rows, letIn ? "all" : ids), [loaded, rows, join, letIn, ids]);
  // A row that was shown stays when the reader scrolls away from the top.
  const listed = useMemo(() => new Set(loaded?.flatMap((page) => page.items.map((row) => row.id))), [loaded]);
  useEffect(() => {
    if (!letIn || !joined) return;
    const added = joined.shown.filter((row) => !listed.has(row.id) && !ids.has(row.id)).map((row) => row.id);
    if (added.length > 0) setAccepted({ name, ids: new Set([...ids, ...added]) });
  }, [letIn, joined, listed, ids, name]);
  const fresh = joined?.fresh;
  const showFresh = useCallback(
    () => setAccepted({ name, ids: new Set([...ids, ...(fresh ?? []).map((row) => row.id)]) }),
    [name, ids, fresh],
  );

  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage]);
  const loadAll = useCallback(async () => {
    const known = client.getQueryData<Data<R>>(queryKey);
    const rest: Data<R> = { pages: [], pageParams: [] };
    let cursor = known?.pages.at(-1)?.nextCursor ?? null;
    while (known && cursor !== null && rest.pages.length < MOST_PAGES) {
      rest.pageParams.push(cursor);
      const page: ReadPage<R> = await ask(cursor);
      rest.pages.push(page);
      cursor = page.nextCursor;
    }
    notifyManager.batch(() => {
      latest.current.live.take?.(rest.pages.flatMap((page) => page.items));
      // A page that was loaded meanwhile is in the rest too.
      client.setQueryData<Data<R>>(queryKey, (data) => data && known && appended(known, rest));
    });
  }, [ask, client, queryKey]);
  return {
    rows: joined?.shown,
    total: loaded?.[0]?.total,
    fresh: fresh?.length ?? 0,
    showFresh,
    hasMore: hasNextPage,
    loadingMore: isFetchingNextPage,
    more,
    loadAll,
    error,
    retry: () => void refetch(),
  };
}

const firstPages = <R>({ pages, pageParams }: Data<R>, count: number): Data<R> => ({
  pages: pages.slice(0, count),
  pageParams: pageParams.slice(0, count),
});

const appended = <R>(known: Data<R>, rest: Data<R>): Data<R> => ({
  pages: [...known.pages, ...rest.pages],
  pageParams: [...known.pageParams, ...rest.pageParams],
});

/** The rows of a topic as a list's live rows. Rows of its pages become rows of the topic. */
export function useTopicOf<R extends Live>(
  topic: string,
  kind: Kind & R["kind"],
  initial: ListPage<R> | undefined,
): LiveRows<R> {
  const client = useQueryClient();
  const { rows, cut } = useTopicList(topic, kind, initial?.items as never);
  return useMemo(
    () => ({
      rows: rows as readonly R[],
      cut,
      reached: () => {
        const { seq = 0, cut: now = 0 } = client.getQueryData<TopicList>(topicKey(topic, kind)) ?? {};
        return { seq, cut: now };
      },
      take: (items) => seedTopic(client, topic, kind, items),
    }),
    [client, topic, kind, rows, cut],
  );
}
