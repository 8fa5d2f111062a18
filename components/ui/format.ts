import { percent } from "../../domain/kernel/percent.ts";

/**
 * Display forms of numbers and times. All are pure and in English, so that the server and the
 * browser write the same.
 */

const COUNT = new Intl.NumberFormat("en-US");
const COMPACT = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });

const pad = (value: number): string => String(value).padStart(2, "0");

/**
 * A duration in ms as people read it: `840 ms`, `4.2 s`, `1m 04s`, `2h 05m`, `3d 4h`. Null or
 * negative: an en dash.
 */
export function formatDuration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms) || ms < 0) return "–";
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 9_950) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 59_500) return `${Math.round(ms / 1_000)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m ${pad(seconds % 60)}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1_440) return `${Math.floor(minutes / 60)}h ${pad(minutes % 60)}m`;
  const hours = Math.floor(minutes / 60);
  return `${Math.floor(hours / 24)}d ${hours % 24}h`;
}

/** A length of time somebody has set, without a second part of zero: `2m`, `90d`, `1h 30m`. */
export const formatSetting = (ms: number | null | undefined): string =>
  formatDuration(ms).replace(/ (?:00s|00m|0h)$/, "");

/** A duration that ticks: whole seconds, so that it does not flicker (`0s`, `42s`, `1m 04s`). */
export function formatTicking(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  return seconds < 60 ? `${seconds}s` : formatDuration(seconds * 1_000);
}

/**
 * How far a time (RFC 3339 or epoch ms) lies from `now` (epoch ms): `just now`, `12s ago`, `in 5m`.
 */
export function formatRelative(at: string | number, now: number): string {
  const then = typeof at === "number" ? at : Date.parse(at);
  if (!Number.isFinite(then)) return "–";
  const away = Math.abs(now - then);
  if (away < 1_500) return "just now";
  const text = coarse(away);
  return then <= now ? `${text} ago` : `in ${text}`;
}

function coarse(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours}h`;
  return `${Math.floor(hours / 24)}d`;
}

/**
 * A rate from 0 to 1 as a percentage: `93.4%`, `100%`. Null: an en dash. Never rounds to 100 % or 0
 * % what is not.
 */
export function formatPercent(rate: number | null | undefined): string {
  if (rate === null || rate === undefined || !Number.isFinite(rate)) return "–";
  return percent(rate);
}

/** A count with thousands separators: `12,345`; from a million on in short form: `1.2M`. */
export function formatCount(count: number | null | undefined): string {
  if (count === null || count === undefined || !Number.isFinite(count)) return "–";
  return count >= 1_000_000 ? COMPACT.format(count) : COUNT.format(count);
}

/** A size as people read it, in powers of 1,024: `640 B`, `12.3 KB`, `4.0 MB`, `1.5 GB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${Math.round(bytes)} B`;
  if (bytes < 1024 * 1023.95) return `${(bytes / 1024).toFixed(1)} KB`;
  if (bytes < 1024 ** 2 * 1023.95) return `${(bytes / 1024 ** 2).toFixed(1)} MB`;
  return `${(bytes / 1024 ** 3).toFixed(1)} GB`;
}

/** How fine a time is written. */
export type Precision = "minute" | "second" | "millisecond";

/** How many characters of `2026-11-21T03:42:20.123` each precision has. */
const LENGTHS: { readonly [precision in Precision]: number } = { minute: 16, second: 19, millisecond: 23 };

/** Writes a time in full, with the zone it is in. Of no time: an en dash. */
export type FormatMoment = (at: string | number, precision?: Precision) => string;

/**
 * A time in full, in UTC: `2026-11-21 03:42:20.123 UTC`. What the server writes, which does not
 * know the reader's zone.
 */
export const formatUtc: FormatMoment = (at, precision = "millisecond") => {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? "–" : `${toPrecision(date.toISOString(), precision)} UTC`;
};

/** The beginning of `2026-11-21T03:42:20.123` that a precision has, as people read it. */
export const toPrecision = (iso: string, precision: Precision): string =>
  iso.slice(0, LENGTHS[precision]).replace("T", " ");

/**
 * The clock time of a time in the reader's own zone: `03:42:20`, with `millis` `03:42:20.123`.
 * Browser only.
 */
export function formatClock(at: string | number, millis = false): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return "–";
  const text = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
  return millis ? `${text}.${String(date.getMilliseconds()).padStart(3, "0")}` : text;
}

/** `1 run`, `3 runs`. */
export function formatPlural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
