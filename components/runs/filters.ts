import { runEndpoints } from "../../domain/execution/endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
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

/** The filters as the query of a list of runs has them. */
function narrowed(filters: RunFilters) {
  const status = RUN_STATUSES.filter((one) => filters.status.includes(one));
  const texts = (["workflow", "tag", "q", "from", "to"] as const).flatMap((name) => {
    const value = filters[name]?.trim();
    return value ? [[name, value] as const] : [];
  });
  return {
    ...(status.length > 0 && status.length < RUN_STATUSES.length && { status }),
    ...(Object.fromEntries(texts) as { [name in "workflow" | "tag" | "q" | "from" | "to"]?: string }),
  };
}

/** The filters as a query string, the same for equal filters. */
export const filterQuery = (filters: RunFilters): string =>
  pathTo(runEndpoints.list, narrowed(filters)).split("?")[1] ?? "";

/** The path of one page of runs. */
export const runsPath = (filters: RunFilters, cursor: string | null) =>
  pathTo(runEndpoints.list, {
    ...narrowed(filters),
    limit: PAGE_SIZE,
    large: "omit",
    ...(cursor !== null && { cursor }),
  });

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
