"use client";

import { CloudOff, Radio, RefreshCw } from "lucide-react";
import type { CSSProperties } from "react";
import { RELOAD_MS } from "../live/freshness.ts";
import { useFreshness } from "../live/live-provider.tsx";
import { cn } from "../ui/cn.ts";
import { formatClock, formatCount } from "../ui/format.ts";
import { type Tone, toneColor } from "../ui/status.ts";
import { Tooltip } from "../ui/tooltip.tsx";
import { useMoment } from "../ui/use-moment.ts";
import { DATABASE_FAULTS, DATABASE_LABELS } from "./database-faults.ts";

/**
 * Whether the page is live: `Live`, `Catching up`, `Reloading every 5 s`, `Stale since 12:03:20`,
 * or `Database away`.
 */
export function FreshnessBadge({ className }: { className?: string }) {
  const moment = useMoment();
  const { state, since, databaseAway, carrier, head } = useFreshness();
  const look = {
    live: { tone: "completed" as Tone, icon: Radio, label: "Live" },
    catching_up: { tone: "blocked" as Tone, icon: RefreshCw, label: "Catching up" },
    reloading: { tone: "blocked" as Tone, icon: RefreshCw, label: `Reloading every ${RELOAD_MS / 1000} s` },
    stale: {
      tone: "failed" as Tone,
      icon: CloudOff,
      label: databaseAway
        ? DATABASE_LABELS[databaseAway]
        : since
          ? `Stale since ${formatClock(since.getTime())}`
          : "Stale",
    },
  }[state];
  const Icon = look.icon;
  const explanation = {
    live:
      carrier === "polling"
        ? "Every change shows here within a moment. It comes by HTTP: something between here and the server, a proxy most likely, lets no WebSockets through."
        : "Every change shows here as it happens.",
    reloading:
      "The server answers, but no live connection gets through: something in between, a proxy most likely, lets no WebSockets through, and several servers behind it need sticky sessions. Until one does, the page asks for what is new.",
    catching_up: "Connected; what was missed is being loaded.",
    stale: `${databaseAway ? `${DATABASE_FAULTS[databaseAway]}.` : "Not connected."} What you see was true at ${since ? moment(since.getTime(), "second") : "the last load"}; it goes on by itself once the server answers.`,
  }[state];
  return (
    <Tooltip
      side="bottom"
      content={
        <>
          {explanation}
          <span className="mt-1 block text-muted tabular-nums">Log position {formatCount(head)}</span>
        </>
      }
    >
      <button
        type="button"
        aria-label={`Freshness: ${look.label}, log position ${head}`}
        data-freshness={state}
        style={{ "--tone": toneColor(look.tone) } as CSSProperties}
        className={cn(
          "tone inline-flex h-6 cursor-default items-center gap-1.5 rounded-full px-2 text-small font-medium whitespace-nowrap tabular-nums",
          className,
        )}
      >
        <Icon aria-hidden className={cn("size-3", state === "catching_up" && "spin-slow")} />
        <span role="status">{look.label}</span>
      </button>
    </Tooltip>
  );
}
