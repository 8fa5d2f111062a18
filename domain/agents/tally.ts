import { iso, ms } from "../kernel/primitives.ts";
import { HOUR_MS, MINUTE_MS } from "../kernel/time.ts";
import type { Tx } from "../kernel/tx.ts";
import type { Tally } from "./contract.ts";
import { addDuration, mergeHistograms } from "./figures.ts";

/**
 * How an agent did at one type of task within one minute or one hour; `id` is
 * `agentKey|taskType|width|t`. Kept by each outcome: charts and the leaderboard's windows read
 * these, never the outcomes.
 */

/** Widths of tallies, in ms. */
export const WIDTH_MS = { minute: MINUTE_MS, hour: HOUR_MS } as const satisfies { [width in Tally["width"]]: number };

const WIDTHS = ["minute", "hour"] as const;

const tallyId = (agentKey: string, taskType: string, width: Tally["width"], t: string): string =>
  `${agentKey}|${taskType}|${width}|${t}`;

/** Ids of the tallies that an outcome of that time adds to. */
export const tallyIds = (agentKey: string, taskType: string | null, at: string): string[] =>
  WIDTHS.map((width) => tallyId(agentKey, taskType ?? "", width, startOf(at, WIDTH_MS[width])));

/** What an outcome adds to a tally. */
export interface Counted {
  success: boolean;
  fault: "own" | "upstream" | null;
  durationMs: number | null;
}

/** Adds an outcome to its agent's minute and hour. */
export function tallyOutcome(tx: Tx, outcome: Counted & { agentKey: string; taskType: string | null }): void {
  const taskType = outcome.taskType ?? "";
  for (const width of WIDTHS) {
    const t = startOf(tx.at, WIDTH_MS[width]);
    const id = tallyId(outcome.agentKey, taskType, width, t);
    const tally = tx.get("tally", id) ?? { id, agentKey: outcome.agentKey, taskType, width, t, ...NO_FIGURES };
    tx.put("tally", withCounted(tally, outcome));
  }
}

/** Figures with one more outcome in them. An end that came from upstream is counted apart. */
export function withCounted<F extends AgentFigures>(figures: F, { success, fault, durationMs }: Counted): F {
  if (fault === "upstream") return { ...figures, upstream: figures.upstream + 1 };
  return {
    ...figures,
    total: figures.total + 1,
    successful: figures.successful + (success ? 1 : 0),
    failed: figures.failed + (success ? 0 : 1),
    totalDurationMs: figures.totalDurationMs + (durationMs ?? 0),
    timed: figures.timed + (durationMs === null ? 0 : 1),
    histogram: durationMs === null ? figures.histogram : addDuration(figures.histogram, durationMs),
  };
}

/** How an agent did: the figures that running statistics and tallies share. */
export type AgentFigures = Pick<
  Tally,
  "total" | "successful" | "failed" | "upstream" | "timed" | "totalDurationMs" | "histogram"
>;

/** Before the first outcome. */
export const NO_FIGURES: AgentFigures = {
  total: 0,
  successful: 0,
  failed: 0,
  upstream: 0,
  timed: 0,
  totalDurationMs: 0,
  histogram: {},
};

/** The figures of two lots of outcomes together. */
export const addFigures = (a: AgentFigures, b: AgentFigures): AgentFigures => ({
  total: a.total + b.total,
  successful: a.successful + b.successful,
  failed: a.failed + b.failed,
  upstream: a.upstream + b.upstream,
  timed: a.timed + b.timed,
  totalDurationMs: a.totalDurationMs + b.totalDurationMs,
  histogram: mergeHistograms(a.histogram, b.histogram),
});

/** Where the stretch of `widthMs` that a time lies in begins, RFC 3339. */
export const startOf = (at: string, widthMs: number): string => iso(Math.floor(ms(at) / widthMs) * widthMs);
