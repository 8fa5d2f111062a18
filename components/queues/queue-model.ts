import { CirclePause, CirclePlay, Gauge, type LucideIcon, TriangleAlert } from "lucide-react";
import type { QueueFigures } from "../../domain/execution/answers.ts";
import { queueEndpoints } from "../../domain/execution/endpoints.ts";
import type { AnswerOf } from "../../domain/kernel/endpoint.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import { MINUTE_MS } from "../../domain/kernel/time.ts";
import type { Wire } from "../../domain/kernel/wire.ts";
import type { Tone } from "../ui/status.ts";

/** A queue; `pending` while the server has not confirmed a click on it. */
export type QueueRow = Wire<"queue"> & { readonly pending?: boolean };

/** A queue as `GET /queues` answers it. */
export type QueueItem = QueueRow & QueueFigures;

/**
 * Joins a live row with its figures. Counts of jobs come from the row, by frames; ages and rates
 * are those last fetched, unless the row contradicts them.
 */
export function withFigures(row: QueueRow, counted: QueueFigures | undefined): QueueItem {
  const { queued, running, failed, timed_out: timedOut } = row.jobCounts;
  const later = Math.min(counted?.later ?? 0, queued);
  const startable = queued - later;
  const waits = startable > 0;
  const perMinute = counted?.throughputPerMinute ?? 0;
  return {
    ...row,
    depth: queued,
    later,
    running,
    deadLetters: failed + timedOut,
    oldestQueuedAt: waits ? (counted?.oldestQueuedAt ?? null) : null,
    oldestAgeMs: waits ? (counted?.oldestAgeMs ?? null) : null,
    throughputPerMinute: perMinute,
    drainEstimateMs: !waits
      ? 0
      : row.paused || perMinute === 0
        ? null
        : Math.round((startable / perMinute) * MINUTE_MS),
  };
}

export interface QueueLook {
  label: string;
  tone: Tone;
  icon: LucideIcon;
}

/** The most important status of a queue. */
export function queueLook(queue: QueueItem): QueueLook {
  const { paused, capacity, concurrency, running } = queue;
  const startable = queue.depth - queue.later;
  if (paused) return { label: "Paused", tone: "blocked", icon: CirclePause };
  if (capacity !== null && startable > capacity) return { label: "Over capacity", tone: "failed", icon: TriangleAlert };
  if (concurrency !== null && running >= concurrency && startable > 0)
    return { label: "At its limit", tone: "queued", icon: Gauge };
  return { label: "Open", tone: "completed", icon: CirclePlay };
}

/** Reads a typed limit; empty: none. */
export type Bound = { value: number | null } | { fault: string };

const MOST = 2_147_483_647;

export function parseBound(text: string, least: number): Bound {
  const trimmed = text.trim();
  if (trimmed === "") return { value: null };
  const value = Number(trimmed);
  if (!/^\d+$/.test(trimmed) || value < least || value > MOST)
    return { fault: `A whole number from ${least}, or empty for no limit` };
  return { value };
}

/**
 * Coordinates of a line through values over time in a box of width × height; null interrupts it.
 * One string of points per piece.
 */
export function sparkline(values: readonly (number | null)[], width: number, height: number): string[] {
  const most = Math.max(1, ...values.map((value) => value ?? 0));
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  const pieces: string[][] = [];
  let open = false;
  for (const [at, value] of values.entries()) {
    if (value === null) {
      open = false;
      continue;
    }
    if (!open) pieces.push([]);
    open = true;
    pieces.at(-1)?.push(`${round(at * step)},${round(height - (value / most) * height)}`);
  }
  return pieces.map((points) => points.join(" "));
}

const round = (value: number): number => Math.round(value * 100) / 100;

export type DeadLetterPage = AnswerOf<typeof queueEndpoints.deadLetters>;

/** The path of the first page of a queue's dead letters. */
export const deadLettersPath = (queue: string, cursor?: string) =>
  pathTo(queueEndpoints.deadLetters, { id: queue, limit: 50, large: "omit", cursor });
