import { clampView, MIN_SPAN_MS, panBy, spanOf, type View, zoomAbout } from "./view.ts";

/**
 * Which stretch of time the timeline shows.
 *
 * *follow*: the right edge is now (or the run's end). Without a span all of the run is shown, else
 * the last `span` ms. A timeline starts here. Zooming with the buttons changes the span and keeps
 * following. *inspect*: a fixed stretch.
 *
 * follow → inspect by panning, by choosing a stretch, or by zooming around a point that is not the
 * right edge. inspect → follow by "follow" (the last span stays) and by "fit" (all of the run).
 */
export type Mode = { name: "follow"; span: number | null } | { name: "inspect"; view: View };

export type ModeAction =
  | { type: "fit" }
  | { type: "follow" }
  /**
   * `about`: the time that stays in place; without it the right edge when following, else the
   * middle.
   */
  | { type: "zoom"; factor: number; about?: number }
  | { type: "pan"; by: number }
  | { type: "select"; view: View };

export const FOLLOW_ALL: Mode = { name: "follow", span: null };

/** Free space at the right edge, as a share of the span, so that now is not at the very edge. */
const EDGE = 0.03;

/**
 * The longest view: the whole run with free space at its right. `life` is from the run's creation
 * to now or its end.
 */
export function boundsOf(life: View): View {
  const span = Math.max(spanOf(life), MIN_SPAN_MS);
  return { from: life.from, to: life.from + span * (1 + EDGE) };
}

/** The stretch that a mode shows. */
export function viewOf(mode: Mode, life: View): View {
  const bounds = boundsOf(life);
  if (mode.name === "inspect") return clampView(mode.view, bounds);
  if (mode.span === null || mode.span >= spanOf(bounds)) return bounds;
  const to = life.to + mode.span * EDGE;
  return clampView({ from: to - mode.span, to }, bounds);
}

/** The mode after an action. */
export function nextMode(mode: Mode, action: ModeAction, life: View): Mode {
  const bounds = boundsOf(life);
  const view = viewOf(mode, life);
  switch (action.type) {
    case "fit":
      return FOLLOW_ALL;
    case "follow":
      return mode.name === "follow" ? mode : { name: "follow", span: spanOf(view) };
    case "pan":
      return inspect(panBy(view, action.by, bounds), bounds);
    case "select":
      return inspect(clampView(action.view, bounds), bounds);
    case "zoom": {
      if (mode.name === "follow" && action.about === undefined) {
        const span = Math.max(MIN_SPAN_MS, spanOf(view) * action.factor);
        return { name: "follow", span: span >= spanOf(bounds) ? null : span };
      }
      const about = action.about ?? (view.from + view.to) / 2;
      return inspect(zoomAbout(view, about, action.factor, bounds), bounds);
    }
  }
}

/** A view of the whole run follows it: otherwise the run would grow out of the view. */
function inspect(view: View, bounds: View): Mode {
  return spanOf(view) >= spanOf(bounds) ? FOLLOW_ALL : { name: "inspect", view };
}
