"use client";

import { useQueries } from "@tanstack/react-query";
import { useRef } from "react";
import type { SeriesPoint } from "../../domain/agents/answers.ts";
import { api } from "../live/api.ts";
import { useFreshness } from "../live/live-provider.tsx";
import { serverNow } from "../ui/now.ts";
import { isOver, nextLookIn, type SeriesAsked, seriesName, seriesPath } from "./series-asked.ts";

/** One series as a chart wants it. */
export interface SeriesView {
  /** Gaps are null. The last ones known while others load. */
  points: readonly SeriesPoint[];
  stepMs: number;
  state: "loading" | "ready" | "error";
  /** Asks again, after an error. */
  retry: () => void;
}

interface Loaded {
  points: SeriesPoint[];
  stepMs: number;
  /** The log's head, as far as this tab knew it when it asked. */
  head: number;
}

const NONE: readonly SeriesPoint[] = [];

/**
 * A metric over the last `windowMs`, or over those before `end`. It is asked for anew when the log
 * has moved on, at most every few seconds, and as time goes; not while the tab is hidden.
 */
export function useSeries(asked: SeriesAsked): SeriesView {
  return useManySeries([asked])[0] as SeriesView;
}

/** As `useSeries`, for the lines of one chart: as many and in the same order as asked for. */
export function useManySeries(asked: readonly SeriesAsked[]): SeriesView[] {
  const { head } = useFreshness();
  // While another stretch loads the one shown before stays: both have true times.
  const shown = useRef(new Map<string, Loaded>());
  const results = useQueries({
    queries: asked.map((one) => ({
      queryKey: ["series", seriesName(one), one.windowMs, one.end ?? null],
      queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Loaded> => {
        const { points, step } = await api.get(seriesPath(one, serverNow()), signal);
        return { points, stepMs: step, head };
      },
      staleTime: nextLookIn(one, true),
      refetchInterval: ({ state }: { state: { data?: Loaded | undefined } }) =>
        !isOver(one, serverNow()) && nextLookIn(one, head > (state.data?.head ?? 0)),
      refetchOnWindowFocus: !isOver(one, serverNow()),
      gcTime: 60_000,
    })),
  });
  return results.map(({ data, error, refetch }, at) => {
    const name = seriesName(asked[at] as SeriesAsked);
    if (data) shown.current.set(name, data);
    const known = data ?? shown.current.get(name);
    return {
      points: known?.points ?? NONE,
      stepMs: known?.stepMs ?? 60_000,
      state: data ? "ready" : error ? "error" : known ? "ready" : "loading",
      retry: () => void refetch(),
    };
  });
}
