import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { ALERT_STATUSES, SEVERITIES } from "../../domain/statuses.ts";
import { listAlerts } from "../store/reads/alerts.ts";
import { readRow } from "../store/reads/one-row.ts";
import { registerCommand } from "./command.ts";
import { listDoc, oneDoc } from "./openapi/route-docs.ts";
import { BASE, found, listOf, mustHaveReached, pageQuery, pathId, type ResourceDeps } from "./resource.ts";

const alertQuery = z.strictObject({
  status: listOf(ALERT_STATUSES).default(["firing", "acknowledged"]),
  severity: listOf(SEVERITIES).optional(),
  ...pageQuery,
});

export function registerAlerts(app: FastifyInstance, deps: ResourceDeps): void {
  const tag = "Alerts";
  const list = listDoc(tag, "Alerts, firing and acknowledged ones by default, the latest first", "Alert", alertQuery);
  app.get(`${BASE}/alerts`, { config: { doc: list } }, (request) =>
    listAlerts(request.db, alertQuery.parse(request.query)),
  );
  app.get(`${BASE}/alerts/:id`, { config: { doc: oneDoc(tag, "One alert", "Alert") } }, async (request) => {
    const alertId = pathId(request);
    await mustHaveReached(request);
    return found(await readRow(request.db, "alert", alertId), "alert", alertId);
  });
  registerCommand(app, deps, {
    path: "/alerts/:id/acknowledge",
    kind: "alert",
    mutation: "alert.acknowledge",
    tag,
    summary: "Say that somebody is looking at it; `timeoutMs` makes it fire again by itself",
  });
  registerCommand(app, deps, {
    path: "/alerts/:id/unacknowledge",
    kind: "alert",
    mutation: "alert.unacknowledge",
    tag,
    summary: "Let an acknowledged alert fire again",
  });
}
