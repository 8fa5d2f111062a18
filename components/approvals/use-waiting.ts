"use client";

import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { api } from "../live/api.ts";
import { useTopicList } from "../live/rows.ts";
import type { ApprovalRow } from "./approval-model.ts";
import { WAITING_PATH, type Waiting } from "./waiting.ts";

/** The server is asked for the count at most this often, ms. */
const RECOUNT_MS = 1000;

/** How many approvals wait for somebody, live. While the topic holds all there are, they are counted; else the server counts. */
export function useWaiting(initial: Waiting): number {
  const { rows, complete } = useTopicList("approvals", "approval");
  const { data, refetch } = useQuery({
    queryKey: ["approvals", "waiting"],
    queryFn: ({ signal }) => api.get<Waiting>(WAITING_PATH, signal),
    enabled: !complete,
    initialData: initial,
  });
  const asked = useRef(0);
  useEffect(() => {
    if (complete || rows.length === 0) return;
    const timer = setTimeout(
      () => {
        asked.current = Date.now();
        void refetch();
      },
      Math.max(0, asked.current + RECOUNT_MS - Date.now()),
    );
    return () => clearTimeout(timer);
  }, [rows, complete, refetch]);
  if (!complete) return data.total ?? 0;
  return (rows as readonly ApprovalRow[]).filter(({ status }) => status === "pending").length;
}
