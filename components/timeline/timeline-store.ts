import { FOLLOW_ALL, type Mode, type ModeAction, nextMode, viewOf } from "./engine/mode.ts";
import { spanOf, type View } from "./engine/view.ts";

/**
 * The one clock and the one window of a timeline, outside of React: a moving right edge must not render rows. The view writes both
 * into CSS variables of its root, from which bars and ticks take their places; only what must draw anew listens.
 */
export interface TimelineStore {
  subscribe: (listener: () => void) => () => void;
  /** What is shown now. The same object until it changes. */
  view: () => View;
  mode: () => Mode;
  /** The run's life: from its creation to its end, or to now. */
  life: () => View;
  dispatch: (action: ModeAction) => void;
  /** Where the run begins and ends; `end` null while it lives, `latest` the latest time its rows know. */
  setLife: (from: number, end: number | null, latest: number) => void;
  /** Moves now on to `now` (epoch ms); nothing happens to a run that has ended. */
  advance: (now: number) => void;
  /** Whether time moves it. */
  isLive: () => boolean;
}

/** A timeline's store. Its first now is the latest time the rows know, so that server and browser draw the same. */
export function createTimelineStore(from: number, end: number | null, latest: number): TimelineStore {
  const listeners = new Set<() => void>();
  let mode: Mode = FOLLOW_ALL;
  let live = end === null;
  let life: View = { from, to: end ?? Math.max(from, latest) };
  let view = viewOf(mode, life);

  const publish = () => {
    const next = viewOf(mode, life);
    if (next.from !== view.from || next.to !== view.to) view = next;
    for (const listener of listeners) listener();
  };

  return {
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    view: () => view,
    mode: () => mode,
    life: () => life,
    isLive: () => live,
    dispatch: (action) => {
      const next = nextMode(mode, action, life);
      if (next === mode) return;
      mode = next;
      publish();
    },
    setLife: (nextFrom, nextEnd, nextLatest) => {
      const to = nextEnd ?? Math.max(nextFrom, nextLatest, live ? life.to : 0);
      if (nextFrom === life.from && to === life.to && live === (nextEnd === null)) return;
      live = nextEnd === null;
      life = { from: nextFrom, to };
      publish();
    },
    advance: (now) => {
      if (!live || now <= life.to) return;
      life = { from: life.from, to: now };
      publish();
    },
  };
}

/** Shortest time between two drawings that can be told apart: a third of a pixel, at most 30 and at least 4 a second. */
export function frameInterval(view: View, width: number): number {
  return Math.min(250, Math.max(33, spanOf(view) / Math.max(1, width) / 3));
}
