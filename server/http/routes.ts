import type { FastifyInstance } from "fastify";
import { registerAgents } from "./agents.ts";
import { registerAlerts } from "./alerts.ts";
import type { AppDeps } from "./app.ts";
import { registerAccountRoutes } from "./auth/account-routes.ts";
import { registerKeyLogin } from "./auth/sign-in-routes.ts";
import { registerClaims } from "./claims.ts";
import { registerCommits } from "./commits.ts";
import { registerEvents } from "./events.ts";
import { registerJobs } from "./jobs.ts";
import { registerLeaderboard } from "./leaderboard.ts";
import { registerReference } from "./openapi.ts";
import { registerReceipts } from "./receipts.ts";
import { registerRouting } from "./routing.ts";
import { registerRunSnapshot } from "./run-snapshot.ts";
import { registerRunState } from "./run-state.ts";
import { registerRuns } from "./runs.ts";
import { registerSummary } from "./summary.ts";
import { registerSystem } from "./system.ts";
import { registerWorkstreams } from "./workstreams.ts";

/** Every resource of the API, one line each. Routes are closed to strangers unless they say otherwise. */
export function registerRoutes(app: FastifyInstance, deps: AppDeps): void {
  registerReference(app);
  registerCommits(app, deps);
  registerRuns(app, deps);
  registerRunState(app, deps);
  registerRunSnapshot(app, deps);
  registerWorkstreams(app);
  registerJobs(app, deps);
  registerClaims(app, deps);
  registerAgents(app, deps);
  registerLeaderboard(app);
  registerRouting(app, deps);
  registerAlerts(app, deps);
  registerEvents(app, deps);
  registerReceipts(app, deps);
  registerSummary(app, deps);
  registerSystem(app, deps);
  registerAccountRoutes(app, deps);
  registerKeyLogin(app, deps);
}
