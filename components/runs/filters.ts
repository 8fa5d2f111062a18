import { RUN_STATUSES, type RunStatus } from "../../domain/kernel/statuses.ts";
import type { Listed } from "../../domain/kernel/wire.ts";

/** The filters of the list of runs; empty or null: any. `from` and `to` are RFC 3339. */
export interface RunFilters {
  status: RunStatus[];
  workflow: string | null;
  tag: string | null;
  q: string | null;
  from: string | null;
  to: string | null;
}

export const NO_FILTERS: RunFilters = { status: [], workflow: null, tag: null, q: null, from: null, to: null };

/** How many runs one page holds. */
export const PAGE_SIZE = 50;

export const isUnfiltered = (filters: RunFilters): boolean => filterQuery(filters) === "";

/** The filters as a query string of `GET /runs`, the same for equal filters. */
export function filterQuery(filters: RunFilters): string {
  const query = new URLSearchParams();
  const status = RUN_STATUSES.filter((one) => filters.status.includes(one));
  if (status.length > 0 && status.length < RUN_STATUSES.length) query.set("status", status.join(","));
  for (const name of ["workflow", "tag", "q", "from", "to"] as const) {
    const value = filters[name]?.trim();
    if (value) query.set(name, value);
  }
  return query.toString();
}

/** The path of one page of runs. */
export function runsPath(filters: RunFilters, cursor: string | null): string {
  const query = new URLSearchParams(filterQuery(filters));
  query.set("limit", String(PAGE_SIZE));
  query.set("large", "omit");
  if (cursor !== null) query.set("cursor", cursor);
  return `/runs?${query}`;
}

/** Whether `GET /runs` would list this run under these filters. */
export function matchesFilters(run: Listed<"run">, filters: RunFilters): boolean {
  if (filters.status.length > 0 && !filters.status.includes(run.status)) return false;
  if (filters.workflow && run.workflow !== filters.workflow) return false;
  if (filters.tag && !run.tags.includes(filters.tag)) return false;
  if (filters.from && Date.parse(run.createdAt) < Date.parse(filters.from)) return false;
  if (filters.to && Date.parse(run.createdAt) >= Date.parse(filters.to)) return false;
  const q = filters.q?.trim().toLowerCase();
  if (!q) return true;
  return [run.runId, run.workflow, ...run.tags].some((text) => text.toLowerCase().startsWith(q));
}
