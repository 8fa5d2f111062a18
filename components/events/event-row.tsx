"use client";

import { ChevronRight, FoldVertical } from "lucide-react";
import Link from "next/link";
import { memo } from "react";
import type { Range } from "../../client/core/cursor.ts";
import type { LogEvent } from "../../domain/kernel/event.ts";
import { eventsHref, runHref } from "../../domain/kernel/links.ts";
import { Button } from "../ui/button.tsx";
import { cn } from "../ui/cn.ts";
import { formatClock, formatCount, formatUtc } from "../ui/format.ts";
import { formatLocal } from "../ui/local-time.ts";
import { toneColor } from "../ui/status.ts";
import { useMoment } from "../ui/use-moment.ts";
import { previewOf } from "./event-line.ts";
import { subjectPath, toneOf } from "./event-look.ts";
import { EventPayload } from "./event-payload.tsx";
import { Highlight } from "./highlight.tsx";

/** Columns of the log: toggle, position, time, type, subject, actor, payload. */
export const EVENT_COLUMNS =
  "grid-cols-[1rem_minmax(3rem,auto)_minmax(0,1fr)_auto] md:grid-cols-[1rem_3.75rem_6.25rem_10.5rem_minmax(7rem,13rem)_minmax(4rem,7rem)_minmax(0,1fr)]";

interface EventRowProps {
  event: LogEvent;
  open: boolean;
  /** The row of the keyboard, or the current match of the search. */
  current: boolean;
  /** The searched text; empty: none. */
  find: string;
  /** Whether the browser's own time zone is known: the server writes UTC. */
  local: boolean;
  onToggle: (seq: number) => void;
}

/** One event: a line, and its details below when it is open. */
export const EventRow = memo(function EventRow({ event, open, current, find, local, onToggle }: EventRowProps) {
  const tone = toneOf(event);
  return (
    <div className={cn("border-b border-line", current ? "bg-accent-soft" : open ? "bg-hover" : "hover:bg-hover")}>
      <button
        type="button"
        aria-expanded={open}
        data-seq={event.seq}
        onClick={() => onToggle(event.seq)}
        className={cn(
          "grid min-h-[30px] w-full items-center gap-x-3 px-3 py-1 text-left text-small focus-visible:-outline-offset-2",
          EVENT_COLUMNS,
        )}
      >
        <ChevronRight aria-hidden className={cn("size-3.5 text-faint transition-transform", open && "rotate-90")} />
        <span className="font-mono text-faint tabular-nums md:text-right">
          <Highlight text={String(event.seq)} find={find} />
        </span>
        <time
          dateTime={event.at}
          title={local ? formatLocal(event.at) : formatUtc(event.at)}
          className="font-mono text-muted tabular-nums max-md:order-4 max-md:text-right"
        >
          {local ? formatClock(event.at, true) : event.at.slice(11, 23)}
        </time>
        <span className="truncate font-medium" style={tone ? { color: toneColor(tone) } : undefined}>
          <Highlight text={event.type} find={find} />
        </span>
        <span className="truncate font-mono text-muted max-md:order-5 max-md:col-span-3 max-md:col-start-2">
          <Highlight text={`${event.subject.kind}:${event.subject.id}`} find={find} />
        </span>
        <span className="truncate text-muted max-md:hidden">
          <Highlight text={event.actor} find={find} />
        </span>
        <span className="truncate font-mono text-micro text-muted max-md:hidden">
          <Highlight text={previewOf(event)} find={find} />
        </span>
      </button>
      {open && <EventDetail event={event} />}
    </div>
  );
});

function EventDetail({ event }: { event: LogEvent }) {
  const path = subjectPath(event);
  const moment = useMoment();
  return (
    <div className="border-t border-line bg-inset/50 px-3 py-2.5 md:pl-10">
      <p className="mb-2 flex flex-wrap gap-x-4 gap-y-1 text-small text-muted">
        <span>{moment(event.at)}</span>
        <span>by {event.actor}</span>
        {path ? (
          <Link href={path} className="link">
            Open {event.subject.kind} {event.subject.id}
          </Link>
        ) : null}
        {event.runId !== undefined && event.subject.kind !== "run" && (
          <Link href={runHref(event.runId)} className="link">
            Run {event.runId}
          </Link>
        )}
        <Link href={eventsHref(event.subject.kind, event.subject.id)} className="link">
          Only this subject
        </Link>
      </p>
      <EventPayload event={event} />
    </div>
  );
}

/** A range of the log that is not loaded. */
export function HoleRow({ hole, loading, onLoad }: { hole: Range; loading: boolean; onLoad: (hole: Range) => void }) {
  const count = hole.to - hole.from + 1;
  return (
    <div className="flex min-h-[34px] items-center gap-3 border-b border-line bg-inset px-3 text-small text-muted">
      <FoldVertical aria-hidden className="size-3.5" />
      <span>
        Positions {formatCount(hole.from)} to {formatCount(hole.to)} ({formatCount(count)}) are not shown
      </span>
      <Button size="sm" busy={loading} onClick={() => onLoad(hole)}>
        Load them
      </Button>
    </div>
  );
}
