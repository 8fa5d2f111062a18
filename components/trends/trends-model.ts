import { LEADERBOARD_WINDOWS, type SeriesPoint } from "../../domain/agents/answers.ts";
import { MINUTE_MS } from "../../domain/kernel/time.ts";
import type { ChartRange } from "../charts/series-model.ts";
import type { TrendWindow } from "./trends-search.ts";

/** Readers cannot distinguish more lines than this. */
export const MOST_LINES = 8;

/** What could be drawn: an id, its name, and how much there is of it. */
export interface Choice {
  id: string;
  name: string;
  weight: number;
}

/** The choices, each with a name that no other has. */
export function named(choices: readonly Choice[]): Choice[] {
  const count = new Map<string, number>();
  for (const { name } of choices) count.set(name, (count.get(name) ?? 0) + 1);
  return choices.map((one) => ((count.get(one.name) ?? 0) > 1 ? { ...one, name: `${one.name} (${one.id})` } : one));
}

/** What is drawn of the choices: those that were chosen, else those there is most of. */
export function drawn(choices: readonly Choice[], chosen: readonly string[]): readonly Choice[] {
  if (chosen.length > 0) {
    // What is asked for by its id may have no row yet.
    return chosen.slice(0, MOST_LINES).map((id) => choices.find((one) => one.id === id) ?? { id, name: id, weight: 0 });
  }
  const most = [...choices].sort((a, b) => b.weight - a.weight || (a.id < b.id ? -1 : 1));
  return most.slice(0, MOST_LINES).sort((a, b) => (a.id < b.id ? -1 : 1));
}

/**
 * The stretch the charts are about: the window until now, and what is zoomed to if that lies
 * further back.
 */
export function outerOf(window: TrendWindow, now: number, zoom: ChartRange | null): ChartRange {
  const to = Math.ceil(now / MINUTE_MS) * MINUTE_MS;
  const outer = { from: to - LEADERBOARD_WINDOWS[window], to };
  return zoom ? { from: Math.min(outer.from, zoom.from), to: Math.max(outer.to, zoom.to) } : outer;
}

/** The sum of counts step by step; a step is known when it is known of any of them. */
export function summed(all: readonly (readonly SeriesPoint[])[]): SeriesPoint[] {
  return combined(all, (values) => values.reduce<number | null>((sum, one) => add(sum, one), null));
}

/** What is left of the first counts without the second; unknown where the first are. */
export function less(all: readonly SeriesPoint[], some: readonly SeriesPoint[]): SeriesPoint[] {
  return combined([all, some], ([a = null, b = null]) => (a === null ? null : a - (b ?? 0)));
}

const add = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : a + b);

function combined(
  all: readonly (readonly SeriesPoint[])[],
  of: (values: readonly (number | null)[]) => number | null,
): SeriesPoint[] {
  const byTime = new Map<string, (number | null)[]>();
  for (const [place, points] of all.entries()) {
    for (const { t, value } of points) {
      const values = byTime.get(t) ?? all.map(() => null);
      values[place] = value;
      byTime.set(t, values);
    }
  }
  return [...byTime].map(([t, values]) => ({ t, value: of(values) }));
}
