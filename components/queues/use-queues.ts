"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { figureEndpoints } from "../../domain/agents/endpoints.ts";
import { queueEndpoints } from "../../domain/execution/endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import { api } from "../live/api.ts";
import { useTopicRows } from "../live/rows.ts";
import { type QueueItem, withFigures } from "./queue-model.ts";

const KEY = ["queue-figures"] as const;
/**
 * Ages and rates are counted over jobs, so no frame carries them: refetched when rows change, at
 * most this often, ms.
 */
const AT_MOST_EVERY_MS = 2_000;
const AT_LEAST_EVERY_MS = 15_000;

/**
 * Queues by name, live. `initial` must keep its identity while it has the same content; `only`:
 * fetch the figures of this queue alone.
 */
export function useQueues(initial: readonly QueueItem[], only?: string): QueueItem[] {
  const client = useQueryClient();
  const rows = useTopicRows("queues", "queue", initial);
  const key = only ?? "";
  const { data } = useQuery({
    queryKey: [...KEY, key],
    queryFn: async ({ signal }): Promise<readonly QueueItem[]> =>
      only === undefined
        ? (await api.get(pathTo(queueEndpoints.list, { limit: 100 }), signal)).items
        : [await api.get(pathTo(queueEndpoints.one, { id: only }), signal)],
    initialData: initial,
    staleTime: AT_MOST_EVERY_MS,
    refetchInterval: AT_LEAST_EVERY_MS,
  });
  const seq = rows.reduce((most, row) => Math.max(most, row.seq), 0);
  const counted = data.reduce((most, row) => Math.max(most, row.seq), 0);
  useEffect(() => {
    if (seq <= counted) return;
    const timer = setTimeout(() => void client.invalidateQueries({ queryKey: [...KEY, key] }), AT_MOST_EVERY_MS);
    return () => clearTimeout(timer);
  }, [client, key, seq, counted]);
  return useMemo(() => {
    const figures = new Map(data.map((item) => [item.id, item]));
    const shown = only === undefined ? rows : rows.filter((row) => row.id === only);
    return shown.map((row) => withFigures(row, figures.get(row.id))).sort((a, b) => (a.id < b.id ? -1 : 1));
  }, [rows, data, only]);
}

const DEPTH_EVERY_MS = 30_000;

/** Depth of a queue over the last hour, by minute. */
export function useDepth(queue: string) {
  return useQuery({
    queryKey: ["queue-depth", queue],
    queryFn: ({ signal }) => api.get(pathTo(figureEndpoints.series, { metric: "queue_depth", queue }), signal),
    refetchInterval: DEPTH_EVERY_MS,
  });
}
