import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../../../../domain/kernel/time.ts";
import type { View } from "./view.ts";

/** Steps between ticks that people count in, ms. */
const STEPS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND_MS),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE_MS),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR_MS),
  ...[1, 2, 7, 14, 28, 91, 182, 364].map((n) => n * DAY_MS),
];

export interface Tick {
  time: number;
  label: string;
}

/** The shortest of these steps that puts at most `most` ticks on `span` ms. */
export function stepFor(span: number, most: number): number {
  const least = span / Math.max(1, most);
  return STEPS.find((step) => step >= least) ?? STEPS.at(-1) ?? DAY_MS;
}

/**
 * Ticks of a view at whole steps since `origin` (the run's creation), labelled with the time
 * elapsed since then.
 */
export function ticksFor(view: View, origin: number, most: number): Tick[] {
  const step = stepFor(view.to - view.from, most);
  const ticks: Tick[] = [];
  for (let n = Math.ceil((view.from - origin) / step); origin + n * step <= view.to; n += 1) {
    ticks.push({ time: origin + n * step, label: elapsed(n * step, step) });
  }
  return ticks;
}

/** Elapsed time down to the unit that a step of that size changes: `1h 30m`, `2m 05s`, `1.250s`. */
export function elapsed(ms: number, step: number): string {
  if (ms < 0) return `−${elapsed(-ms, step)}`;
  const units = [DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS];
  const largest = Math.max(
    0,
    units.findIndex((unit) => ms >= unit),
  );
  const smallest = units.findIndex((unit) => step >= unit);
  if (ms < SECOND_MS) return ms === 0 ? "0s" : `${ms}ms`;
  const last = Math.max(largest, smallest < 0 ? units.length - 1 : smallest);
  let rest = ms;
  const parts: string[] = [];
  for (let i = largest; i <= last; i += 1) {
    const unit = units[i] ?? SECOND_MS;
    const digits = unit === SECOND_MS && step < SECOND_MS ? decimals(step) : 0;
    const count = digits > 0 ? (rest / unit).toFixed(digits) : String(Math.floor(rest / unit));
    parts.push(`${i === largest ? count : count.padStart(digits > 0 ? 3 + digits : 2, "0")}${"dhms"[i]}`);
    rest %= unit;
  }
  return parts.join(" ");
}

const decimals = (step: number): number => (step >= 100 ? 1 : step >= 10 ? 2 : 3);
