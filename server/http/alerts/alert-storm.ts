import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { AlertStorm } from "../../../domain/kernel/answers.ts";
import { SEVERITIES } from "../../../domain/kernel/statuses.ts";
import { readAlertStorm } from "../../store/reads/alerts/alert-storm.ts";
import { BASE, type ResourceDeps, scopeOf } from "../kernel/resource.ts";
import type { RouteDoc } from "../openapi/route-docs.ts";
import { answeredSchema } from "../openapi/schemas.ts";

const count = z.int().min(0);

const storm: z.ZodType<AlertStorm> = z.object({
  storm: z.boolean().meta({ description: "More than `threshold` alerts fired within the last minute" }),
  threshold: count,
  firedLastMinute: count.meta({ description: "Alerts that fired, or fired again, within the last minute" }),
  folded: count.meta({ description: "How many of them stand below a cause that is open" }),
  byRule: z
    .array(z.object({ rule: z.string(), severity: z.enum(SEVERITIES), count }))
    .meta({ description: "The most severe first, then the most numerous" }),
});

const DOC: RouteDoc = {
  tag: "Alerts",
  summary: "Whether more alerts fire than can be read one by one",
  description: "A storm ends by time alone, without an event: ask again while there is one.",
  answers: { 200: { description: "As it is now", schema: answeredSchema(storm) } },
};

/** `GET /alerts/storm`: what fired within the last minute, by rule. */
export function registerAlertStorm(app: FastifyInstance, deps: ResourceDeps): void {
  app.get(`${BASE}/alerts/storm`, { config: { doc: DOC } }, (request) => readAlertStorm(scopeOf(request, deps)));
}
