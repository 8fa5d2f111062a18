/** A stretch of time, milliseconds since 1970; `to` is above `from`. */
export interface View {
  from: number;
  to: number;
}

/** The shortest stretch that can be shown, in ms. */
export const MIN_SPAN_MS = 5;

export const spanOf = (view: View): number => view.to - view.from;

/**
 * The position of a time in a view: 0 at its left edge, 100 at its right one. Outside of it, below
 * 0 or above 100.
 */
export function toPercent(time: number, view: View): number {
  return ((time - view.from) / spanOf(view)) * 100;
}

/** The time at a share of a view's width (0–1). */
export function timeAt(share: number, view: View): number {
  return view.from + share * spanOf(view);
}

/** Brings a view inside `bounds`, keeping its span where it fits and at least `MIN_SPAN_MS`. */
export function clampView(view: View, bounds: View): View {
  const most = Math.max(spanOf(bounds), MIN_SPAN_MS);
  const span = Math.min(Math.max(spanOf(view), MIN_SPAN_MS), most);
  const middle = (view.from + view.to) / 2;
  const from = spanOf(view) === span ? view.from : middle - span / 2;
  const kept = Math.max(bounds.from, Math.min(from, bounds.from + most - span));
  return { from: kept, to: kept + span };
}

/** Scales a view around a time that stays in place; a factor below 1 shows less, above 1 more. */
export function zoomAbout(view: View, time: number, factor: number, bounds: View): View {
  const span = Math.min(Math.max(spanOf(view) * factor, MIN_SPAN_MS), Math.max(spanOf(bounds), MIN_SPAN_MS));
  const share = (time - view.from) / spanOf(view);
  const from = time - share * span;
  return clampView({ from, to: from + span }, bounds);
}

/** Moves a view by `by` ms, to the right when positive; its span stays. */
export function panBy(view: View, by: number, bounds: View): View {
  return clampView({ from: view.from + by, to: view.to + by }, bounds);
}
