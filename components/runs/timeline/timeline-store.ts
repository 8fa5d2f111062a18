import { FOLLOW_ALL, type Mode, type ModeAction, nextMode, viewOf } from "./engine/mode.ts";
import { spanOf, type View } from "./engine/view.ts";

/**
 * The one clock and the one window of a timeline, outside of React: a moving right edge must not
 * render rows. The view writes both into CSS variables of its root, which position bars and ticks;
 * only what must draw again subscribes.
 */
export interface TimelineStore {
  subscribe: (listener: () => void) => () => void;
  /** What is shown now. The same object until it changes. */
  view: () => View;
  mode: () => Mode;
  /** From the run's creation to its end, or to now. */
  life: () => View;
  /**
   * Running jobs are drawn up to this time: the end of the run, now, or the past time that is
   * shown.
   */
  now: () => number;
  /** Whether a time in the past is shown. */
  isPast: () => boolean;
  dispatch: (action: ModeAction) => void;
  /** Updates it from the current rows. */
  setLife: (life: Life) => void;
  /** Moves the clock to `now` (epoch ms); no effect on a run that has ended. */
  advance: (now: number) => void;
  /** Whether time moves it. */
  isLive: () => boolean;
}

/** A run's times, from its rows, epoch ms. */
export interface Life {
  from: number;
  /** Null while the run is active. */
  end: number | null;
  /** The latest time in the rows. */
  latest: number;
  /** The time to show, between `from` and `end`; null: live. */
  past: number | null;
}

/**
 * A timeline's store. Its clock starts at the latest time in the rows, so that server and browser
 * draw the same.
 */
export function createTimelineStore(initial: Life): TimelineStore {
  const listeners = new Set<() => void>();
  let mode: Mode = FOLLOW_ALL;
  let live = initial.end === null;
  let past = initial.past;
  let life: View = { from: initial.from, to: initial.end ?? Math.max(initial.from, initial.latest) };
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
    now: () => past ?? life.to,
    isPast: () => past !== null,
    isLive: () => live,
    dispatch: (action) => {
      const next = nextMode(mode, action, life);
      if (next === mode) return;
      mode = next;
      publish();
    },
    setLife: ({ from, end, latest, past: nextPast }) => {
      const to = end ?? Math.max(from, latest, live ? life.to : 0);
      if (from === life.from && to === life.to && live === (end === null) && nextPast === past) return;
      live = end === null;
      past = nextPast;
      life = { from, to };
      publish();
    },
    advance: (now) => {
      if (!live || now <= life.to) return;
      life = { from: life.from, to: now };
      publish();
    },
  };
}

/**
 * Shortest time between two visibly different drawings: a third of a pixel, at most 30 and at least
 * 4 per second.
 */
export function frameInterval(view: View, width: number): number {
  return Math.min(250, Math.max(33, spanOf(view) / Math.max(1, width) / 3));
}
