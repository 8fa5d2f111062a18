/** A page of a list; `nextCursor` is null on the last one. */
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/**
 * The pages of a list, one after another to the last. `read` gets the cursor of the page, undefined
 * for the first.
 */
export async function* pagesOf<P extends Pick<Page<unknown>, "nextCursor">>(
  read: (cursor: string | undefined) => Promise<P>,
): AsyncGenerator<P, void, void> {
  for (let cursor: string | undefined; ; ) {
    const page = await read(cursor);
    yield page;
    if (page.nextCursor === null) return;
    cursor = page.nextCursor;
  }
}
