"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { cn } from "../ui/cn.ts";

const PAGES = [
  { href: "/alerts", label: "Inbox" },
  { href: "/alerts/rules", label: "Rules" },
  { href: "/alerts/channels", label: "Channels" },
] as const;

/**
 * The pages about alerts: what fires, what makes it fire, and who is notified. Beside the page's
 * title.
 */
export function AlertsNav() {
  const path = usePathname();
  return (
    <nav aria-label="Alerts" className="flex overflow-hidden rounded-md border border-line-strong bg-surface">
      {PAGES.map(({ href, label }) => {
        const here = path === href;
        return (
          <Link
            key={href}
            href={href}
            aria-current={here ? "page" : undefined}
            className={cn(
              "flex h-[30px] items-center border-r border-line px-2.5 text-small font-medium last:border-r-0 focus-visible:-outline-offset-2 pointer-coarse:h-9 pointer-coarse:px-3.5",
              here ? "bg-accent-soft text-accent" : "text-muted hover:bg-hover hover:text-ink",
            )}
          >
            {label}
          </Link>
        );
      })}
    </nav>
  );
}
