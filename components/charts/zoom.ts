import { MINUTE_MS } from "../../domain/kernel/time.ts";
import type { ChartRange } from "./series-model.ts";

/** Nothing narrower is shown, ms: minutes are the finest there is. */
export const NARROWEST_MS = 5 * MINUTE_MS;

/**
 * A stretch in whole minutes that lies within another and is not too narrow; null when that is the
 * whole of it.
 */
export function settled({ from, to }: ChartRange, outer: ChartRange): ChartRange | null {
  const least = Math.min(NARROWEST_MS, outer.to - outer.from);
  const middle = (from + to) / 2;
  const width = Math.max(Math.abs(to - from), least);
  const start = Math.min(Math.max(outer.from, minute(middle - width / 2)), outer.to - least);
  const end = Math.max(Math.min(outer.to, minute(middle + width / 2)), start + least);
  return start <= outer.from && end >= outer.to ? null : { from: start, to: end };
}

const minute = (at: number): number => Math.round(at / MINUTE_MS) * MINUTE_MS;

/** A stretch made narrower (`factor` under 1) or wider around a time. */
export function scaled({ from, to }: ChartRange, around: number, factor: number): ChartRange {
  return { from: around - (around - from) * factor, to: around + (to - around) * factor };
}

/** A stretch moved by a share of its width, but not out of another. */
export function moved(range: ChartRange, share: number, outer: ChartRange): ChartRange {
  const wanted = (range.to - range.from) * share;
  const by = Math.min(Math.max(wanted, outer.from - range.from), outer.to - range.to);
  return { from: range.from + by, to: range.to + by };
}

/**
 * What a key does to a stretch that is looked at: the new one, null for the whole, or undefined
 * when the key means nothing here.
 */
export function zoomByKey(key: string, shown: ChartRange, outer: ChartRange): ChartRange | null | undefined {
  const middle = (shown.from + shown.to) / 2;
  switch (key) {
    case "+":
    case "=":
      return settled(scaled(shown, middle, 0.5), outer);
    case "-":
      return settled(scaled(shown, middle, 2), outer);
    case "[":
      return settled(moved(shown, -0.25, outer), outer);
    case "]":
      return settled(moved(shown, 0.25, outer), outer);
    case "0":
    case "Escape":
      return null;
    default:
      return undefined;
  }
}
