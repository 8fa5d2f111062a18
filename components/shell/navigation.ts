import { Bell, Columns3, Gauge, ListTree, type LucideIcon, ScrollText, Users } from "lucide-react";

export interface Destination {
  href: string;
  label: string;
  icon: LucideIcon;
  /** Second key after `g`. */
  key: string;
}

/** The pages of the console, in the order of the navigation. */
export const DESTINATIONS: readonly Destination[] = [
  { href: "/", label: "Overview", icon: Gauge, key: "o" },
  { href: "/runs", label: "Runs", icon: ListTree, key: "r" },
  { href: "/board", label: "Board", icon: Columns3, key: "b" },
  { href: "/agents", label: "Agents", icon: Users, key: "a" },
  { href: "/alerts", label: "Alerts", icon: Bell, key: "l" },
  { href: "/events", label: "Events", icon: ScrollText, key: "e" },
];

/** Whether a path belongs to a destination; `/` only to the overview. */
export function isAt(href: string, path: string): boolean {
  return href === "/" ? path === "/" : path === href || path.startsWith(`${href}/`);
}
