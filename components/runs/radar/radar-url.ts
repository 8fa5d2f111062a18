import { createLoader, parseAsString, parseAsStringLiteral } from "nuqs/server";
import { runEndpoints } from "../../../domain/execution/endpoints.ts";
import { pathTo } from "../../../domain/kernel/endpoint.ts";
import { matchesFilters, NO_FILTERS, type RunFilters } from "../filters.ts";

/** Which runs the radar can show. */
export const WHICH = ["active", "failed", "all"] as const;
export type Which = (typeof WHICH)[number];

export const WHICH_NAMES: { readonly [which in Which]: string } = {
  active: "Active runs",
  failed: "Failed runs",
  all: "All runs",
};

/** What the radar shows, from the URL. */
export const RADAR_URL = {
  runs: parseAsStringLiteral(WHICH).withDefault("active"),
  q: parseAsString.withDefault(""),
};

export const loadRadarUrl = createLoader(RADAR_URL);

export interface RadarFilter {
  runs: Which;
  /** Prefix of the run's id, workflow or a tag. */
  q: string;
}

/** How many runs are shown at once; each has its own grid and its own topic. */
export const RADAR_PAGE = 10;

const filtersOf = ({ runs, q }: RadarFilter): RunFilters => ({
  ...NO_FILTERS,
  status: runs === "active" ? ["pending", "running", "blocked"] : runs === "failed" ? ["failed", "timed_out"] : [],
  q: q.trim() || null,
});

/** Whether a run belongs on the radar. */
export const isOnRadar = (run: Parameters<typeof matchesFilters>[0], filter: RadarFilter): boolean =>
  matchesFilters(run, filtersOf(filter));

/** The path of one page of the radar's runs. */
export function radarPath(filter: RadarFilter, cursor: string | null) {
  const { status, q } = filtersOf(filter);
  return pathTo(runEndpoints.list, {
    limit: RADAR_PAGE,
    large: "omit",
    ...(status.length > 0 && { status }),
    ...(q && { q }),
    ...(cursor !== null && { cursor }),
  });
}
