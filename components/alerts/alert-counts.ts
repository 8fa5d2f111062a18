"use client";

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { AlertCounts } from "../../domain/alerts/endpoints.ts";
import { ALERT_STATUSES } from "../../domain/kernel/statuses.ts";
import { api } from "../live/api.ts";
import { useTopicList } from "../live/rows.ts";
import { useRecount } from "../live/use-recount.ts";
import type { AlertRow } from "./alert-model.ts";
import { countsPath, type InboxFilter, isCounted } from "./inbox-filter.ts";

export type ByStatus = AlertCounts["byStatus"];

/**
 * How many alerts of each status a filter has, live. While the topic holds all there are, its rows
 * are counted; else the server counts, anew when rows change. Undefined before the first answer.
 */
export function useAlertCounts(filter: InboxFilter, initial?: AlertCounts): ByStatus | undefined {
  const { rows, complete } = useTopicList("alerts", "alert");
  const path = countsPath(filter);
  const own = useMemo(
    () => (complete ? countRows(rows as readonly AlertRow[], filter) : undefined),
    [rows, complete, filter],
  );
  const { data, refetch } = useQuery({
    queryKey: ["alerts", "counts", path],
    queryFn: ({ signal }) => api.get(path, signal),
    enabled: !complete,
    ...(initial && { initialData: initial }),
  });
  useRecount(rows, !complete, refetch);
  return own ?? data?.byStatus;
}

/** As the server counts, over rows that are all there are. */
function countRows(rows: readonly AlertRow[], filter: InboxFilter): ByStatus {
  const counts = Object.fromEntries(ALERT_STATUSES.map((status) => [status, 0])) as ByStatus;
  for (const row of rows) if (isCounted(row, filter)) counts[row.status] += 1;
  return counts;
}
