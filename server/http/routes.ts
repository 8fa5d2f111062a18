import type { FastifyInstance } from "fastify";
import { registerAgents } from "./agents/agents.ts";
import { registerFigures } from "./agents/figures.ts";
import { registerRouting } from "./agents/routing.ts";
import { registerAlertRules } from "./alerts/alert-rules.ts";
import { registerAlerts } from "./alerts/alerts.ts";
import { registerChannels } from "./alerts/channels.ts";
import { registerDeliveries } from "./alerts/deliveries.ts";
import type { AppDeps } from "./app.ts";
import { registerAccountRoutes } from "./auth/account-routes.ts";
import { registerKeyLogin } from "./auth/sign-in-routes.ts";
import { registerCommits } from "./commit/commits.ts";
import { registerEvents } from "./commit/events.ts";
import { registerReceipts } from "./commit/receipts.ts";
import { registerApprovals } from "./execution/approvals.ts";
import { registerClaims } from "./execution/claims.ts";
import { registerJobs } from "./execution/jobs.ts";
import { registerQueues } from "./execution/queues.ts";
import { registerRunState } from "./execution/run-state.ts";
import { registerRuns } from "./execution/runs.ts";
import { registerWorkstreams } from "./execution/workstreams.ts";
import { registerCleanup } from "./maintenance/cleanup.ts";
import { registerMaintenance } from "./maintenance/maintenance.ts";
import { registerRecalculation } from "./maintenance/recalculate.ts";
import { registerReference } from "./openapi.ts";
import { registerSessions } from "./sessions/sessions.ts";
import { registerTasks } from "./sessions/tasks.ts";
import { registerStatus } from "./status.ts";
import { registerSummary } from "./summary.ts";
import { registerSystem } from "./system.ts";

/**
 * Every resource of the API, one line each. Routes are closed to strangers unless they say
 * otherwise.
 */
export function registerRoutes(app: FastifyInstance, deps: AppDeps): void {
  registerReference(app);
  registerCommits(app, deps);
  registerRuns(app, deps);
  registerRunState(app, deps);
  registerWorkstreams(app, deps);
  registerJobs(app, deps);
  registerClaims(app, deps);
  registerQueues(app, deps);
  registerAgents(app, deps);
  registerFigures(app, deps);
  registerRouting(app, deps);
  registerAlerts(app, deps);
  registerAlertRules(app, deps);
  registerChannels(app, deps);
  registerDeliveries(app, deps);
  registerSessions(app, deps);
  registerTasks(app, deps);
  registerApprovals(app, deps);
  registerStatus(app, deps);
  registerEvents(app, deps);
  registerReceipts(app, deps);
  registerMaintenance(app, deps);
  registerCleanup(app, deps);
  registerRecalculation(app, deps);
  registerSummary(app, deps);
  registerSystem(app, deps);
  registerAccountRoutes(app, deps);
  registerKeyLogin(app, deps);
}
