"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "../live/api.ts";
import type { AlertRow } from "./alert-model.ts";

export interface AlertPage {
  items: AlertRow[];
  nextCursor: string | null;
}

/** Resolved alerts, page by page; the topic only brings those that are resolved while one looks. */
export function useResolvedAlerts(enabled: boolean, initial: AlertPage | undefined) {
  const query = useInfiniteQuery({
    queryKey: ["alerts", "resolved"],
    queryFn: ({ pageParam, signal }) => {
      const params = new URLSearchParams({ status: "resolved", limit: "50", ...(pageParam && { cursor: pageParam }) });
      return api.get<AlertPage>(`/alerts?${params}`, signal);
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor,
    enabled,
    ...(initial && { initialData: { pages: [initial], pageParams: [""] } }),
  });
  const { data } = query;
  const items = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data]);
  return { ...query, items };
}
