import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../../domain/kernel/time.ts";
import { formatClock } from "../ui/format.ts";
import { offsetOf } from "../ui/local-time.ts";

/** The smallest of 1, 2, 5, 10, 20, 50 … that is at least `least`. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, least)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least) ?? 10 * power;
}

/**
 * Round marks from 0 to the first one that is not below `most`, `count` steps at most. For whole
 * numbers.
 */
export function countTicks(most: number, count = 4): number[] {
  const step = niceStep(most / count);
  const ticks = [0];
  while ((ticks.at(-1) ?? 0) < Math.max(most, step)) ticks.push(ticks.length * step);
  return ticks;
}

/** Those of the minutes (RFC 3339) that lie on full tens, in the reader's own time zone. */
export function tenMinuteTicks(minutes: readonly string[]): string[] {
  return minutes.filter((t) => new Date(t).getMinutes() % 10 === 0);
}

const DURATIONS = [1, 2, 5, 10, 20, 50, 100, 200, 500].concat(
  [1, 2, 5, 10, 15, 30].flatMap((n) => [n * SECOND_MS, n * MINUTE_MS]),
  [1, 2, 6, 12, 24, 48].map((n) => n * HOUR_MS),
);

/** Round marks of durations (ms) from 0 to the first one that is not below `most`. */
export function durationTicks(most: number, count = 4): number[] {
  const steps = [...DURATIONS].sort((a, b) => a - b);
  const step = steps.find((one) => one >= most / count) ?? Math.ceil(most / count / DAY_MS) * DAY_MS;
  const ticks = [0];
  while ((ticks.at(-1) ?? 0) < Math.max(most, step)) ticks.push(ticks.length * step);
  return ticks;
}

const TIME_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720].map((minutes) => minutes * MINUTE_MS);

/**
 * Round times (epoch ms) within a stretch, about `count` at most, in the reader's own time zone:
 * full minutes, quarters, hours or days. What is longer than a few days is marked where days begin.
 * Each is round on the reader's clock, through clock changes: times that it leaves out have no
 * mark, an hour that it repeats is marked twice where hours are, and a day without a midnight
 * begins when it begins.
 */
export function timeTicks(from: number, to: number, count: number): number[] {
  const step = TIME_STEPS.find((one) => (to - from) / one <= count);
  const everyDays = step === undefined ? Math.ceil((to - from) / DAY_MS / count) : 1;
  const first = new Date(from);
  const [year, month, date] = [first.getFullYear(), first.getMonth(), first.getDate()];
  const ticks = new Set<number>();
  // From the calendar each time: to move one Date on would carry a shifted hour from day to day.
  for (let n = 0; new Date(year, month, date + n).getTime() <= to; n += everyDays) {
    const day = new Date(year, month, date + n).getTime();
    ticks.add(day);
    for (let at = step ?? DAY_MS; at < DAY_MS; at += step ?? DAY_MS) {
      for (const t of instantsOf(year, month, date + n, at / MINUTE_MS, (step ?? DAY_MS) <= HOUR_MS)) ticks.add(t);
    }
  }
  return [...ticks].filter((t) => t >= from && t <= to).sort((a, b) => a - b);
}

/**
 * When the reader's clock shows so many minutes after midnight of a day: never, once, or (`again`)
 * twice.
 */
function instantsOf(year: number, month: number, date: number, minutes: number, again: boolean): number[] {
  const at = new Date(year, month, date, 0, minutes);
  const shows = (t: number) => {
    const clock = new Date(t);
    return clock.getHours() * 60 + clock.getMinutes() === minutes;
  };
  const t = at.getTime();
  if (!shows(t)) return [];
  const repeats = again ? [HOUR_MS / 2, HOUR_MS].map((shift) => t + shift).filter(shows) : [];
  return [t, ...repeats];
}

const MONTH_DAY = new Intl.DateTimeFormat("en-US", { month: "short", day: "numeric" });

/**
 * Whether a day of the reader's begins then: at midnight, or later where the clock leaves that out.
 */
function beginsDay(t: number): boolean {
  const date = new Date(t);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime() === t;
}

/**
 * What stands below a mark: the clock time, or the date where a day begins. In the reader's own
 * time zone.
 */
export const timeLabel = (t: number): string => (beginsDay(t) ? MONTH_DAY.format(t) : formatClock(t).slice(0, 5));

/** A time in full: `Nov 21, 09:14`. In the reader's own time zone. */
export const momentLabel = (t: number): string => `${MONTH_DAY.format(t)}, ${formatClock(t).slice(0, 5)}`;

/**
 * A step of a series in full: `Nov 21, 09:14 – 09:15`. In the reader's own time zone; when its
 * clock is changed within the step, with how far it is from UTC:
 * `Nov 1, 01:00 UTC−4 – 01:00 UTC−5`.
 */
export function stepLabel(t: number, stepMs: number): string {
  const end = t + stepMs;
  const [before, after] = [offsetOf(new Date(t)), offsetOf(new Date(end))];
  if (before !== after) return `${momentLabel(t)} ${before} – ${endLabel(t, end)} ${after}`;
  return `${momentLabel(t)} – ${endLabel(t, end)}`;
}

/** The clock time of an end, with its date if that is another. */
function endLabel(t: number, end: number): string {
  const sameDay = new Date(t).toDateString() === new Date(end).toDateString();
  return sameDay ? formatClock(end).slice(0, 5) : momentLabel(end);
}
