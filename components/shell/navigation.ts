import {
  Bell,
  ChartLine,
  Columns3,
  Gauge,
  Hand,
  Layers,
  ListTree,
  type LucideIcon,
  MessagesSquare,
  Radar,
  ScrollText,
  Server,
  Users,
  Waypoints,
} from "lucide-react";

export interface Destination {
  href: string;
  label: string;
  icon: LucideIcon;
  /** Second key after `g`. */
  key: string;
  /**
   * Has a place of its own in the bar of small screens, of which there are five; the others stand
   * in its menu.
   */
  bar?: true;
  /** Not in the side bar: it stands in the user's menu. */
  aside?: true;
}

/** The pages of the console, in the order of the navigation. */
export const DESTINATIONS: readonly Destination[] = [
  { href: "/", label: "Overview", icon: Gauge, key: "o", bar: true },
  { href: "/runs", label: "Runs", icon: ListTree, key: "r", bar: true },
  { href: "/board", label: "Board", icon: Columns3, key: "b" },
  { href: "/radar", label: "Radar", icon: Radar, key: "d" },
  { href: "/queues", label: "Queues", icon: Layers, key: "q" },
  { href: "/agents", label: "Agents", icon: Users, key: "a", bar: true },
  { href: "/routing", label: "Routing", icon: Waypoints, key: "u" },
  { href: "/trends", label: "Trends", icon: ChartLine, key: "t" },
  { href: "/sessions", label: "Sessions", icon: MessagesSquare, key: "s" },
  { href: "/approvals", label: "Approvals", icon: Hand, key: "p", bar: true },
  { href: "/alerts", label: "Alerts", icon: Bell, key: "l", bar: true },
  { href: "/events", label: "Events", icon: ScrollText, key: "e" },
  { href: "/system", label: "System", icon: Server, key: "y", aside: true },
];

/** Whether a path belongs to a destination; `/` only to the overview. */
export function isAt(href: string, path: string): boolean {
  return href === "/" ? path === "/" : path === href || path.startsWith(`${href}/`);
}
