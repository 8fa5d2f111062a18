import type { Standing } from "./answers.ts";
import { percentile, wilsonLowerBound } from "./figures.ts";
import type { AgentFigures } from "./tally.ts";

/** What the order of two standings depends on. */
export type StandingKey = Pick<Standing, "wilsonLowerBound" | "total" | "agentKey">;

/**
 * Agents by what they are sure to achieve (Wilson's lower bound), so that 90 of 100 stands above 1
 * of 1; then by how much they have done, so that those without any outcome come last; then by key.
 */
export function compareStandings(a: StandingKey, b: StandingKey): number {
  const byKey = a.agentKey < b.agentKey ? -1 : a.agentKey > b.agentKey ? 1 : 0;
  return b.wilsonLowerBound - a.wilsonLowerBound || b.total - a.total || byKey;
}

/** An agent with what there is to rank it by. */
export interface Ranked {
  agentKey: string;
  displayName: string;
  statistics?: Readonly<AgentFigures> | undefined;
  /** Of the stretch before; without it there is no trend. */
  before?: Readonly<Pick<AgentFigures, "total" | "successful">> | undefined;
}

/**
 * The leaderboard of these agents, first place first. An agent without statistics has no outcomes
 * yet.
 */
export function rankAgents(agents: readonly Ranked[]): Standing[] {
  return agents
    .map(({ agentKey, displayName, statistics = NO_FIGURES, before }) => {
      const { total, successful, failed, upstream, totalDurationMs, timed, histogram } = statistics;
      const successRate = rateOf(statistics);
      const was = before ? rateOf(before) : null;
      return {
        agentKey,
        displayName,
        total,
        successful,
        failed,
        upstream,
        successRate,
        wilsonLowerBound: wilsonLowerBound(successful, total),
        averageDurationMs: timed > 0 ? totalDurationMs / timed : null,
        p50DurationMs: percentile(histogram, 0.5, statistics),
        p95DurationMs: percentile(histogram, 0.95, statistics),
        trend: successRate === null || was === null ? null : successRate - was,
      };
    })
    .sort(compareStandings)
    .map((standing, index) => ({ rank: index + 1, ...standing }));
}

const rateOf = ({ total, successful }: Pick<AgentFigures, "total" | "successful">): number | null =>
  total > 0 ? successful / total : null;

const NO_FIGURES: AgentFigures = {
  total: 0,
  successful: 0,
  failed: 0,
  upstream: 0,
  timed: 0,
  totalDurationMs: 0,
  histogram: {},
};
