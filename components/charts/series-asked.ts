import type { SeriesMetric } from "../../domain/agents/answers.ts";
import { figureEndpoints } from "../../domain/agents/endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import { HOUR_MS, MINUTE_MS } from "../../domain/kernel/time.ts";

/**
 * A metric, what it is narrowed to, and the stretch: `windowMs` before `end` (epoch ms), or before
 * now.
 */
export interface SeriesAsked {
  metric: SeriesMetric;
  agent?: string | null | undefined;
  taskType?: string | null | undefined;
  queue?: string | null | undefined;
  windowMs: number;
  end?: number | null | undefined;
  /** It is not asked for again sooner than after this many ms: for one small line of many. */
  everyMs?: number;
}

/** What is measured, for any stretch of time; equal questions give equal strings. */
export function seriesName({ metric, agent, taskType, queue }: SeriesAsked): string {
  const query = new URLSearchParams({ metric });
  if (agent) query.set("agent", agent);
  if (taskType) query.set("taskType", taskType);
  if (queue) query.set("queue", queue);
  return query.toString();
}

/** The path that answers it, when it is asked at `now`. */
export function seriesPath(asked: SeriesAsked, now: number) {
  const to = asked.end ?? now;
  const { metric, agent, taskType, queue } = asked;
  return pathTo(figureEndpoints.series, {
    metric,
    ...(agent && { agent }),
    ...(taskType && { taskType }),
    ...(queue && { queue }),
    from: new Date(to - asked.windowMs).toISOString(),
    to: new Date(to).toISOString(),
  });
}

/**
 * Whether its stretch lies in the past: it will not change. A step that has only just ended may
 * still be written.
 */
export const isOver = ({ end }: SeriesAsked, now: number): boolean =>
  end !== null && end !== undefined && end < now - MINUTE_MS;

/**
 * After how many ms to ask again: soon when something has happened, else when a step has gone by.
 * Long stretches move slowly.
 */
export function nextLookIn({ windowMs, everyMs = 0 }: SeriesAsked, happened: boolean): number {
  if (!happened) return MINUTE_MS;
  return Math.max(everyMs, windowMs <= HOUR_MS ? 10_000 : 30_000);
}
