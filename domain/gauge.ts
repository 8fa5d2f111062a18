import type { RowBase } from "./tx.ts";

/**
 * A value that goes up and down, as it stood within one minute; `id` is `metric|key|t`. Minutes without a change have no row: the value is then
 * what it was last, which is exact, as every change is seen.
 */
export interface Gauge extends RowBase {
  metric: GaugeMetric;
  /** The agent's key, or the queue's name. */
  key: string;
  /** Where the minute begins. */
  t: string;
  last: number;
  max: number;
  min: number;
}

/** Slots in use and slots there are of an agent; jobs that wait in a queue and that run from it. */
export type GaugeMetric = "busy" | "capacity" | "depth" | "running";
