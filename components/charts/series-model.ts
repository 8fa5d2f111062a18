import type { SeriesPoint } from "../../domain/agents/answers.ts";
import { formatCount, formatDuration, formatPercent } from "../ui/format.ts";
import type { Tone } from "../ui/status.ts";
import { countTicks, durationTicks } from "./ticks.ts";

/** What a chart's values are: a rate from 0 to 1, a count, or ms. */
export type SeriesUnit = "percent" | "count" | "ms";

/** One line of a chart. Lines of one chart have the same steps. */
export interface SeriesLine {
  /** Unique within the chart. */
  name: string;
  points: readonly SeriesPoint[];
  /** Its colour; one of its own by its place when left out. */
  tone?: Tone;
}

/** A stretch of time, epoch ms. */
export interface ChartRange {
  from: number;
  to: number;
}

/** One step of all lines: its beginning (epoch ms), and a value per line by the line's place. */
export interface SeriesRow {
  t: number;
  values: readonly (number | null)[];
}

/**
 * Where the plot begins and ends within the chart, px from its sides: who drags across it must
 * know.
 */
export const PLOT_LEFT = 48;
export const PLOT_RIGHT = 14;

/**
 * Colours of lines that have none of their own, in the order they are given out: neighbours stay
 * apart for colour-blind eyes.
 */
const TONES: readonly Tone[] = [
  "running",
  "blocked",
  "review",
  "completed",
  "timed-out",
  "waiting",
  "failed",
  "queued",
];
/** Lines differ by their dashes too. */
const DASHES = ["", "6 3", "2 3", "9 3 2 3", "12 4", "4 2 1 2", "1 4", "10 2 2 2 2 2"] as const;

/** The colour and the dashes of a line at a place. */
export function lineLook(line: Pick<SeriesLine, "tone">, at: number): { tone: Tone; dash: string } {
  return { tone: line.tone ?? (TONES[at % TONES.length] as Tone), dash: DASHES[at % DASHES.length] as string };
}

/**
 * The lines step by step, in the order of time; a step that a line does not have is null: a gap.
 */
export function rowsOf(lines: readonly SeriesLine[]): SeriesRow[] {
  const byTime = new Map<number, (number | null)[]>();
  for (const [place, line] of lines.entries()) {
    for (const { t, value } of line.points) {
      const at = Date.parse(t);
      const values = byTime.get(at) ?? lines.map(() => null);
      values[place] = value;
      byTime.set(at, values);
    }
  }
  return [...byTime].map(([t, values]) => ({ t, values })).sort((a, b) => a.t - b.t);
}

/** Whether a value has a gap on both sides: it is drawn as a dot, as no line leads to it. */
export function isLone(rows: readonly SeriesRow[], at: number, place: number): boolean {
  const value = (index: number) => rows[index]?.values[place] ?? null;
  return value(at) !== null && value(at - 1) === null && value(at + 1) === null;
}

/** The width of a step, ms: the least distance of two of them. */
export function stepOf(rows: readonly SeriesRow[]): number {
  const apart = rows.slice(1).map(({ t }, at) => t - (rows[at]?.t ?? 0));
  return apart.length > 0 ? Math.min(...apart) : 60_000;
}

/** From the first step's beginning to the last one's end; null without any. */
export function extentOf(rows: readonly SeriesRow[]): ChartRange | null {
  const [first] = rows;
  const last = rows.at(-1);
  return first && last ? { from: first.t, to: last.t + stepOf(rows) } : null;
}

/** The rows of a stretch, with the ones around it that lines lead to. */
export function within(rows: readonly SeriesRow[], { from, to }: ChartRange): SeriesRow[] {
  const step = stepOf(rows);
  return rows.filter(({ t }) => t >= from - step && t <= to + step);
}

/** The marks of the value axis; the last one is its end. */
export function valueTicks(unit: SeriesUnit, most: number): number[] {
  if (unit === "ms") return durationTicks(most);
  if (unit === "count") return countTicks(most);
  return most > 1 ? countTicks(most) : [0, 0.25, 0.5, 0.75, 1];
}

/** A value in words. */
export function valueText(unit: SeriesUnit, value: number | null): string {
  if (value === null) return "nothing known";
  if (unit === "percent") return formatPercent(value);
  return unit === "ms" ? formatDuration(value) : formatCount(value);
}

/** What a line comes to, for those who do not see it. */
export interface LineSummary {
  name: string;
  last: number | null;
  lowest: number | null;
  highest: number | null;
  /** Steps of which something is known, of `steps`. */
  known: number;
  steps: number;
}

/** Each line's latest, lowest and highest value among these rows. */
export function summaries(lines: readonly SeriesLine[], rows: readonly SeriesRow[]): LineSummary[] {
  return lines.map(({ name }, place) => {
    const known = rows.flatMap(({ values }) => values[place] ?? []);
    return {
      name,
      last: known.at(-1) ?? null,
      lowest: known.length > 0 ? Math.min(...known) : null,
      highest: known.length > 0 ? Math.max(...known) : null,
      known: known.length,
      steps: rows.length,
    };
  });
}
