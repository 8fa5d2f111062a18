import { type FormatMoment, toPrecision } from "./format.ts";

/**
 * Times in the reader's own zone: in full, and as fields of type `datetime-local` hold them, to the
 * second. Browser only.
 */

const pad = (value: number): string => String(value).padStart(2, "0");

/** RFC 3339 to what such a field holds: `2026-11-21T04:42:20`; nothing for no time. */
export function toLocal(at: string | null): string {
  const date = new Date(at ?? "");
  if (Number.isNaN(date.getTime())) return "";
  const day = [String(date.getFullYear()).padStart(4, "0"), pad(date.getMonth() + 1), pad(date.getDate())].join("-");
  return `${day}T${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
}

/**
 * What such a field holds as RFC 3339; null when it is empty or no time. A field that still shows
 * `was` is that very time: no milliseconds are lost, and of an hour that the clock repeats it stays
 * the one that it was.
 */
export function fromLocal(text: string, was: string | null): string | null {
  // Fields leave seconds away when there are none.
  const full = text.length === 16 ? `${text}:00` : text;
  if (was !== null && full === toLocal(was)) return was;
  const date = new Date(text);
  return text === "" || Number.isNaN(date.getTime()) ? null : date.toISOString();
}

/** How far the reader's clock is from UTC at a time: `UTC+1`, `UTC−5`, `UTC+5:45`, `UTC`. */
export function offsetOf(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  if (minutes === 0) return "UTC";
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `UTC${minutes < 0 ? "−" : "+"}${hours}${rest === 0 ? "" : `:${pad(rest)}`}`;
}

/**
 * A time in full with its offset: `2026-11-21 04:42:20.123 UTC+1`. Of an hour that the clock
 * repeats, the offset says which of the two it is.
 */
export const formatLocal: FormatMoment = (at, precision = "millisecond") => {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return "–";
  const millis = String(date.getMilliseconds()).padStart(3, "0");
  return `${toPrecision(`${toLocal(date.toISOString())}.${millis}`, precision)} ${offsetOf(date)}`;
};

/**
 * A stretch of time, short: `11-21 04:42 – 11-22 00:00`, `… – now`. With the year where it is not
 * the present one (`now`, epoch ms), and with how far the clock is from UTC where the two ends
 * differ in that: an hour that is repeated has two ends that look alike.
 */
export function formatRange(from: string | null, to: string | null, now: number): string {
  const ends = [from, to].filter((at) => at !== null);
  const year = ends.some((at) => new Date(at).getFullYear() !== new Date(now).getFullYear());
  const shifts = new Set(
    (to === null ? [...ends, new Date(now).toISOString()] : ends).map((at) => offsetOf(new Date(at))),
  );
  const show = (at: string) =>
    [
      toLocal(at)
        .slice(year ? 0 : 5, 16)
        .replace("T", " "),
      ...(shifts.size > 1 ? [offsetOf(new Date(at))] : []),
    ].join(" ");
  return `${from ? show(from) : "…"} – ${to ? show(to) : "now"}`;
}

/** The reader's zone by its name: `Europe/Berlin`. */
export const zoneName = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;
