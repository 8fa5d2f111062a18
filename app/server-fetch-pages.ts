import { collectPages, type ItemOf, type ListEndpoint } from "../components/live/get-pages.ts";
import type { PathOf } from "../domain/kernel/endpoint.ts";
import { serverGet } from "./server-fetch.ts";

/** The rows of a list over up to `pages` pages of 100, for views that show all there is. */
export const serverGetPages = <E extends ListEndpoint>(
  path: PathOf<E>,
  pages = 5,
): Promise<{ items: ItemOf<E>[]; nextCursor: string | null }> => collectPages(path, pages, serverGet);
