"use client";

import { useEffect, useRef } from "react";

/** The count is fetched at most this often, ms. */
const RECOUNT_MS = 1000;

/**
 * Has the server count again when rows change, at most once a second.
 * @param rows what the live topic holds; a new array is a change
 * @param needed whether the server's count is shown; false while the topic holds all rows
 * @param recount fetches the count
 */
export function useRecount(rows: readonly unknown[], needed: boolean, recount: () => unknown): void {
  const asked = useRef(0);
  useEffect(() => {
    if (!needed || rows.length === 0) return;
    const timer = setTimeout(
      () => {
        asked.current = Date.now();
        recount();
      },
      Math.max(0, asked.current + RECOUNT_MS - Date.now()),
    );
    return () => clearTimeout(timer);
  }, [rows, needed, recount]);
}
