import type { LogEvent } from "../../domain/kernel/event.ts";
import type { Sent } from "../../domain/kernel/wire.ts";

/** A log frame holds at most this many events … */
export const FRAME_EVENTS = 500;
/** … and about this many bytes, unless a single event is larger. */
export const FRAME_BYTES = 256 * 1024;

/** Approximate JSON size of a value, bytes; much cheaper than serialising it. */
function weigh(value: unknown): number {
  if (typeof value === "string") return value.length + 2;
  if (typeof value !== "object" || value === null) return 8;
  let sum = 2;
  if (Array.isArray(value)) for (const item of value) sum += weigh(item) + 1;
  else for (const [key, item] of Object.entries(value)) sum += key.length + 4 + weigh(item);
  return sum;
}

/** Approximate size of an event in a frame, bytes. */
export const weighEvent = (event: LogEvent): number => 200 + weigh(event.payload);

/** Cuts events into frames. */
export function* inFrames(events: readonly LogEvent[]): Generator<readonly LogEvent[]> {
  let start = 0;
  let bytes = 0;
  for (const [index, event] of events.entries()) {
    const weight = weighEvent(event);
    if (index > start && (index - start >= FRAME_EVENTS || bytes + weight > FRAME_BYTES)) {
      yield events.slice(start, index);
      start = index;
      bytes = 0;
    }
    bytes += weight;
  }
  if (start < events.length) yield start === 0 ? events : events.slice(start);
}

/**
 * At most `limit` rows; kinds share the room, so that a common kind does not crowd out a rare one.
 */
export function cutFairly(rows: Sent[], limit: number): Sent[] {
  if (rows.length <= limit) return rows;
  const kinds = [...new Set(rows.map((row) => row.kind))];
  const byKind = kinds.map((kind) => rows.filter((row) => row.kind === kind)).sort((a, b) => a.length - b.length);
  let left = limit;
  return byKind.flatMap((ofKind, index) => {
    const kept = ofKind.slice(0, Math.floor(left / (byKind.length - index)));
    left -= kept.length;
    return kept;
  });
}
