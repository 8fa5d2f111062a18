import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { id, label } from "../../../domain/kernel/primitives.ts";
import { ALERT_STATUSES, SEVERITIES } from "../../../domain/kernel/statuses.ts";
import { countAlerts, listAlerts } from "../../store/reads/alerts/alerts.ts";
import { readRow } from "../../store/reads/kernel/one-row.ts";
import { registerCommand } from "../kernel/command.ts";
import {
  BASE,
  found,
  listOf,
  mustHaveReached,
  pageQuery,
  pathId,
  type ResourceDeps,
  scopeOf,
} from "../kernel/resource.ts";
import { etagOf } from "../kernel/versions.ts";
import { listDoc, oneDoc, plainDoc, type RouteDoc } from "../openapi/route-docs.ts";
import { registerAlertStorm } from "./alert-storm.ts";
import { registerAlertBulk } from "./alerts-bulk.ts";

const alertFilter = {
  severity: listOf(SEVERITIES).optional(),
  rule: id.optional().meta({ description: "Only those this rule has raised" }),
  subject: id.optional().meta({ description: "Only those about this agent, queue, run, job or approval" }),
  runId: id.optional(),
  causeId: id.optional().meta({ description: "Only those that this alert has caused" }),
  q: label.optional().meta({ description: "What the title or the subject's id contains, whatever its case" }),
};

const alertQuery = z.strictObject({
  status: listOf(ALERT_STATUSES).default(["firing", "acknowledged"]),
  ...alertFilter,
  sort: z
    .enum(["fired", "urgency"])
    .default("fired")
    .meta({ description: "`fired`: the latest first. `urgency`: the most severe first, of those the latest" }),
  grouped: z
    .enum(["true", "false"])
    .default("false")
    .transform((value) => value === "true")
    .meta({ description: "Leaves out those whose cause is open, and says with each how many it has caused" }),
  ...pageQuery,
});

const countQuery = z.strictObject(alertFilter);

export function registerAlerts(app: FastifyInstance, deps: ResourceDeps): void {
  const tag = "Alerts";
  const list = listDoc(tag, "Alerts, firing and acknowledged ones by default, the latest first", "Alert", alertQuery);
  app.get(`${BASE}/alerts`, { config: { doc: list } }, (request) =>
    listAlerts(request.db, scopeOf(request, deps), alertQuery.parse(request.query)),
  );
  const counts: RouteDoc = { ...plainDoc(tag, "How many alerts of each status", "AlertCounts"), query: countQuery };
  app.get(`${BASE}/alerts/counts`, { config: { doc: { ...counts, problems: [400] } } }, (request) =>
    countAlerts(scopeOf(request, deps), countQuery.parse(request.query)),
  );
  registerAlertBulk(app, deps);
  registerAlertStorm(app, deps);
  app.get(`${BASE}/alerts/:id`, { config: { doc: oneDoc(tag, "One alert", "Alert") } }, async (request, reply) => {
    const alertId = pathId(request);
    await mustHaveReached(request);
    const alert = found(await readRow(request.db, "alert", alertId), "alert", alertId);
    reply.header("etag", etagOf(alert));
    return alert;
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
  registerCommand(app, deps, {
    path: "/alerts/:id/snooze",
    kind: "alert",
    mutation: "alert.snooze",
    tag,
    summary: "Silence it until a time, until it is resolved, or until it gets worse",
  });
  registerCommand(app, deps, {
    path: "/alerts/:id/resolve",
    kind: "alert",
    mutation: "alert.resolve",
    tag,
    summary: "Say that it is over; it fires again if its condition still holds",
  });
  registerCommand(app, deps, {
    path: "/alerts/:id/comment",
    kind: "alert",
    mutation: "alert.comment",
    tag,
    summary: "Say something about it",
  });
}
