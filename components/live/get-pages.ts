import { api } from "./api.ts";

interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/**
 * The rows of a list over up to `pages` pages of 100; `more` when there are still others.
 *
 * @throws SwitchyardError
 */
export async function getPages<T>(
  path: string,
  pages: number,
  signal: AbortSignal,
): Promise<{ items: T[]; more: boolean }> {
  const items: T[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < pages; page += 1) {
    const after: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const answer: Page<T> = await api.get<Page<T>>(`${path}${path.includes("?") ? "&" : "?"}limit=100${after}`, signal);
    items.push(...answer.items);
    cursor = answer.nextCursor;
    if (cursor === null) break;
  }
  return { items, more: cursor !== null };
}
