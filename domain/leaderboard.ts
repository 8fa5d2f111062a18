import type { Statistics } from "./agent.ts";
import type { Standing } from "./answers.ts";
import { percentile, wilsonLowerBound } from "./figures.ts";

/** What the order of two standings depends on. */
export type StandingKey = Pick<Standing, "wilsonLowerBound" | "total" | "agentKey">;

/**
 * Agents by what they are sure to achieve (Wilson's lower bound), so that 90 of 100 stands above 1 of 1; then by how much they have done, so
 * that those without any outcome come last; then by key.
 */
export function compareStandings(a: StandingKey, b: StandingKey): number {
  const byKey = a.agentKey < b.agentKey ? -1 : a.agentKey > b.agentKey ? 1 : 0;
  return b.wilsonLowerBound - a.wilsonLowerBound || b.total - a.total || byKey;
}

/** The leaderboard of these agents, first place first. An agent without statistics has no outcomes yet. */
export function rankAgents(
  agents: readonly { agentKey: string; displayName: string; statistics?: Readonly<Statistics> | undefined }[],
): Standing[] {
  return agents
    .map(({ agentKey, displayName, statistics }) => {
      const {
        total = 0,
        successful = 0,
        failed = 0,
        totalDurationMs = 0,
        timed = 0,
        histogram = {},
      } = statistics ?? {};
      return {
        agentKey,
        displayName,
        total,
        successful,
        failed,
        successRate: total > 0 ? successful / total : null,
        wilsonLowerBound: wilsonLowerBound(successful, total),
        averageDurationMs: timed > 0 ? totalDurationMs / timed : null,
        p95DurationMs: percentile(histogram, 0.95),
      };
    })
    .sort(compareStandings)
    .map((standing, index) => ({ rank: index + 1, ...standing }));
}
