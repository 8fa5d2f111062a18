import { type Page, pagesOf } from "../../client/core/pages.ts";
import type { AnswerOf, Endpoint, PathOf } from "../../domain/kernel/endpoint.ts";
import { api } from "./api.ts";

/** An endpoint whose answer is a page of a list, and its items. */
export type ListEndpoint = Endpoint & { readonly method: "GET" };
export type ItemOf<E> = AnswerOf<E> extends { items: (infer T)[] } ? T : never;

/**
 * The rows of a list over up to `pages` pages of 100; `more`: there are others.
 *
 * @throws SwitchyardError
 */
export async function getPages<E extends ListEndpoint>(
  path: PathOf<E>,
  pages: number,
  signal: AbortSignal,
): Promise<{ items: ItemOf<E>[]; more: boolean }> {
  const { items, nextCursor } = await collectPages(path, pages, (next) => api.get(next, signal));
  return { items, more: nextCursor !== null };
}

/** The pages of a list one after another, as `get` reads them. */
export async function collectPages<E extends ListEndpoint>(
  path: PathOf<E>,
  pages: number,
  get: (path: PathOf<E>) => Promise<AnswerOf<E>>,
): Promise<Page<ItemOf<E>>> {
  const items: ItemOf<E>[] = [];
  let left = pages;
  const first = `${path}${path.includes("?") ? "&" : "?"}limit=100`;
  const read = async (cursor = "") => {
    const next = cursor === "" ? first : `${first}&cursor=${encodeURIComponent(cursor)}`;
    return (await get(next as PathOf<E>)) as Page<ItemOf<E>>;
  };
  for await (const page of pagesOf(read)) {
    items.push(...page.items);
    left -= 1;
    if (left === 0) return { items, nextCursor: page.nextCursor };
  }
  return { items, nextCursor: null };
}
