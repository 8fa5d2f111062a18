"use client";

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { alertEndpoints } from "../../domain/alerts/endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import { api } from "../live/api.ts";
import { useNewest, useTopicRows } from "../live/rows.ts";
import type { AlertRow } from "./alert-model.ts";

const SHOWN = 100;
const NONE: readonly AlertRow[] = [];

/** The alert that caused this one, and the open ones it has caused (up to a bound), live. */
export function useRelated(alert: AlertRow): { cause: AlertRow | undefined; effects: readonly AlertRow[] } {
  const live = useTopicRows("alerts", "alert") as readonly AlertRow[];
  const newest = useNewest();
  const { data: fetchedCause } = useQuery({
    queryKey: ["alerts", "linked", alert.causeId],
    queryFn: ({ signal }) => api.get(pathTo(alertEndpoints.one, { id: alert.causeId ?? "" }), signal),
    enabled: alert.causeId !== null,
  });
  const { data } = useQuery({
    queryKey: ["alerts", "effects", alert.id],
    queryFn: ({ signal }) => {
      const path = pathTo(alertEndpoints.list, {
        causeId: alert.id,
        status: "firing,acknowledged,snoozed",
        limit: SHOWN,
        large: "omit",
      });
      return api.get(path, signal);
    },
  });
  const fetched = data?.items ?? NONE;
  return useMemo(() => {
    const byId = new Map(fetched.map((row) => [row.id, newest(row)]));
    for (const row of live) if (row.causeId === alert.id) byId.set(row.id, row);
    return {
      cause: live.find(({ id }) => id === alert.causeId) ?? fetchedCause,
      effects: [...byId.values()].filter(({ status }) => status !== "resolved" && status !== "pending"),
    };
  }, [alert, live, fetched, fetchedCause, newest]);
}
