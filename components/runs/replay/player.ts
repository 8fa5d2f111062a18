import { attemptId } from "../../../domain/execution/job/attempt.ts";
import type { LogEvent } from "../../../domain/kernel/event.ts";
import { isEvent } from "../../../domain/kernel/read-event.ts";

/** Events a second that a replay can be played at. */
export const SPEEDS = [1, 4, 16, 64, 256] as const;
export type Speed = (typeof SPEEDS)[number];

/** Whether an event is a failure. */
export function isFailure(event: Pick<LogEvent, "type" | "payload">): boolean {
  if (isEvent(event, "run.transitioned")) return event.payload.to === "failed" || event.payload.to === "timed_out";
  if (isEvent(event, "workstream.transitioned")) return event.payload.to === "failed";
  return isEvent(event, "job.failed", "job.timed_out", "job.attempt_failed");
}

/**
 * Ids of the attempts that were trials of a half-open breaker: the event of their start says so.
 */
export function trialsOf(events: readonly LogEvent[]): string[] {
  return events.flatMap((event) =>
    isEvent(event, "job.started") && event.payload.trial ? [attemptId(event.subject.id, event.payload.attempt)] : [],
  );
}

/** The count of events up to each failure, in order: the positions to jump to. */
export function failureCounts(events: readonly LogEvent[]): number[] {
  const counts: number[] = [];
  events.forEach((event, index) => {
    if (isFailure(event)) counts.push(index + 1);
  });
  return counts;
}

/** The first failure after `count`, or undefined. */
export const nextFailure = (failures: readonly number[], count: number): number | undefined =>
  failures.find((one) => one > count);

/** The last failure before `count`, or undefined. */
export const previousFailure = (failures: readonly number[], count: number): number | undefined =>
  failures.findLast((one) => one < count);

/**
 * One stretch of a log: its events per time, as a share (0–1) of the densest, and whether one is a
 * failure.
 */
export interface Bucket {
  height: number;
  failed: boolean;
}

/**
 * A log in `count` stretches with equally many events. The height is events per second, on a
 * logarithmic scale.
 */
export function buckets(events: readonly LogEvent[], count: number): Bucket[] {
  const many = Math.min(count, events.length);
  const rates: { rate: number; failed: boolean }[] = [];
  for (let i = 0; i < many; i += 1) {
    const [from, to] = [Math.floor((i * events.length) / many), Math.floor(((i + 1) * events.length) / many)];
    const start = Date.parse((events[Math.max(0, from - 1)] as LogEvent).at);
    const took = Math.max(1, Date.parse((events[to - 1] as LogEvent).at) - start);
    rates.push({ rate: Math.log1p(((to - from) * 1000) / took), failed: events.slice(from, to).some(isFailure) });
  }
  const most = Math.max(...rates.map(({ rate }) => rate), Number.MIN_VALUE);
  return rates.map(({ rate, failed }) => ({ height: rate / most, failed }));
}

/** How many events to advance after `elapsed` ms at a speed, and the rest of the time. */
export function advance(elapsed: number, speed: Speed): { events: number; rest: number } {
  const each = 1000 / speed;
  const events = Math.floor(elapsed / each);
  return { events, rest: elapsed - events * each };
}
