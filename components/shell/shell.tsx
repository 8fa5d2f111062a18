"use client";

import { Ellipsis, Keyboard, Search } from "lucide-react";
import Link from "next/link";
import { usePathname, useRouter } from "next/navigation";
import { type ReactNode, useState } from "react";
import type { AlertCounts } from "../../domain/alerts/endpoints.ts";
import type { Me } from "../../domain/kernel/endpoints.ts";
import { useAlertCounts } from "../alerts/alert-counts.ts";
import { BrowserNotifier } from "../alerts/browser-notifier.tsx";
import { ALL_ALERTS } from "../alerts/inbox-filter.ts";
import { NotificationsButton } from "../alerts/notifications-button.tsx";
import { useWaiting } from "../approvals/use-waiting.ts";
import type { Waiting } from "../approvals/waiting.ts";
import { LiveProvider } from "../live/live-provider.tsx";
import { ReaderProvider } from "../live/reader.ts";
import { IconButton } from "../ui/button.tsx";
import { MayChangeProvider } from "../ui/changes.tsx";
import { cn } from "../ui/cn.ts";
import { useHotkey } from "../ui/hotkeys.ts";
import { Kbd } from "../ui/kbd.tsx";
import { Menu, MenuItem } from "../ui/menu.tsx";
import { adoptClock } from "../ui/now.ts";
import { CommandPalette } from "./command-palette.tsx";
import { DatabaseBanner } from "./database-banner.tsx";
import { FreshnessBadge } from "./freshness-badge.tsx";
import { KeyboardHelp } from "./keyboard-help.tsx";
import { Mark } from "./logo.tsx";
import { DESTINATIONS, type Destination, isAt } from "./navigation.ts";
import { ThemeSwitch } from "./theme-switch.tsx";
import { TitleBadge } from "./title-badge.tsx";
import { UserMenu } from "./user-menu.tsx";
import { ZoneNote } from "./zone-note.tsx";

interface ShellProps {
  me: Me;
  /** How many alerts there were when the server rendered the page, for the badge. */
  alerts: AlertCounts;
  /** How many approvals waited. */
  waiting: Waiting;
  /** The server's time when it rendered the page, epoch ms. */
  now: number;
  children: ReactNode;
}

/**
 * The frame of every page: navigation, freshness, palette, keys. Holds the tab's live connection.
 */
export function Shell({ children, now, ...frame }: ShellProps) {
  useState(() => adoptClock(now));
  return (
    <MayChangeProvider value={frame.me.role !== "viewer"}>
      <ReaderProvider value={`${frame.me.kind}:${frame.me.name}`}>
        <LiveProvider>
          <Frame {...frame}>{children}</Frame>
        </LiveProvider>
      </ReaderProvider>
    </MayChangeProvider>
  );
}

function Frame({ me, alerts, waiting, children }: Omit<ShellProps, "now">) {
  const [palette, setPalette] = useState(false);
  const [help, setHelp] = useState(false);
  const firing = useAlertCounts(ALL_ALERTS, alerts)?.firing ?? 0;
  const counts: Counts = { "/alerts": firing, "/approvals": useWaiting(waiting) };
  useHotkey("mod+k", () => setPalette((open) => !open), "Search and jump");
  useHotkey("?", () => setHelp(true), "This help");

  return (
    <div className="min-h-dvh lg:grid lg:grid-cols-[208px_minmax(0,1fr)]">
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-md focus:bg-raised focus:px-3 focus:py-2"
      >
        Skip to the content
      </a>
      <aside className="sticky top-0 hidden h-dvh flex-col border-r border-line bg-surface px-2.5 py-3 lg:flex">
        <Link href="/" className="mb-4 flex items-center gap-2 rounded-md px-2 py-1">
          <Mark />
          <span className="text-lead font-semibold tracking-tight">Switchyard</span>
        </Link>
        <nav aria-label="Main" className="flex flex-col gap-0.5">
          {DESTINATIONS.filter(({ aside }) => !aside).map((destination) => (
            <SideLink key={destination.href} destination={destination} counts={counts} />
          ))}
        </nav>
        <div className="mt-auto space-y-1 px-2 text-small text-faint">
          <div className="truncate">
            <ZoneNote />
          </div>
          <div>
            Press <Kbd>?</Kbd> for keys
          </div>
        </div>
      </aside>

      <div className="flex min-h-dvh min-w-0 flex-col">
        <header className="sticky top-0 z-30 flex h-12 items-center gap-2 border-b border-line bg-bg/90 px-3 backdrop-blur sm:px-5">
          <Link href="/" aria-label="Switchyard, overview" className="lg:hidden">
            <Mark />
          </Link>
          <button
            type="button"
            onClick={() => setPalette(true)}
            className="hidden h-8 w-64 items-center gap-2 rounded-md border border-line bg-surface px-2.5 text-body text-muted hover:border-line-strong sm:flex"
          >
            <Search aria-hidden className="size-3.5" />
            <span className="flex-1 text-left">Search or jump to…</span>
            <Kbd>Ctrl K</Kbd>
          </button>
          <div className="ml-auto flex items-center gap-1">
            <FreshnessBadge className="mr-1" />
            <span className="sm:hidden">
              <IconButton label="Search" onClick={() => setPalette(true)}>
                <Search aria-hidden className="size-4" />
              </IconButton>
            </span>
            <span className="hidden sm:inline">
              <IconButton label="Keyboard" shortcut="?" onClick={() => setHelp(true)}>
                <Keyboard aria-hidden className="size-4" />
              </IconButton>
            </span>
            <NotificationsButton />
            <ThemeSwitch />
            <UserMenu me={me} />
          </div>
        </header>
        <DatabaseBanner />
        <main
          id="content"
          tabIndex={-1}
          className="flex min-w-0 flex-1 flex-col px-3 pt-4 pb-20 outline-none sm:px-5 lg:pb-8"
        >
          {children}
        </main>
      </div>

      <nav
        aria-label="Main, small screen"
        className="fixed inset-x-0 bottom-0 z-30 grid grid-cols-6 border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] lg:hidden"
      >
        {DESTINATIONS.filter(({ bar }) => bar).map((destination) => (
          <BottomLink key={destination.href} destination={destination} counts={counts} />
        ))}
        <MoreLinks />
      </nav>
      {DESTINATIONS.map((destination) => (
        <GoKey key={destination.href} destination={destination} />
      ))}
      <TitleBadge firing={firing} />
      <BrowserNotifier />
      <CommandPalette open={palette} onOpenChange={setPalette} />
      <KeyboardHelp open={help} onOpenChange={setHelp} />
    </div>
  );
}

