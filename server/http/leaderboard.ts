import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { readLeaderboard } from "../store/reads/agents.ts";
import { listDoc } from "./openapi/route-docs.ts";
import { BASE, pageQuery } from "./resource.ts";

const leaderboardQuery = z.strictObject(pageQuery);

/** `GET /leaderboard`: agents ranked by Wilson's lower bound of their success rate. */
export function registerLeaderboard(app: FastifyInstance): void {
  const doc = listDoc("Agents", "Agents by the success rate they are sure to have", "Standing", leaderboardQuery);
  app.get(`${BASE}/leaderboard`, { config: { doc } }, (request) =>
    readLeaderboard(request.db, leaderboardQuery.parse(request.query)),
  );
}
