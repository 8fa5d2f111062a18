"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Summary } from "../../domain/kernel/answers.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import { overviewEndpoints } from "../../domain/kernel/endpoints.ts";
import { api } from "../live/api.ts";
import { useFreshness } from "../live/live-provider.tsx";
import { refreshIn } from "./summary.ts";

const KEY = ["summary"] as const;

/**
 * The overview's figures, counted again when the log has grown: they are sums over everything,
 * which no frame carries. Rows (runs, alerts, breakers) do not wait for this; they arrive in
 * frames.
 */
export function useSummary(initial: Summary): Summary {
  const client = useQueryClient();
  const { head } = useFreshness();
  const { data, dataUpdatedAt, isFetching, errorUpdatedAt, refetch } = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => api.get(pathTo(overviewEndpoints.summary), signal),
    initialData: initial,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });

  // Returning to the page brings figures newer than the cached ones.
  useEffect(() => {
    client.setQueryData<Summary>(KEY, (known) => (known && known.head > initial.head ? known : initial));
  }, [client, initial]);

  useEffect(() => {
    if (isFetching) return;
    const wait = refreshIn(data.head, head, Math.max(dataUpdatedAt, errorUpdatedAt), Date.now());
    const timer = setTimeout(() => void refetch(), wait);
    return () => clearTimeout(timer);
  }, [data.head, head, dataUpdatedAt, errorUpdatedAt, isFetching, refetch]);

  return data;
}
