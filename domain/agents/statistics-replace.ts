import { z } from "zod";
import type { Payloads } from "../events.ts";
import { id } from "../kernel/primitives.ts";
import { must, Refusal, type Tx } from "../kernel/tx.ts";
import type { Statistics } from "./contract.ts";
import type { Histogram } from "./figures.ts";
import type { AgentFigures } from "./tally.ts";

/**
 * The end of a recalculation: an agent's running figures are replaced by those that its outcomes
 * come to. The figures were counted at one moment, `before` is what stood in the row then; what
 * outcomes have added to the row since is added to the new figures as well.
 */

const count = z.int().min(0);
const figures = z.strictObject({
  total: count,
  successful: count,
  failed: count,
  upstream: count,
  timed: count,
  totalDurationMs: z.number().min(0),
  histogram: z.record(z.string(), count),
});

export const statisticsReplace = z.strictObject({
  type: z.literal("statistics.replace"),
  agentKey: id,
  before: figures,
  after: figures,
});

const COUNTS = ["total", "successful", "failed", "upstream", "timed", "totalDurationMs"] as const;

export function replaceStatistics(tx: Tx, m: z.infer<typeof statisticsReplace>): Statistics {
  const row = must(tx, "statistics", m.agentKey);
  const next = withAdded(m.after, m.before, row);
  if (next === null) {
    throw new Refusal("not_permitted", `the figures of ${m.agentKey} are no longer those that were looked at`);
  }
  tx.put("statistics", { ...row, ...next, updatedAt: tx.at });
  const changes = COUNTS.map((name) => [name, { from: row[name], to: next[name] }]);
  const payload = Object.fromEntries(changes) as Payloads["statistics.recalculated"];
  tx.emit({ type: "statistics.recalculated", subject: { kind: "agent", id: m.agentKey }, payload });
  return must(tx, "statistics", m.agentKey);
}

/**
 * The figures with what `now` has more than `before`; null when it has less of anything, which
 * outcomes cannot do.
 */
function withAdded(after: AgentFigures, before: AgentFigures, now: Readonly<AgentFigures>): AgentFigures | null {
  const next: AgentFigures = { ...after };
  for (const name of COUNTS) {
    const added = now[name] - before[name];
    if (added < 0) return null;
    next[name] = after[name] + added;
  }
  const histogram: Histogram = { ...after.histogram };
  for (const bucket of new Set([...Object.keys(before.histogram), ...Object.keys(now.histogram)])) {
    const added = (now.histogram[bucket] ?? 0) - (before.histogram[bucket] ?? 0);
    if (added < 0) return null;
    if (added > 0) histogram[bucket] = (histogram[bucket] ?? 0) + added;
  }
  return { ...next, histogram };
}
