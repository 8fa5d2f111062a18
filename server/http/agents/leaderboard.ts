import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { LEADERBOARD_WINDOWS, type LeaderboardWindow } from "../../../domain/kernel/answers.ts";
import { label } from "../../../domain/kernel/primitives.ts";
import { readLeaderboard, readTaskTypes } from "../../store/reads/agents/leaderboard.ts";
import { BASE, pageQuery, type ResourceDeps, scopeOf } from "../kernel/resource.ts";
import { listDoc, plainDoc } from "../openapi/route-docs.ts";

const WINDOWS = Object.keys(LEADERBOARD_WINDOWS) as [LeaderboardWindow, ...LeaderboardWindow[]];

const leaderboardQuery = z.strictObject({
  window: z.enum(WINDOWS).default("all").meta({ description: "How far back; hours count as a whole" }),
  taskType: label.optional().meta({ description: "Only outcomes of this type of task" }),
  below: z.coerce
    .number()
    .min(0)
    .max(1)
    .optional()
    .meta({ description: "Only agents whose success rate is under this" }),
  minTotal: z.coerce.number().int().min(0).default(0).meta({ description: "Only agents with so many outcomes" }),
  ...pageQuery,
});

/** `GET /leaderboard`: agents ranked by Wilson's lower bound of their success rate. `GET /task-types`: what it can be narrowed to. */
export function registerLeaderboard(app: FastifyInstance, deps: ResourceDeps): void {
  const doc = listDoc("Agents", "Agents by the success rate they are sure to have", "Standing", leaderboardQuery);
  app.get(`${BASE}/leaderboard`, { config: { doc } }, (request) =>
    readLeaderboard(scopeOf(request, deps), leaderboardQuery.parse(request.query)),
  );
  const types = plainDoc("Agents", "The types of task that agents were given", "TaskTypes");
  app.get(`${BASE}/task-types`, { config: { doc: types } }, async (request) => ({
    items: await readTaskTypes(scopeOf(request, deps)),
  }));
}
