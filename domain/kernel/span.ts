import { DAY_MS, HOUR_MS } from "./time.ts";

const UNITS = [
  ["d", DAY_MS],
  ["h", HOUR_MS],
  ["min", 60_000],
  ["s", 1000],
] as const;

/** Below this, a limit that somebody has set keeps its tenths of seconds. */
const TO_TENTHS_MS = 10_000;

/**
 * A duration in words, to its two largest units: `2 h 5 min`, `15 min`, `1.5 s`, `300 ms`. What is
 * cut is cut off: never longer than it is.
 */
export function span(ms: number): string {
  const at = UNITS.findIndex(([, size]) => ms >= size);
  const unit = UNITS[at];
  if (!unit) return `${Math.round(ms)} ms`;
  if (ms < TO_TENTHS_MS && ms % 100 === 0) return `${ms / 1000} s`;
  const [name, size] = unit;
  const next = UNITS[at + 1];
  const rest = next ? Math.floor((ms % size) / next[1]) : 0;
  return `${Math.floor(ms / size)} ${name}${next && rest > 0 ? ` ${rest} ${next[0]}` : ""}`;
}
