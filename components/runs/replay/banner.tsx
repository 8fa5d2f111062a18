"use client";

import { History } from "lucide-react";
import { Button } from "../../ui/button.tsx";
import { formatCount, formatDuration } from "../../ui/format.ts";
import { useMoment } from "../../ui/use-moment.ts";
import type { Player } from "./use-player.ts";

/** Says that the page shows the past, and which position; with a button back to live. */
export function ReplayBanner({ player, onLive }: { player: Player; onLive: () => void }) {
  const { count, total, view, event } = player;
  const moment = useMoment();
  const since = view.run && view.at ? Date.parse(view.at) - Date.parse(view.run.createdAt) : null;
  return (
    <div
      role="status"
      className="sticky top-12 z-20 mb-3 flex flex-wrap items-center gap-x-3 gap-y-1 rounded-lg border border-accent bg-accent-soft px-3 py-1.5 text-body"
    >
      <History aria-hidden className="size-4 shrink-0 text-accent" />
      <span className="font-medium tabular-nums">
        Replaying position {formatCount(count)} of {formatCount(total)}
      </span>
      <span className="min-w-0 text-muted tabular-nums max-sm:order-1 max-sm:w-full">
        {view.at === null || event === undefined ? "before the run was created" : `#${event.seq} · ${moment(view.at)}`}
        {since !== null && <span className="max-sm:hidden"> · {formatDuration(since)} after it was created</span>}
      </span>
      <Button size="sm" onClick={onLive} className="ml-auto">
        Back to live
      </Button>
    </div>
  );
}
