import { useEffect } from "react";
import { titleText } from "../../domain/kernel/visible.ts";

/**
 * Keeps the tab's title at what the page shows now: the thing and its status. The product's name is
 * added.
 */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${titleText(title)} · Switchyard`;
  }, [title]);
}
