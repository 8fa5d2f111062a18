"use client";

import { useQuery } from "@tanstack/react-query";
import { api } from "../live/api.ts";
import { useTopicList } from "../live/rows.ts";
import { useRecount } from "../live/use-recount.ts";
import type { ApprovalRow } from "./approval-model.ts";
import { WAITING_PATH, type Waiting } from "./waiting.ts";

/**
 * How many approvals wait for somebody, live. While the topic holds all there are, they are
 * counted; else the server counts.
 */
export function useWaiting(initial: Waiting): number {
  const { rows, complete } = useTopicList("approvals", "approval");
  const { data, refetch } = useQuery({
    queryKey: ["approvals", "waiting"],
    queryFn: ({ signal }) => api.get(WAITING_PATH, signal),
    enabled: !complete,
    initialData: initial,
  });
  useRecount(rows, !complete, refetch);
  if (!complete) return data.total ?? 0;
  return (rows as readonly ApprovalRow[]).filter(({ status }) => status === "pending").length;
}
