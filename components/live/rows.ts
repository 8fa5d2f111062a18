"use client";

import { type QueryClient, skipToken, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import type { Sent } from "../../domain/kernel/wire.ts";
import type { Kind } from "../../domain/rows.ts";
import { useHydrated } from "../ui/use-hydrated.ts";
import { useTopic } from "./live-provider.tsx";
import type { Live } from "./newer.ts";
import { applyRows, newest, rowKey, seedTopic, type TopicList, topicKey } from "./row-cache.ts";

export type { Live, Whole } from "./newer.ts";

/** Whether a row shows a click's effect that the server has not confirmed yet. */
export const isPending = (row: Live): boolean => row.pending === true;

/**
 * A row by its id, kept current by the subscribed topics; undefined until one has sent it. Does not
 * subscribe: combine it with `useTopic` or `useTopicRows`.
 */
export function useRow<K extends Kind>(kind: K, id: string, initial?: Sent<K>): Live<K> | undefined {
  const client = useQueryClient();
  seedRow(client, initial);
  useEffect(() => {
    if (initial) applyRows(client, [initial as Live]);
  }, [client, initial]);
  const { data } = useQuery<Live<K>>({
    queryKey: rowKey(kind, id),
    queryFn: skipToken,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const known = useHydrated() ? data : undefined;
  return known ?? (initial as Live<K> | undefined);
}

/** Stores a row that has no observers yet, while rendering, so that the first paint has it. */
function seedRow(client: QueryClient, row: Sent | undefined): void {
  if (row && client.getQueryData(rowKey(row.kind, row.id)) === undefined)
    client.setQueryData(rowKey(row.kind, row.id), row);
}

/**
 * The rows of one kind that a topic has (`runs`, `board`, `agents`, `alerts`, `run:{id}`), live, in
 * the order they came; the view sorts and filters them. `initial` are the server-rendered ones: the
 * first paint shows them.
 */
export function useTopicRows<K extends Kind>(
  topic: string,
  kind: K,
  initial: readonly Sent<K>[] = NONE,
): readonly Live<K>[] {
  return useTopicList(topic, kind, initial).rows as readonly Live<K>[];
}

/**
 * Like `useTopicRows`, with the position of the list, and with `cut`: it grows when a snapshot left
 * rows out.
 */
export function useTopicList<K extends Kind>(topic: string, kind: K, initial: readonly Sent<K>[] = NONE): TopicList {
  const client = useQueryClient();
  const key = topicKey(topic, kind);
  // A list that does not exist yet has no observers, so it may be created while rendering.
  if (client.getQueryData(key) === undefined) seedTopic(client, topic, kind, initial as readonly Live[]);
  useEffect(() => seedTopic(client, topic, kind, initial as readonly Live[]), [client, topic, kind, initial]);
  useTopic(topic);
  const { data } = useQuery<TopicList>({
    queryKey: key,
    queryFn: skipToken,
    staleTime: Number.POSITIVE_INFINITY,
  });
  // Frames may arrive before this part of the page is hydrated.
  const known = useHydrated() ? data : undefined;
  return useMemo(
    () => known ?? { rows: initial as readonly Live[], seq: 0, complete: false, cut: 0 },
    [known, initial],
  );
}

const NONE: readonly never[] = [];

/**
 * The newer of a row and the cached one: for lists fetched over HTTP whose rows may have changed.
 */
export function useNewest(): <R extends Live>(row: R) => R {
  const client = useQueryClient();
  return useMemo(() => (row) => newest(client, row), [client]);
}
