import { type Page, pagesOf } from "../../client/core/pages.ts";
import { api } from "./api.ts";

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
  let left = pages;
  const first = `${path}${path.includes("?") ? "&" : "?"}limit=100`;
  const read = (cursor = "") =>
    api.get<Page<T>>(cursor === "" ? first : `${first}&cursor=${encodeURIComponent(cursor)}`, signal);
  for await (const page of pagesOf(read)) {
    items.push(...page.items);
    left -= 1;
    if (left === 0) return { items, more: page.nextCursor !== null };
  }
  return { items, more: false };
}
