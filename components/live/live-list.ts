/**
 * Lists that are longer than a page: pages loaded over HTTP, joined with live rows. Pure.
 *
 * Of a row that is in both, the newer version is shown. Loaded pages have all that matches up to
 * their last row, so a live row that belongs behind it waits for its page. `stacked` puts new rows
 * on top and leaves the others in place; `windowed` sorts every row to where it belongs now.
 */

/** What a list needs of a row. */
export interface ListRow {
  readonly id: string;
  readonly seq: number;
  readonly pending?: boolean;
}

/** A page of a list, as the API answers it. */
export interface ListPage<R> {
  items: readonly R[];
  nextCursor: string | null;
  /** How many match in all, if the list counts them; on the first page. */
  total?: number;
}

/** A page, and the position of the live rows when it was requested. */
export interface ReadPage<R> extends ListPage<R> {
  /** The page is true at this position of the log or a later one; 0: unknown. */
  seq?: number;
  /** How often changes had been missed by then. */
  cut?: number;
}

export interface Joined<R> {
  shown: readonly R[];
  /** New rows that are held back, so that rows do not jump. */
  fresh: readonly R[];
}

/** Below 0 when `a` is listed above `b`. */
export type Order<R> = (a: R, b: R) => number;

/**
 * How a list joins its pages with the live rows; `accepted` are ids of new rows that may be shown.
 */
export type Join<R> = (
  pages: readonly ReadPage<R>[],
  live: readonly R[],
  accepted: ReadonlySet<string> | "all",
) => Joined<R>;

/** The newer version of a row: the live one, unless the page was read after it. */
const newerOf = <R extends ListRow>(item: R, live: R | undefined): R =>
  live && (live.seq >= item.seq || live.pending) ? live : item;

/**
 * Rows keep their places when they change, even when they no longer match the filter. New rows
 * above the first page are on top if they are accepted (or all are), else they are held back. Older
 * ones are left to the paging.
 *
 * @param order as the server sorts.
 */
export const stacked =
  <R extends ListRow>(matches: (row: R) => boolean, order: Order<R>): Join<R> =>
  (pages, live, accepted) => {
    const items = pages.flatMap((page) => page.items);
    const latest = new Map(live.map((row) => [row.id, row]));
    // Pages move under the reader, so that two may have the same row.
    const listed = new Map<string, R>();
    for (const row of items) if (!listed.has(row.id)) listed.set(row.id, newerOf(row, latest.get(row.id)));
    const [top] = items;
    const wasAccepted = ({ id }: R) => accepted !== "all" && accepted.has(id);
    const isNew = (row: R) => !listed.has(row.id) && (!top || order(row, top) < 0);
    const newer = live.filter((row) => isNew(row) && (wasAccepted(row) || matches(row))).sort(order);
    const isIn = (row: R) => accepted === "all" || wasAccepted(row);
    return { shown: [...newer.filter(isIn), ...listed.values()], fresh: newer.filter((row) => !isIn(row)) };
  };

/**
 * Rows where they belong now; those that no longer match are dropped. A row that no page has,
 * though the pages were read after it last changed, is not listed by the server either, and left
 * out.
 *
 * @param order as the server pages.
 * @returns what is shown, in no order, and what matches but waits for its page.
 */
export function windowed<R extends ListRow>(
  pages: readonly ReadPage<R>[],
  live: readonly R[],
  matches: (row: R) => boolean,
  order: Order<R>,
): { shown: R[]; behind: R[] } {
  const last = pages.at(-1);
  const bound = last?.nextCursor === null ? undefined : last?.items.at(-1);
  const readAt = pages[0]?.seq ?? 0;
  const latest = new Map(live.map((row) => [row.id, row]));
  const listed = new Map(pages.flatMap(({ items }) => items).map((row) => [row.id, row]));
  const current = [...listed.values()].map((row) => newerOf(row, latest.get(row.id)));
  const added = live.filter((row) => !listed.has(row.id) && (row.seq > readAt || row.pending));
  const matching = [...current, ...added].filter(matches);
  const isIn = (row: R) => bound === undefined || order(row, bound) <= 0;
  return { shown: matching.filter(isIn), behind: matching.filter((row) => !isIn(row)) };
}

/** `windowed` as a `Join`: all that is shown, in the order of the view. */
export const placed =
  <R extends ListRow>(matches: (row: R) => boolean, order: Order<R>, viewed = order): Join<R> =>
  (pages, live) => ({ shown: windowed(pages, live, matches, order).shown.sort(viewed), fresh: [] });

/**
 * Sorts by a time, the latest first, and rows of one instant by their ids, the last first: as the
 * server sorts its lists.
 */
export const latestFirst =
  <R extends ListRow>(timeOf: (row: R) => string): Order<R> =>
  (a, b) => {
    const [left, right] = [timeOf(a), timeOf(b)];
    if (left !== right) return left > right ? -1 : 1;
    return a.id > b.id ? -1 : a.id < b.id ? 1 : 0;
  };
