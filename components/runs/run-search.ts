import {
  createLoader,
  parseAsArrayOf,
  parseAsBoolean,
  parseAsInteger,
  parseAsIsoDateTime,
  parseAsString,
  parseAsStringLiteral,
} from "nuqs/server";
import { RUN_STATUSES } from "../../domain/kernel/statuses.ts";
import type { RunFilters } from "./filters.ts";
import { SHOWS } from "./replay/shows.ts";

/** The filters of the list, from the URL; invalid ones are left out. */
export const runSearch = {
  status: parseAsArrayOf(parseAsStringLiteral(RUN_STATUSES)).withDefault([]),
  workflow: parseAsString,
  tag: parseAsString,
  q: parseAsString,
  from: parseAsIsoDateTime,
  to: parseAsIsoDateTime,
};

export const TABS = ["timeline", "workstreams", "jobs", "radar", "state", "events", "receipts", "replay"] as const;
export type Tab = (typeof TABS)[number];

/** What the page of one run shows, from the URL: the tab, the job in the panel, its attempt. */
export const runPageSearch = {
  tab: parseAsStringLiteral(TABS).withDefault("timeline"),
  job: parseAsString,
  attempt: parseAsInteger,
  /** The State tab: whether two positions are compared, and which. */
  compare: parseAsBoolean.withDefault(false),
  from: parseAsInteger,
  to: parseAsInteger,
  /** The Replay tab: the position and what is shown of it. */
  at: parseAsInteger,
  show: parseAsStringLiteral(SHOWS).withDefault("timeline"),
};

const load = createLoader(runSearch);

type Read = Awaited<ReturnType<typeof load>>;

/** The filters of a page's search parameters. */
export async function loadFilters(
  searchParams: Promise<{ [name: string]: string | string[] | undefined }>,
): Promise<RunFilters> {
  return toFilters(await load(searchParams));
}

export function toFilters({ from, to, ...rest }: Read): RunFilters {
  return { ...rest, from: from?.toISOString() ?? null, to: to?.toISOString() ?? null };
}
