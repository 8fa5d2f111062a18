import { createLoader, parseAsArrayOf, parseAsString } from "nuqs/server";
import type { EventFilter } from "../live/feed.ts";

/** The filter of the Events page as it stands in the URL, named as the API names it. */
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

const TYPE = /^[A-Za-z0-9_.:-]{1,200}\*?$/;
const SUBJECT = /^[^:]{1,200}:[A-Za-z0-9._:@-]{1,200}$/;
const ID = /^[A-Za-z0-9._:@-]{1,200}$/;

/** The filter without what the API would refuse: a link with a typing mistake shows more, not an error. */
export function cleanFilter(filter: EventFilter): EventFilter {
  return {
    types: [...new Set(filter.types.filter((type) => TYPE.test(type)))].slice(0, 50),
    subject: filter.subject !== null && SUBJECT.test(filter.subject) ? filter.subject : null,
    runId: filter.runId !== null && ID.test(filter.runId) ? filter.runId : null,
  };
}

export const isSubject = (text: string): boolean => SUBJECT.test(text);
export const isId = (text: string): boolean => ID.test(text);

export const isOpenFilter = (filter: EventFilter): boolean =>
  filter.types.length === 0 && filter.subject === null && filter.runId === null;
