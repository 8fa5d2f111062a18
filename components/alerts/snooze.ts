import { HOUR_MS, MINUTE_MS } from "../../domain/kernel/time.ts";
import type { FormatMoment } from "../ui/format.ts";

/** How long an alert is snoozed, as the API takes it. */
export interface SnoozeTerms {
  until?: string;
  mode?: "resolved" | "worse";
}

interface SnoozeChoice {
  id: string;
  label: string;
  /** The terms of a snooze that begins now, epoch ms. */
  terms: (now: number) => SnoozeTerms;
}

/** When a day begins, for snoozing until tomorrow. */
const MORNING_HOUR = 9;

const after = (ms: number) => (now: number) => ({ until: new Date(now + ms).toISOString() });

/**
 * Nine in the morning of the next day, by the clock of the reader's own zone: that is not 24 hours
 * a day on nights when it is changed.
 */
function tomorrow(now: number): SnoozeTerms {
  const morning = new Date(now);
  morning.setDate(morning.getDate() + 1);
  morning.setHours(MORNING_HOUR, 0, 0, 0);
  return { until: morning.toISOString() };
}

/** What one can choose, in the order of the keys 1 to 6. */
export const SNOOZES: readonly SnoozeChoice[] = [
  { id: "15m", label: "15 minutes", terms: after(15 * MINUTE_MS) },
  { id: "1h", label: "1 hour", terms: after(HOUR_MS) },
  { id: "4h", label: "4 hours", terms: after(4 * HOUR_MS) },
  { id: "tomorrow", label: "Until tomorrow, 9:00", terms: tomorrow },
  { id: "resolved", label: "Until it is resolved", terms: () => ({ mode: "resolved" }) },
  { id: "worse", label: "Until it gets worse", terms: () => ({ mode: "worse" }) },
];

/**
 * When a snooze ends, with the offset and the name of the zone:
 * `2026-12-02 09:00 UTC+1, Europe/Berlin`.
 */
export const endWords = ({ until }: SnoozeTerms, format: FormatMoment, zone: string): string =>
  until === undefined ? "" : `${format(until, "minute")}, ${zone}`;
