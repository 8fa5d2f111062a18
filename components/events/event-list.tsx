"use client";

import { useVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import { type ReactNode, type RefObject, useEffect, useState } from "react";
import type { Range } from "../../client/core/cursor.ts";
import type { FeedRow } from "../live/feed.ts";
import { cn } from "../ui/cn.ts";
import { Part } from "../ui/part.tsx";
import { useHydrated } from "../ui/use-hydrated.ts";
import { isCutOff } from "./event-line.ts";
import { EVENT_COLUMNS, EventRow, HoleRow } from "./event-row.tsx";

export type ListVirtualizer = Virtualizer<HTMLDivElement, Element>;

interface EventListProps {
  /** Newest first. */
  rows: readonly FeedRow[];
  find: string;
  current: number | null;
  loading: boolean;
  onLoadHole: (hole: Range) => void;
  /** Called when the reader scrolls away from the newest events, or back. */
  onAtTop: (atTop: boolean) => void;
  /** Called near the end of the loaded events. */
  onNearEnd: () => void;
  /** Shown below the last row. */
  footer: ReactNode;
  /** Lets the page scroll to a row. */
  handle: RefObject<{ scrollTo: (seq: number) => void; toTop: () => void } | null>;
}

const ROW = 31;
const NEAR = 30;

/** The log, newest on top, of any length: only visible rows are drawn. */
export function EventList(props: EventListProps) {
  const { rows, find, current, loading, onLoadHole, onAtTop, onNearEnd, footer, handle } = props;
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null);
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const local = useHydrated();
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller,
    estimateSize: () => ROW,
    getItemKey: (index) => rows[index]?.seq ?? index,
    overscan: 12,
    // The server draws the first screen.
    initialRect: { width: 1200, height: 900 },
  });
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;

  useEffect(() => {
    if (rows.length > 0 && last >= rows.length - NEAR && scroller && scroller.scrollTop > 0) onNearEnd();
  }, [last, rows.length, onNearEnd, scroller]);

  useEffect(() => {
    handle.current = {
      scrollTo: (seq) => {
        const index = rows.findIndex((row) => row.seq === seq);
        if (index >= 0) virtualizer.scrollToIndex(index, { align: "center" });
      },
      toTop: () => virtualizer.scrollToOffset(0),
    };
  }, [handle, rows, virtualizer]);

  const [toggle] = useState(() => (seq: number) => {
    setOpen((known) => {
      const next = new Set(known);
      if (!next.delete(seq)) next.add(seq);
      return next;
    });
  });

  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-hidden rounded-lg border border-line bg-surface">
      <div
        aria-hidden
        className={cn(
          "hidden h-8 shrink-0 items-center gap-x-3 border-b border-line px-3 text-small font-medium text-muted md:grid",
          EVENT_COLUMNS,
        )}
      >
        <span />
        <span className="text-right">Position</span>
        <span>Time</span>
        <span>Type</span>
        <span>Subject</span>
        <span>Actor</span>
        <span>Payload</span>
      </div>
      <div
        ref={setScroller}
        onScroll={(event) => onAtTop(event.currentTarget.scrollTop < ROW / 2)}
        className="min-h-0 flex-1 overflow-auto"
        style={{ overflowAnchor: "none" }}
      >
        <ul aria-label="Events" className="relative" style={{ height: virtualizer.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            return (
              <li
                key={item.key}
                ref={virtualizer.measureElement}
                data-index={item.index}
                aria-setsize={rows.length}
                aria-posinset={item.index + 1}
                className="absolute inset-x-0 top-0"
                style={{ transform: `translateY(${item.start}px)` }}
              >
                {row.kind === "hole" ? (
                  <HoleRow hole={row.hole} loading={loading} onLoad={onLoadHole} />
                ) : (
                  <Part name="This event">
                    <EventRow
                      event={row.event}
                      open={open.has(row.seq) || (current === row.seq && find !== "" && isCutOff(row.event, find))}
                      current={current === row.seq}
                      find={find}
                      local={local}
                      onToggle={toggle}
                    />
                  </Part>
                )}
              </li>
            );
          })}
        </ul>
        {footer}
      </div>
    </div>
  );
}
