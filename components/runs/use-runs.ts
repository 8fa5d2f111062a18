import { useMemo } from "react";
import type { runEndpoints } from "../../domain/execution/endpoints.ts";
import type { AnswerOf } from "../../domain/kernel/endpoint.ts";
import { api } from "../live/api.ts";
import { latestFirst, stacked } from "../live/live-list.ts";
import type { Live } from "../live/rows.ts";
import { type LiveList, useLiveList, useTopicOf } from "../live/use-live-list.ts";
import { filterQuery, isUnfiltered, matchesFilters, type RunFilters, runsPath } from "./filters.ts";

/** A page as `GET /runs` answers it. */
export type RunPage = AnswerOf<typeof runEndpoints.list>;

/** The latest created first, as the server lists runs. */
export const newestRunFirst = latestFirst((run: Live<"run">) => run.createdAt);

/**
 * The runs that match the filters, page by page, live. New ones are added at once while the list is
 * unfiltered and `atTop`, else they are held back until the reader asks for them. `initial` is the
 * first page for `initialFilters`, rendered by the server.
 */
export function useRuns(
  filters: RunFilters,
  initial: RunPage,
  initialFilters: RunFilters,
  atTop: boolean,
): LiveList<Live<"run">> {
  const query = filterQuery(filters);
  const first = query === filterQuery(initialFilters) ? initial : undefined;
  return useLiveList<Live<"run">>({
    key: ["runs", query],
    load: (cursor, signal) => api.get(runsPath(filters, cursor), signal),
    initial: first,
    live: useTopicOf<Live<"run">>("runs", "run", first),
    join: useMemo(() => stacked((run) => matchesFilters(run, filters), newestRunFirst), [filters]),
    letIn: atTop && isUnfiltered(filters),
  });
}
