import { type Join, type ReadPage, windowed } from "../live/live-list.ts";
import { type AlertRow, orderOf } from "./alert-model.ts";
import { type InboxFilter, isListed } from "./inbox-filter.ts";

/** A page of alerts as `GET /alerts` answers it. */
export type AlertPage = ReadPage<AlertRow>;

/**
 * What the inbox shows: every alert in its place, in the server's order. One that belongs behind
 * the last loaded page waits for its page, unless it is listed below its cause, which is shown.
 */
export const windowOf =
  (filter: InboxFilter): Join<AlertRow> =>
  (pages, live) => {
    const order = orderOf(filter.view);
    const { shown, behind } = windowed(pages, live, (row) => isListed(row, filter), order);
    const rows = new Map(shown.map((row) => [row.id, row]));
    for (let found = -1; found !== rows.size; ) {
      found = rows.size;
      for (const row of behind) if (row.causeId !== null && rows.has(row.causeId)) rows.set(row.id, row);
    }
    return { shown: [...rows.values()].sort(order), fresh: [] };
  };
