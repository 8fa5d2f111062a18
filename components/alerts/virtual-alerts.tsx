"use client";

import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { Part } from "../ui/part.tsx";
import { AlertItem, type AlertItemHandlers } from "./alert-item.tsx";
import type { ListState, PlacedAlert } from "./alert-model.ts";

interface VirtualAlertsProps extends AlertItemHandlers {
  placed: readonly PlacedAlert[];
  state: ListState;
  folded: ReadonlySet<string>;
  /** Whether the server has more behind the last one. */
  hasMore: boolean;
  /** Asks for them; called when the end is near. */
  more: () => void;
}

/**
 * Up to this many are all in the document, so that the browser finds them by words and tests by
 * role.
 */
const ALL = 200;
const OVERSCAN = 12;
const TYPICAL_HEIGHT = 93;
/** So many before the last one, the next page is asked for. */
const AHEAD = 30;
/** What the page's own bars may cover. */
const BARS = { scrollPaddingStart: 64, scrollPaddingEnd: 140 };

/** The list itself. Of a long one only what can be seen is drawn; the page is what scrolls. */
export function VirtualAlerts({ placed, state, folded, hasMore, more, ...handlers }: VirtualAlertsProps) {
  const list = useRef<HTMLUListElement>(null);
  const scrollMargin = useTopOf(list);
  const getItemKey = useCallback((index: number) => placed[index]?.alert.id ?? index, [placed]);
  const virtual = useWindowVirtualizer({
    count: placed.length,
    estimateSize: () => TYPICAL_HEIGHT,
    getItemKey,
    overscan: placed.length <= ALL ? ALL : OVERSCAN,
    scrollMargin,
    initialRect: { width: 1000, height: 900 },
    ...BARS,
  });
  const seen = virtual.range?.endIndex ?? 0;
  useEffect(() => {
    if (hasMore && seen >= placed.length - AHEAD) more();
  }, [hasMore, seen, placed.length, more]);
  useSteadyView(virtual, placed, scrollMargin);
  const at = state.cursor === null ? -1 : state.at;
  useFocusOn(list, state.cursor, () => at >= 0 && virtual.scrollToIndex(at, { align: "auto" }));

  const items = virtual.getVirtualItems();
  const before = (items[0]?.start ?? scrollMargin) - scrollMargin;
  const after = items.length === 0 ? 0 : virtual.getTotalSize() - ((items.at(-1)?.end ?? 0) - scrollMargin);
  return (
    <ul
      ref={list}
      aria-label="Alerts"
      style={{ paddingTop: before, paddingBottom: Math.max(0, after) }}
      className="overflow-clip rounded-lg border border-line bg-surface [overflow-anchor:none]"
    >
      {items.map(({ index }) => {
        const place = placed[index];
        if (!place) return null;
        return (
          <Part key={place.alert.id} name="This alert">
            <AlertItem
              measure={virtual.measureElement}
              index={index}
              setSize={hasMore ? -1 : placed.length}
              {...place}
              selected={state.selected.has(place.alert.id)}
              current={place.alert.id === state.cursor}
              folded={folded.has(place.alert.id)}
              {...handlers}
            />
          </Part>
        );
      })}
    </ul>
  );
}

/**
 * How far an element is from the page's top, px; followed, as banners and filters above it come and
 * go.
 */
function useTopOf(node: React.RefObject<HTMLElement | null>): number {
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    if (!node.current) return;
    const now = Math.round(node.current.getBoundingClientRect().top + window.scrollY);
    if (now !== top) setTop(now);
  });
  return top;
}

type Virtual = ReturnType<typeof useWindowVirtualizer<Element>>;

/** Keeps the visible alerts in their place when alerts come or go above them. */
function useSteadyView(virtual: Virtual, placed: readonly PlacedAlert[], scrollMargin: number): void {
  const seen = useRef<{ id: string; start: number; placed: readonly PlacedAlert[] } | null>(null);
  useLayoutEffect(() => {
    const startOf = (index: number) => virtual.measurementsCache[index]?.start;
    const last = seen.current;
    if (last && last.placed !== placed && window.scrollY > scrollMargin) {
      const start = startOf(placed.findIndex(({ alert }) => alert.id === last.id));
      if (start !== undefined && Math.abs(start - last.start) > 1) window.scrollBy({ top: start - last.start });
    }
    const first = virtual.range?.startIndex ?? 0;
    const id = placed[first]?.alert.id;
    const start = startOf(first);
    seen.current = id !== undefined && start !== undefined ? { id, start, placed } : null;
  });
}

/**
 * Frames to wait for a row that is scrolled to, which is drawn when the scroll has come there, or
 * for a dialog that closes.
 */
const PATIENCE = 120;

/**
 * Puts the focus on the alert that the cursor has come to, bringing it into the document first. A
 * dialog that stays open keeps the focus.
 */
function useFocusOn(list: React.RefObject<HTMLElement | null>, cursor: string | null, bring: () => void): void {
  const latest = useRef(bring);
  latest.current = bring;
  useEffect(() => {
    if (cursor === null) return;
    let frame = 0;
    let left = PATIENCE;
    let brought = false;
    const measure = (): void => {
      const node = document.getElementById(cursor);
      if (!document.querySelector("[role=dialog],[role=menu]")) {
        if (node && list.current?.contains(node)) {
          if (node.contains(document.activeElement)) return;
          node.focus({ preventScroll: true });
          node.scrollIntoView({ block: "nearest" });
          return;
        }
        if (!brought) latest.current();
        brought = true;
      }
      left -= 1;
      if (left > 0) frame = requestAnimationFrame(measure);
    };
    measure();
    return () => cancelAnimationFrame(frame);
  }, [list, cursor]);
}
