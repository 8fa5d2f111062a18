import { LEADERBOARD_WINDOWS, type LeaderboardWindow, type Standing } from "../../../../domain/agents/answers.ts";
import { type Histogram, mergeHistograms } from "../../../../domain/agents/figures.ts";
import { compareStandings, type Ranked, rankAgents } from "../../../../domain/agents/leaderboard.ts";
import type { AgentFigures } from "../../../../domain/agents/tally.ts";
import { HOUR_MS } from "../../../../domain/kernel/time.ts";
import { decodeCursor, type Page, type PageRequest, pageOf } from "../kernel/page.ts";
import type { Scope } from "../kernel/scope.ts";
import { tallied } from "./tallied.ts";

export interface LeaderboardQuery extends PageRequest {
  window: LeaderboardWindow;
  taskType?: string | undefined;
  /** Only agents with a success rate below this. */
  below?: number | undefined;
  /** Only agents with at least this many outcomes. */
  minTotal: number;
}

/** The leaderboard of a stretch of time. Ranks are computed over all agents, before filtering. */
export async function readLeaderboard(scope: Scope, query: LeaderboardQuery): Promise<Page<Standing>> {
  const at = decodeCursor(query.cursor, ["number", "count", "text"]);
  const last = at && { wilsonLowerBound: at[0], total: at[1], agentKey: at[2] };
  const { below, minTotal } = query;
  const shown = rankAgents(await readAgents(scope, query)).filter(
    (standing) =>
      standing.total >= minTotal &&
      (below === undefined || (standing.successRate !== null && standing.successRate < below)) &&
      (last === undefined || compareStandings(standing, last) > 0),
  );
  return pageOf(shown.slice(0, query.limit + 1), query.limit, keyOf, (standing) => standing);
}

const keyOf = (s: Standing): [wilson: number, total: number, agentKey: string] => [
  s.wilsonLowerBound,
  s.total,
  s.agentKey,
];

interface Row extends Omit<AgentFigures, "histogram"> {
  agentKey: string;
  displayName: string;
  histograms: Histogram[] | null;
  totalBefore: number | null;
  successfulBefore: number | null;
}

/**
 * All agents with their figures. Without a window or a type of task the running ones; otherwise
 * those of the minutes (an hour) or hours (longer) within the window, including the current one,
 * and of as many before it.
 */
async function readAgents(scope: Scope, query: LeaderboardQuery): Promise<Ranked[]> {
  const { prisma, tenantId } = scope;
  const windowMs = LEADERBOARD_WINDOWS[query.window];
  if (windowMs === null && query.taskType === undefined) {
    const rows = await prisma.$queryRaw<Row[]>`
      SELECT /* leaderboard */ a."id" AS "agentKey", a."displayName", s."total", s."successful", s."failed", s."upstream", s."timed",
        s."totalDurationMs", json_build_array(s."histogram") AS "histograms", NULL AS "totalBefore", NULL AS "successfulBefore"
      FROM "Agent" AS a LEFT JOIN "Statistics" AS s ON s."tenantId" = a."tenantId" AND s."id" = a."id" WHERE a."tenantId" = ${tenantId}`;
    return rows.map(rankedOf);
  }
  const finest = query.window === "1h" ? "minute" : query.window === "24h" ? "hour" : "day";
  const unitMs = finest === "minute" ? 60_000 : HOUR_MS;
  const to = Math.floor(scope.now / unitMs) * unitMs + unitMs;
  const from = windowMs === null ? 0 : to - windowMs;
  const perAgent = { taskType: query.taskType, perAgent: true, finest } as const;
  const now = await tallied(scope, { ...perAgent, from, to });
  const before = await tallied(scope, { ...perAgent, from: windowMs === null ? from : from - windowMs, to: from });
  const rows = await prisma.$queryRaw<Row[]>`
    WITH now AS (
      SELECT t."agentKey", sum(t."total")::int AS "total", sum(t."successful")::int AS "successful", sum(t."failed")::int AS "failed",
        sum(t."upstream")::int AS "upstream", sum(t."timed")::int AS "timed", sum(t."totalDurationMs") AS "totalDurationMs",
        json_agg(t."histogram") AS "histograms"
      FROM (${now}) AS t GROUP BY 1
    ), before AS (
      SELECT t."agentKey", sum(t."total")::int AS "total", sum(t."successful")::int AS "successful" FROM (${before}) AS t GROUP BY 1
    ) SELECT /* leaderboard of a window */ a."id" AS "agentKey", a."displayName", n."total", n."successful", n."failed", n."upstream", n."timed",
      n."totalDurationMs", n."histograms", b."total" AS "totalBefore", b."successful" AS "successfulBefore"
    FROM "Agent" AS a LEFT JOIN now AS n ON n."agentKey" = a."id" LEFT JOIN before AS b ON b."agentKey" = a."id"
    WHERE a."tenantId" = ${tenantId}`;
  return rows.map(rankedOf);
}

function rankedOf({ agentKey, displayName, histograms, totalBefore, successfulBefore, ...figures }: Row): Ranked {
  // Outer join without a match: no outcome yet, or none in the window.
  if (figures.total === null) return { agentKey, displayName };
  return {
    agentKey,
    displayName,
    statistics: { ...figures, histogram: (histograms ?? []).reduce(mergeHistograms, {}) },
    ...(totalBefore !== null && { before: { total: totalBefore, successful: successfulBefore ?? 0 } }),
  };
}

/** The types of task that outcomes have, by name. */
export async function readTaskTypes({ prisma, tenantId }: Scope): Promise<string[]> {
  const rows = await prisma.$queryRaw<{ taskType: string }[]>`
    SELECT /* task types */ DISTINCT t."taskType" FROM "Tally" AS t
    WHERE t."tenantId" = ${tenantId} AND t."width" = 'hour' AND t."t" >= now() - interval '90 days' AND t."taskType" <> '' ORDER BY 1`;
  return rows.map(({ taskType }) => taskType);
}
