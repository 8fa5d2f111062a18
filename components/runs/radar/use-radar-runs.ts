"use client";

import { useMemo } from "react";
import { api } from "../../live/api.ts";
import { stacked } from "../../live/live-list.ts";
import type { Live } from "../../live/rows.ts";
import { type LiveList, useLiveList, useTopicOf } from "../../live/use-live-list.ts";
import { newestRunFirst, type RunPage } from "../use-runs.ts";
import { isOnRadar, type RadarFilter, radarPath } from "./radar-url.ts";

/**
 * The runs on the radar, the newest first. A new one is added on top; one that was shown stays
 * until the filter changes, also when it ends: its grid must not disappear just when it turns red.
 */
export function useRadarRuns(filter: RadarFilter, initial: RunPage, initialFilter: RadarFilter): LiveList<Live<"run">> {
  const path = radarPath(filter, null);
  const first = path === radarPath(initialFilter, null) ? initial : undefined;
  return useLiveList<Live<"run">>({
    key: ["radar", path],
    load: (cursor, signal) => api.get(radarPath(filter, cursor), signal),
    initial: first,
    live: useTopicOf<Live<"run">>("runs", "run", first),
    join: useMemo(() => stacked((run) => isOnRadar(run, filter), newestRunFirst), [filter]),
  });
}
