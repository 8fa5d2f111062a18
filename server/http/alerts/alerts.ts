import type { FastifyInstance } from "fastify";
import { alertEndpoints as endpoints } from "../../../domain/alerts/endpoints.ts";
import { readAlertStorm } from "../../store/reads/alerts/alert-storm.ts";
import { countAlerts, listAlerts } from "../../store/reads/alerts/alerts.ts";
import { readRow } from "../../store/reads/kernel/one-row.ts";
import { registerCommand } from "../kernel/command.ts";
import { found, type ResourceDeps, scopeOf } from "../kernel/resource.ts";
import { route } from "../kernel/route.ts";
import { registerAlertBulk } from "./alerts-bulk.ts";

/** Alerts: the inbox and what can be done about one of them, or about many. */
export function registerAlerts(app: FastifyInstance, deps: ResourceDeps): void {
  route(app, endpoints.list, ({ request, query }) => listAlerts(request.db, scopeOf(request, deps), query));
  route(app, endpoints.counts, ({ request, query }) => countAlerts(scopeOf(request, deps), query));
  registerAlertBulk(app, deps);
  route(app, endpoints.storm, ({ request }) => readAlertStorm(scopeOf(request, deps)));
  route(app, endpoints.one, async ({ request, id }) => found(await readRow(request.db, "alert", id), "alert", id));
  registerCommand(app, deps, endpoints.acknowledge);
  registerCommand(app, deps, endpoints.unacknowledge);
  registerCommand(app, deps, endpoints.snooze);
  registerCommand(app, deps, endpoints.resolve);
  registerCommand(app, deps, endpoints.comment);
}
