import { serverGet } from "./server-fetch.ts";

interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** The rows of a list over up to `pages` pages of 100, for views that show all there is. */
export async function serverGetPages<T>(path: string, pages = 5): Promise<Page<T>> {
  const items: T[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < pages; page++) {
    const query = new URLSearchParams({ limit: "100", ...(cursor !== null && { cursor }) });
    const answer: Page<T> = await serverGet<Page<T>>(`${path}${path.includes("?") ? "&" : "?"}${query}`);
    items.push(...answer.items);
    cursor = answer.nextCursor;
    if (cursor === null) break;
  }
  return { items, nextCursor: cursor };
}
