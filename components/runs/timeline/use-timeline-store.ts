import {
  type CSSProperties,
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useState,
  useSyncExternalStore,
} from "react";
import type { Wire } from "../../../domain/kernel/wire.ts";
import { serverNow } from "../../ui/now.ts";
import { latestTime, type TimelineModel } from "./engine/model.ts";
import { stepFor, type Tick, ticksFor } from "./engine/ticks.ts";
import { spanOf } from "./engine/view.ts";
import { createTimelineStore, frameInterval, type TimelineStore } from "./timeline-store.ts";

const ms = (at: string): number => Date.parse(at);

/** A past time to show, and the end of the drawn axis; epoch ms. */
export interface Past {
  at: number;
  end: number;
}

/** The store of a run's timeline, updated from the times in its rows, or from `past`. */
export function useTimelineStore(run: Wire<"run">, model: TimelineModel, past: Past | undefined): TimelineStore {
  const from = ms(run.createdAt);
  const ended = run.finishedAt === null ? null : ms(run.finishedAt);
  const end = past ? Math.max(past.end, from) : ended;
  const latest = latestTime(model);
  const at = past?.at ?? null;
  const [store] = useState(() => createTimelineStore({ from, end, latest, past: at }));
  useLayoutEffect(() => store.setLife({ from, end, latest, past: at }), [store, from, end, latest, at]);
  return store;
}

/** The CSS variables that position everything on the track; `origin` is the run's creation. */
export function placing(store: TimelineStore, origin: number): CSSProperties {
  const view = store.view();
  return {
    "--from": view.from - origin,
    "--per-ms": `${100 / spanOf(view)}%`,
    "--now": store.now() - origin,
  } as CSSProperties;
}

/**
 * Runs the clock while the run is active, and writes the positions to `root` whenever they change.
 * `stale` stops it: it is then unknown whether jobs still run.
 */
export function useClock(
  store: TimelineStore,
  root: RefObject<HTMLElement | null>,
  origin: number,
  width: number,
  stale: boolean,
): void {
  useLayoutEffect(() => {
    const write = () => {
      const element = root.current;
      if (!element) return;
      for (const [name, value] of Object.entries(placing(store, origin)))
        element.style.setProperty(name, String(value));
    };
    write();
    return store.subscribe(write);
  }, [store, root, origin]);

  useEffect(() => {
    if (stale) return;
    let timer: ReturnType<typeof setTimeout>;
    let frame = 0;
    const next = () => {
      // Also when the run has ended: a retry makes it active again.
      const wait = store.isLive() ? frameInterval(store.view(), width) : 1000;
      timer = setTimeout(() => {
        frame = requestAnimationFrame(() => {
          store.advance(serverNow());
          next();
        });
      }, wait);
    };
    store.advance(serverNow());
    next();
    return () => {
      clearTimeout(timer);
      cancelAnimationFrame(frame);
    };
  }, [store, width, stale]);
}

/** Ticks of the view; renders when the set of ticks changes, not when they move. */
export function useTicks(store: TimelineStore, origin: number, most: number): Tick[] {
  const key = useCallback(() => {
    const view = store.view();
    const step = stepFor(spanOf(view), most);
    return `${step} ${Math.ceil((view.from - origin) / step)} ${Math.floor((view.to - origin) / step)}`;
  }, [store, origin, most]);
  useSyncExternalStore(store.subscribe, key, key);
  return ticksFor(store.view(), origin, most);
}

export function useMode(store: TimelineStore) {
  return useSyncExternalStore(store.subscribe, store.mode, store.mode);
}

/** The width of an element in CSS pixels; `initial` until it is laid out. */
export function useWidth(element: RefObject<HTMLElement | null>, initial: number): number {
  const [width, setWidth] = useState(initial);
  useLayoutEffect(() => {
    const target = element.current;
    if (!target) return;
    const observer = new ResizeObserver(([entry]) => entry && setWidth(Math.round(entry.contentRect.width)));
    observer.observe(target);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
