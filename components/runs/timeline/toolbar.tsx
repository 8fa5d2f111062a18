"use client";

import { ChevronsDownUp, ChevronsUpDown, Maximize2, Radio, ZoomIn, ZoomOut } from "lucide-react";
import { Button, IconButton } from "../../ui/button.tsx";
import { cn } from "../../ui/cn.ts";
import type { TimelineStore } from "./timeline-store.ts";
import { useMode } from "./use-timeline-store.ts";

interface ToolbarProps {
  store: TimelineStore;
  /** Whether the clock runs. */
  live: boolean;
  /** Whether the connection is lost. */
  stale: boolean;
  anyCollapsed: boolean;
  /** Absent when there are no groups. */
  onCollapseAll: ((collapsed: boolean) => void) | undefined;
}

/** Zoom, show the whole run, follow now, collapse groups. */
export function Toolbar({ store, live, stale, anyCollapsed, onCollapseAll }: ToolbarProps) {
  const mode = useMode(store);
  const follows = mode.name === "follow";
  return (
    <div role="toolbar" aria-label="Timeline" className="flex items-center gap-0.5">
      {onCollapseAll && (
        <IconButton
          size="sm"
          label={anyCollapsed ? "Expand all workstreams" : "Collapse all workstreams"}
          onClick={() => onCollapseAll(!anyCollapsed)}
        >
          {anyCollapsed ? (
            <ChevronsUpDown aria-hidden className="size-4" />
          ) : (
            <ChevronsDownUp aria-hidden className="size-4" />
          )}
        </IconButton>
      )}
      <IconButton size="sm" label="Zoom out" shortcut="−" onClick={() => store.dispatch({ type: "zoom", factor: 2 })}>
        <ZoomOut aria-hidden className="size-4" />
      </IconButton>
      <IconButton size="sm" label="Zoom in" shortcut="+" onClick={() => store.dispatch({ type: "zoom", factor: 0.5 })}>
        <ZoomIn aria-hidden className="size-4" />
      </IconButton>
      <IconButton size="sm" label="Show the whole run" shortcut="0" onClick={() => store.dispatch({ type: "fit" })}>
        <Maximize2 aria-hidden className="size-3.5" />
      </IconButton>
      {live && (
        <Button
          size="sm"
          variant={follows ? "ghost" : "secondary"}
          aria-pressed={follows}
          title={stale ? "The connection is lost" : follows ? "The right edge is now" : "Follow now (F)"}
          onClick={() => store.dispatch({ type: "follow" })}
          className={cn("ml-1", follows && !stale && "text-status-running hover:text-status-running")}
        >
          <Radio aria-hidden className="size-3.5" />
          {follows ? (stale ? "Stopped" : "Live") : "Follow"}
        </Button>
      )}
    </div>
  );
}
