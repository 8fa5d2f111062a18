import { createLoader, parseAsString, parseAsStringLiteral } from "nuqs/server";

const PEOPLE_TABS = ["sessions", "tasks"] as const;
export type PeopleTab = (typeof PEOPLE_TABS)[number];

/** The state of the page in the URL, so that a view can be shared. */
export const PEOPLE_URL = {
  tab: parseAsStringLiteral(PEOPLE_TABS).withDefault("sessions"),
  status: parseAsString.withDefault(""),
  who: parseAsString.withDefault(""),
  type: parseAsString.withDefault(""),
  id: parseAsString,
};

/** Reads a page's search parameters. */
export const loadPeopleUrl = createLoader(PEOPLE_URL);
