"use client";

import { useEffect } from "react";
import { withBadge } from "./title-text.ts";

/** Says in the tab how many alerts fire, whatever page is open: in its title, and by a dot on its icon. */
export function TitleBadge({ firing }: { firing: number }) {
  useEffect(() => {
    const write = () => {
      const wanted = withBadge(document.title, firing);
      if (document.title !== wanted) document.title = wanted;
    };
    write();
    // Pages write their own titles, by the router and live.
    const watch = new MutationObserver(write);
    watch.observe(document.head, { subtree: true, childList: true, characterData: true });
    return () => watch.disconnect();
  }, [firing]);
  const fires = firing > 0;
  useEffect(() => {
    const icon = document.head.querySelector<HTMLLinkElement>('link[rel="icon"]');
    if (icon) icon.href = fires ? "/icon-firing.svg" : "/icon.svg";
  }, [fires]);
  return null;
}
