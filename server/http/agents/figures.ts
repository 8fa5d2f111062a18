import type { FastifyInstance } from "fastify";
import { figureEndpoints as endpoints, withStretch } from "../../../domain/agents/endpoints.ts";
import { readLeaderboard, readTaskTypes } from "../../store/reads/agents/leaderboard.ts";
import { readSeries } from "../../store/reads/agents/series.ts";
import { type ResourceDeps, scopeOf } from "../kernel/resource.ts";
import { route } from "../kernel/route.ts";

/**
 * Agents ranked by Wilson's lower bound of their success rate, the types of task they were given,
 * and one metric over time.
 */
export function registerFigures(app: FastifyInstance, deps: ResourceDeps): void {
  route(app, endpoints.leaderboard, ({ request, query }) => readLeaderboard(scopeOf(request, deps), query));
  route(app, endpoints.taskTypes, async ({ request }) => ({ items: await readTaskTypes(scopeOf(request, deps)) }));
  route(app, endpoints.series, ({ request, query }) =>
    readSeries(scopeOf(request, deps), withStretch(query, deps.store.now())),
  );
}
