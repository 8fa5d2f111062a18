"use client";

import { type RefCallback, useCallback, useState } from "react";

/**
 * The width of an element, px, as it changes; `before` until it is known. @returns what to give it
 * as `ref`, and the width.
 */
export function useWidth(before: number): [ref: RefCallback<HTMLElement>, width: number] {
  const [width, setWidth] = useState(before);
  const ref = useCallback((element: HTMLElement | null) => {
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry && entry.contentRect.width > 0) setWidth(Math.round(entry.contentRect.width));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}
