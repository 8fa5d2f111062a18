import { useQuery } from "@tanstack/react-query";
import { useMemo, useRef } from "react";
import { eventEndpoints } from "../../domain/commit/endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import type { LogEvent } from "../../domain/kernel/event.ts";
import { api } from "../live/api.ts";
import { trialsOf } from "./replay/player.ts";

/** How many of the run's latest starts are checked; earlier trials are not marked. */
const STARTS = 1000;

/**
 * Ids of the run's attempts that were trials of a half-open breaker: only the event of their start
 * says so. Those before the page was opened are fetched once; later ones are among `events`. The
 * same object while there is no new one.
 */
export function useTrials(runId: string, events: readonly LogEvent[], anyStarted: boolean): ReadonlySet<string> {
  const { data } = useQuery({
    queryKey: ["starts", runId],
    queryFn: async ({ signal }) => {
      const asked = { id: runId, type: "job.started", order: "desc", limit: STARTS, large: "omit" } as const;
      return trialsOf((await api.get(pathTo(eventEndpoints.ofRun, asked), signal)).items);
    },
    enabled: anyStarted,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const kept = useRef<ReadonlySet<string>>(new Set());
  return useMemo(() => {
    const found = new Set([...kept.current, ...(data ?? []), ...trialsOf(events)]);
    if (found.size > kept.current.size) kept.current = found;
    return kept.current;
  }, [data, events]);
}
