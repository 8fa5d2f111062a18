import type { Tx } from "../kernel/tx.ts";
import type { GaugeMetric } from "./contract.ts";
import { startOf, WIDTH_MS } from "./tally.ts";

/**
 * A value that goes up and down, as it stood within one minute; `id` is `metric|key|t`. Minutes
 * without a change have no row: the value is then what it was last, which is exact, as every change
 * is seen.
 */

/** Id of a value's row in the minute of that time. */
export const gaugeId = (metric: GaugeMetric, key: string, at: string): string =>
  `${metric}|${key}|${startOf(at, WIDTH_MS.minute)}`;

/**
 * Notes that a value went from `was` to `now`. A minute begins with the value it found, so that its
 * lowest and highest are true.
 */
export function noteGauge(tx: Tx, metric: GaugeMetric, key: string, was: number, now: number): void {
  if (was === now) return;
  const t = startOf(tx.at, WIDTH_MS.minute);
  const id = gaugeId(metric, key, tx.at);
  const known = tx.get("gauge", id) ?? { id, metric, key, t, max: was, min: was };
  tx.put("gauge", { ...known, last: now, max: Math.max(known.max, now), min: Math.min(known.min, now) });
}
