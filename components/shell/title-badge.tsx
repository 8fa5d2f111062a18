"use client";

import { useEffect } from "react";
import { withBadge } from "./title-text.ts";

/** Shows in the tab how many alerts fire, on every page: in its title, and by a dot on its icon. */
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
    if (!fires) return;
    // Beside the page's own icon, which is React's to change: of several the last one counts.
    const icon = document.createElement("link");
    icon.rel = "icon";
    icon.type = "image/svg+xml";
    icon.href = "/icon-firing.svg";
    document.head.append(icon);
    return () => icon.remove();
  }, [fires]);
  return null;
}
