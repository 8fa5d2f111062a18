"use client";

import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import type { DeadLetterRetry } from "../../domain/execution/answers.ts";
import { queueEndpoints } from "../../domain/execution/endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import { api } from "../live/api.ts";
import { useCommand } from "../live/use-command.ts";
import { formatPlural } from "../ui/format.ts";
import { type DeadLetterPage, deadLettersPath } from "./queue-model.ts";

const AT_MOST_EVERY_MS = 1_000;

/**
 * A queue's dead letters, page by page, refetched when `count` changes. Not a list of
 * `live/use-live-list.ts`: jobs are in the topics of their runs, not in one of their queue, so no
 * live row of this page is a dead letter.
 */
export function useDeadLetters(queue: string, count: number, initial: DeadLetterPage) {
  const client = useQueryClient();
  const query = useInfiniteQuery({
    queryKey: ["dead-letters", queue],
    queryFn: ({ pageParam, signal }) => api.get(deadLettersPath(queue, pageParam || undefined), signal),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor,
    initialData: { pages: [initial], pageParams: [""] },
  });
  const counted = useRef(count);
  useEffect(() => {
    if (counted.current === count) return;
    const timer = setTimeout(() => {
      counted.current = count;
      void client.invalidateQueries({ queryKey: ["dead-letters", queue] });
    }, AT_MOST_EVERY_MS);
    return () => clearTimeout(timer);
  }, [client, queue, count]);
  const items = useMemo(() => query.data.pages.flatMap((page) => page.items), [query.data]);
  return { ...query, items };
}

/** Queues dead letters again: the given ones, or all. */
export function useRetryDeadLetters(queue: string, onDone: (done: DeadLetterRetry) => void) {
  const client = useQueryClient();
  return useCommand(
    (jobIds: readonly string[] | null) =>
      api.post(pathTo(queueEndpoints.retryDeadLetters, { id: queue }), { ...(jobIds && { jobIds: [...jobIds] }) }),
    {
      success: ({ retried, runsRetried }) =>
        `${formatPlural(retried, "job")} queued again${runsRetried > 0 ? `, ${formatPlural(runsRetried, "run")} came back` : ""}`,
      failure: "The dead letters could not be retried",
      onDone: (done) => {
        void client.invalidateQueries({ queryKey: ["dead-letters", queue] });
        onDone(done);
      },
    },
  );
}
