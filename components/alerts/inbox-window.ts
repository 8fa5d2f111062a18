import { type AlertRow, orderOf } from "./alert-model.ts";
import { type InboxFilter, isListed } from "./inbox-filter.ts";

/** A page of alerts as `GET /alerts` answers it. */
export interface AlertPage {
  items: AlertRow[];
  nextCursor: string | null;
  /** The page is true at this position of the log or a later one; 0 when that is not known. */
  seq?: number;
  /** How often snapshots had left rows out when it was asked for. */
  cut?: number;
}

/**
 * What the inbox shows: the loaded beginning of a list that may be far longer, kept up to date by frames.
 *
 * The server's order and this one are the same, so the loaded pages are all that matches up to the last item of the last page. A live row
 * that belongs before that is shown in its place; one behind it waits for its page, unless it is listed below its cause, which is shown. A row
 * that no page has, though the pages were read after
 * it last changed, is one the server no longer lists: it stays out.
 */
export function windowOf(
  pages: readonly AlertPage[],
  live: readonly AlertRow[],
  filter: InboxFilter,
): readonly AlertRow[] {
  const last = pages.at(-1);
  const bound = last?.nextCursor === null ? undefined : last?.items.at(-1);
  const order = orderOf(filter.view);
  const readAt = pages[0]?.seq ?? 0;
  const current = new Map(live.map((row) => [row.id, row]));
  const shown = new Map<string, AlertRow>();
  const seen = new Set<string>();
  const behind: AlertRow[] = [];
  const show = (row: AlertRow) => {
    if (!isListed(row, filter)) return;
    if (bound === undefined || order(row, bound) <= 0) shown.set(row.id, row);
    else if (row.causeId !== null) behind.push(row);
  };
  for (const item of pages.flatMap(({ items }) => items)) {
    const row = current.get(item.id);
    seen.add(item.id);
    show(row && (row.seq >= item.seq || row.pending) ? row : item);
  }
  for (const row of live) if (!seen.has(row.id) && (row.seq > readAt || row.pending)) show(row);
  for (let found = -1; found !== shown.size; ) {
    found = shown.size;
    for (const row of behind) if (row.causeId !== null && shown.has(row.causeId)) shown.set(row.id, row);
  }
  return [...shown.values()].sort(order);
}
