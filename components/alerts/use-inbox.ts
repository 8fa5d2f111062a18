"use client";

import {
  type InfiniteData,
  notifyManager,
  type QueryClient,
  useInfiniteQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useCallback, useEffect, useMemo } from "react";
import type { SwitchyardError } from "../../client/core/problem.ts";
import { api } from "../live/api.ts";
import { seedTopic, type TopicList, topicKey } from "../live/row-cache.ts";
import { useTopicList } from "../live/rows.ts";
import type { AlertRow } from "./alert-model.ts";
import { type InboxFilter, inboxPath } from "./inbox-filter.ts";
import { type AlertPage, windowOf } from "./inbox-window.ts";

/** The loaded beginning of the inbox, live. */
export interface Inbox {
  /** Undefined while the first page loads. */
  alerts: readonly AlertRow[] | undefined;
  /** Whether the server has more that match. */
  hasMore: boolean;
  loadingMore: boolean;
  more: () => void;
  /** Loads all that match, up to a bound. Rejects with the problem. */
  loadAll: () => Promise<void>;
  error: SwitchyardError | null;
  retry: () => void;
}

type Data = InfiniteData<AlertPage, string | null>;

/** More pages than this are not loaded at once, nor again after an absence. */
const MOST_PAGES = 200;
const PAGES_READ_AGAIN = 10;

/** The alerts of a filter, page by page behind the scroll, with what frames bring. `initial` is the first page for `initialPath`. */
export function useInbox(filter: InboxFilter, initial: AlertPage, initialPath: string): Inbox {
  const client = useQueryClient();
  const path = inboxPath(filter, null);
  const queryKey = useMemo(() => ["alerts", "inbox", path] as const, [path]);
  const pages = useInfiniteQuery<AlertPage, SwitchyardError, Data, readonly string[], string | null>({
    queryKey,
    queryFn: ({ pageParam, signal }) => readPage(client, filter, pageParam, signal),
    initialPageParam: null,
    getNextPageParam: (page) => page.nextCursor,
    // Rows stay true by the live topic; pages are read again only after it was away.
    staleTime: Number.POSITIVE_INFINITY,
    ...(path === initialPath && { initialData: { pages: [initial], pageParams: [null] } }),
  });
  const { rows, cut } = useTopicList("alerts", "alert", path === initialPath ? initial.items : undefined);
  const { refetch } = pages;

  // A snapshot that left rows out says nothing of what changed before it, beyond the newest.
  const first = pages.data?.pages[0];
  const readAfter = first ? (first.cut ?? 0) : cut;
  useEffect(() => {
    if (readAfter === cut) return;
    client.setQueryData<Data>(queryKey, (data) => data && firstPages(data, PAGES_READ_AGAIN));
    void refetch();
  }, [client, queryKey, readAfter, cut, refetch]);

  const loaded = pages.data?.pages;
  const alerts = useMemo(() => loaded && windowOf(loaded, rows as readonly AlertRow[], filter), [loaded, rows, filter]);
  const { fetchNextPage, hasNextPage, isFetchingNextPage, error } = pages;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage]);
  const loadAll = useCallback(async () => {
    const known = client.getQueryData<Data>(queryKey);
    const rest: AlertPage[] = [];
    const cursors: (string | null)[] = [];
    let cursor = known?.pages.at(-1)?.nextCursor ?? null;
    while (cursor !== null && rest.length < MOST_PAGES) {
      cursors.push(cursor);
      const page: AlertPage = await ask(client, filter, cursor);
      rest.push(page);
      cursor = page.nextCursor;
    }
    notifyManager.batch(() => {
      const items = rest.flatMap((page) => page.items);
      seedTopic(client, "alerts", "alert", items);
      client.setQueryData<Data>(queryKey, (data) =>
        // A page that was loaded meanwhile is in the rest too.
        data === known && data
          ? { pages: [...data.pages, ...rest], pageParams: [...data.pageParams, ...cursors] }
          : data && known && { pages: [...known.pages, ...rest], pageParams: [...known.pageParams, ...cursors] },
      );
    });
  }, [client, filter, queryKey]);
  return {
    alerts,
    hasMore: hasNextPage,
    loadingMore: isFetchingNextPage,
    more,
    loadAll,
    error,
    retry: () => void refetch(),
  };
}

/** One page, true at the position the topic has been followed to before it was asked for. */
async function ask(client: QueryClient, filter: InboxFilter, cursor: string | null, signal?: AbortSignal) {
  const { seq = 0, cut = 0 } = client.getQueryData<TopicList>(topicKey("alerts", "alert")) ?? {};
  return { ...(await api.get(inboxPath(filter, cursor), signal)), seq, cut };
}

/** A page whose rows are kept up to date from now on. */
async function readPage(client: QueryClient, filter: InboxFilter, cursor: string | null, signal: AbortSignal) {
  const page = await ask(client, filter, cursor, signal);
  seedTopic(client, "alerts", "alert", page.items);
  return page;
}

const firstPages = ({ pages, pageParams }: Data, count: number): Data => ({
  pages: pages.slice(0, count),
  pageParams: pageParams.slice(0, count),
});
