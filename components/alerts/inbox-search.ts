import { createLoader, parseAsArrayOf, parseAsString, parseAsStringLiteral } from "nuqs/server";
import { SEVERITIES } from "../../domain/kernel/statuses.ts";
import { ALERT_VIEWS } from "./alert-model.ts";
import type { InboxFilter } from "./inbox-filter.ts";

/** What the inbox shows, from the URL; values that cannot be read are left out. */
export const inboxSearch = {
  status: parseAsStringLiteral(ALERT_VIEWS).withDefault("open"),
  severity: parseAsArrayOf(parseAsStringLiteral(SEVERITIES)).withDefault([]),
  rule: parseAsString,
  q: parseAsString,
};

const load = createLoader(inboxSearch);

/** The filter of a page's search parameters. */
export async function loadInboxFilter(
  searchParams: Promise<{ [name: string]: string | string[] | undefined }>,
): Promise<InboxFilter> {
  return toInboxFilter(await load(searchParams));
}

export const toInboxFilter = ({ status, ...rest }: Awaited<ReturnType<typeof load>>): InboxFilter => ({
  view: status,
  ...rest,
});
