import type { Histogram } from "../../domain/agents/figures.ts";

/** Durations from `from` up to `to` (ms), and how many outcomes took that long. */
export interface DurationBar {
  from: number;
  to: number;
  count: number;
}

/** Buckets of the histogram to one bar: two bars to each doubling. */
const PER_BAR = 4;
const BUCKETS_PER_DOUBLING = 8;

/**
 * The histogram as bars from its shortest to its longest duration, including empty ones: a gap is
 * shown as a gap.
 */
export function durationBars(histogram: Readonly<Histogram>): DurationBar[] {
  const counts = new Map<number, number>();
  for (const [bucket, count] of Object.entries(histogram)) {
    const bar = Math.floor(Number(bucket) / PER_BAR);
    counts.set(bar, (counts.get(bar) ?? 0) + count);
  }
  if (counts.size === 0) return [];
  const [first, last] = [Math.min(...counts.keys()), Math.max(...counts.keys())];
  const edge = (bar: number) => (bar === 0 ? 0 : 2 ** ((bar * PER_BAR) / BUCKETS_PER_DOUBLING));
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const bar = first + index;
    return { from: edge(bar), to: edge(bar + 1), count: counts.get(bar) ?? 0 };
  });
}
