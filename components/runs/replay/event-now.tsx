"use client";

import { ChevronRight } from "lucide-react";
import { useState } from "react";
import type { LogEvent } from "../../../domain/kernel/event.ts";
import type { Json } from "../../../domain/kernel/primitives.ts";
import { eventSummary } from "../../events/event-line.ts";
import { toneOf } from "../../events/event-look.ts";
import { cn } from "../../ui/cn.ts";
import { JsonTree } from "../../ui/json-tree.tsx";
import { toneColor } from "../../ui/status.ts";

/** The event at the shown position; expanded, its payload. */
export function EventNow({ event }: { event: LogEvent | undefined }) {
  const [open, setOpen] = useState(false);
  if (!event) return <p className="flex h-8 items-center px-2 text-body text-muted">Nothing has happened yet.</p>;
  const tone = toneOf(event);
  return (
    <div className="text-body">
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="flex min-h-8 w-full min-w-0 items-center gap-2 rounded px-2 text-left hover:bg-hover"
      >
        <ChevronRight
          aria-hidden
          className={cn("size-3.5 shrink-0 text-faint transition-transform", open && "rotate-90")}
        />
        <span className="shrink-0 font-medium" style={tone ? { color: toneColor(tone) } : undefined}>
          {event.type}
        </span>
        <span className="shrink-0 font-mono text-small text-muted max-sm:max-w-32 max-sm:truncate">
          {event.subject.id}
        </span>
        <span className="min-w-0 flex-1 truncate text-muted">{eventSummary(event)}</span>
        <span className="shrink-0 text-small text-muted max-sm:hidden">{event.actor}</span>
      </button>
      {open && <JsonTree value={event.payload as { [key: string]: Json }} className="px-2 pb-2 pl-7" />}
    </div>
  );
}
