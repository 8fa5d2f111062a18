import { createLoader, parseAsArrayOf, parseAsString } from "nuqs/server";
import { EVENT_PATTERN } from "../../domain/kernel/event.ts";
import { isId } from "../../domain/kernel/ids.ts";
import type { EventFilter } from "../live/feed.ts";

/** The filter of the Events page in the URL, with the names of the API. */
export const eventSearch = {
  type: parseAsArrayOf(parseAsString).withDefault([]),
  subject: parseAsString,
  runId: parseAsString,
};

const load = createLoader(eventSearch);

/** The filter of a page's search parameters. */
export async function loadEventFilter(
  searchParams: Promise<{ [name: string]: string | string[] | undefined }>,
): Promise<EventFilter> {
  const { type, subject, runId } = await load(searchParams);
  return cleanFilter({ types: type, subject, runId });
}

/**
 * The filter without values that the API would refuse: a mistyped link shows more, not an error.
 */
export function cleanFilter(filter: EventFilter): EventFilter {
  return {
    types: [...new Set(filter.types.filter((type) => isPattern(type)))].slice(0, 50),
    subject: filter.subject !== null && isSubject(filter.subject) ? filter.subject : null,
    runId: filter.runId !== null && isId(filter.runId) ? filter.runId : null,
  };
}

/** Whether a text names the subject of events: its kind, and its id after a colon. */
export function isSubject(text: string): boolean {
  const colon = text.indexOf(":");
  return colon > 0 && colon <= 200 && isId(text.slice(colon + 1));
}

/** Whether a text is a pattern of types that the API accepts. */
export const isPattern = (text: string): boolean => EVENT_PATTERN.test(text);

export const isOpenFilter = (filter: EventFilter): boolean =>
  filter.types.length === 0 && filter.subject === null && filter.runId === null;
