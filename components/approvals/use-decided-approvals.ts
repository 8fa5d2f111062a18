"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { ApprovalStatus } from "../../domain/kernel/statuses.ts";
import { api } from "../live/api.ts";
import { type ApprovalPage, approvalsPath } from "./approval-model.ts";

/** Approvals of a status, page by page; the topic brings those that change meanwhile. */
export function useDecidedApprovals(status: ApprovalStatus, initial: ApprovalPage | undefined) {
  const query = useInfiniteQuery({
    queryKey: ["approvals", status],
    queryFn: ({ pageParam, signal }) => api.get(approvalsPath(status, pageParam || undefined), signal),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor,
    ...(initial && { initialData: { pages: [initial], pageParams: [""] } }),
  });
  const { data } = query;
  const items = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data]);
  return { ...query, items };
}
