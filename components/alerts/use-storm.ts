"use client";

import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { type AlertStorm, alertEndpoints } from "../../domain/alerts/endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import { MINUTE_MS } from "../../domain/kernel/time.ts";
import { api } from "../live/api.ts";
import { serverNow } from "../ui/now.ts";
import type { AlertRow } from "./alert-model.ts";

/**
 * Asked at most this often when alerts fire, and this often while a storm lasts, which ends by time
 * alone; ms.
 */
const ASK_AGAIN_MS = 2_000;
const WHILE_IT_LASTS_MS = 10_000;
/** The server is not asked before so many have fired within a minute; no storm is smaller. */
const WORTH_ASKING = 5;

/**
 * The storm that goes on now, if there is one. `alerts` are the live ones: one that fires may begin
 * it.
 */
export function useStorm(alerts: readonly AlertRow[]): AlertStorm | undefined {
  const [watching, setWatching] = useState(false);
  const { data, refetch } = useQuery({
    queryKey: ["alerts", "storm"],
    queryFn: ({ signal }) => api.get(pathTo(alertEndpoints.storm), signal),
    refetchInterval: (query) => (query.state.data?.storm ? WHILE_IT_LASTS_MS : false),
    enabled: watching,
  });
  const asked = useRef(0);
  useEffect(() => {
    const since = new Date(serverNow() - MINUTE_MS).toISOString();
    const recent = alerts.reduce((count, { firedAt }) => count + (firedAt > since ? 1 : 0), 0);
    if (recent < WORTH_ASKING) return;
    const wait = Math.max(0, asked.current + ASK_AGAIN_MS - Date.now());
    const timer = setTimeout(() => {
      asked.current = Date.now();
      setWatching(true);
      void refetch();
    }, wait);
    return () => clearTimeout(timer);
  }, [alerts, refetch]);
  return data?.storm ? data : undefined;
}
