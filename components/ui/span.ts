import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../domain/kernel/time.ts";

/** Spans of time in words: `15 minutes`, `1 hour 30 minutes`. */
const UNITS = [
  { ms: DAY_MS, name: "day", short: "d" },
  { ms: HOUR_MS, name: "hour", short: "h" },
  { ms: 60_000, name: "minute", short: "m" },
  { ms: 1_000, name: "second", short: "s" },
] as const;

/** A span in ms in words; whole seconds. */
export function spanWords(ms: number): string {
  let left = Math.round(ms / 1_000) * 1_000;
  const parts: string[] = [];
  for (const unit of UNITS) {
    const count = Math.floor(left / unit.ms);
    left -= count * unit.ms;
    if (count > 0) parts.push(`${count} ${unit.name}${count === 1 ? "" : "s"}`);
  }
  return parts.join(" ") || "0 seconds";
}

/**
 * The ms that words say (`15 minutes`, `90s`, `1 h 30 min`), or null when they say none. A bare
 * number counts minutes.
 */
export function parseSpan(text: string): number | null {
  const words = text.trim().toLowerCase();
  if (/^\d+(\.\d+)?$/.test(words)) return Math.round(Number(words) * MINUTE_MS);
  if (!/^(\d+(\.\d+)?\s*[a-z]+[\s,]*)+$/.test(words)) return null;
  let total = 0;
  for (const [, count, name = ""] of words.matchAll(/(?<![\d.])(\d+(?:\.\d+)?)\s*([a-z]+)/g)) {
    const unit = UNITS.find((one) => name === one.short || (name.length > 1 && `${one.name}s`.startsWith(name)));
    if (!unit) return null;
    total += Number(count) * unit.ms;
  }
  return Math.round(total);
}