/** How many things wait for an operator on a page, by its address. */
type Counts = { readonly [href: string]: number };

interface NavLinkProps {
  destination: Destination;
  counts: Counts;
}

function SideLink({ destination, counts }: NavLinkProps) {
  const { href, label, icon: Icon } = destination;
  const here = isAt(href, usePathname());
  return (
    <Link
      href={href}
      aria-current={here ? "page" : undefined}
      className={cn(
        "flex h-8 items-center gap-2.5 rounded-md px-2 text-body font-medium",
        here ? "bg-inset text-ink" : "text-muted hover:bg-hover hover:text-ink",
      )}
    >
      <Icon aria-hidden className={cn("size-4", here && "text-accent")} />
      <span className="flex-1">{label}</span>
      <OpenCount href={href} counts={counts} />
    </Link>
  );
}

function BottomLink({ destination, counts }: NavLinkProps) {
  const { href, label, icon: Icon } = destination;
  const here = isAt(href, usePathname());
  return (
    <Link
      href={href}
      aria-current={here ? "page" : undefined}
      className={cn(
        "relative flex h-14 flex-col items-center justify-center gap-1 text-micro font-medium",
        here ? "text-accent" : "text-muted",
      )}
    >
      <Icon aria-hidden className="size-5" />
      {label}
      <span className="absolute top-1 left-1/2 ml-1.5">
        <OpenCount href={href} counts={counts} />
      </span>
    </Link>
  );
}

/** The pages that have no place in the bar. */
function MoreLinks() {
  const router = useRouter();
  const path = usePathname();
  const others = DESTINATIONS.filter(({ bar }) => !bar);
  const here = others.some(({ href }) => isAt(href, path));
  return (
    <Menu
      side="top"
      align="end"
      trigger={
        <button
          type="button"
          className={cn(
            "flex h-14 flex-col items-center justify-center gap-1 text-micro font-medium",
            here ? "text-accent" : "text-muted",
          )}
        >
          <Ellipsis aria-hidden className="size-5" />
          More
        </button>
      }
    >
      {others.map(({ href, label, icon: Icon }) => (
        <MenuItem key={href} icon={<Icon aria-hidden className="size-4" />} onSelect={() => router.push(href)}>
          {label}
        </MenuItem>
      ))}
    </Menu>
  );
}

function OpenCount({ href, counts }: { href: string; counts: Counts }) {
  const count = counts[href] ?? 0;
  if (count === 0) return null;
  const firing = href === "/alerts";
  return (
    <span
      className={cn(
        "inline-flex h-[18px] min-w-[18px] items-center justify-center rounded-full px-1 text-micro font-semibold text-surface tabular-nums",
        firing ? "bg-status-failed" : "bg-status-review",
      )}
    >
      <span className="sr-only">{firing ? "firing: " : "waiting: "}</span>
      {count > 99 ? "99+" : count}
    </span>
  );
}

function GoKey({ destination }: { destination: Destination }) {
  const router = useRouter();
  useHotkey(`g ${destination.key}`, () => router.push(destination.href), `Go to ${destination.label}`);
  return null;
}
