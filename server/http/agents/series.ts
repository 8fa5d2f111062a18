import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { SERIES_METRICS } from "../../../domain/kernel/answers.ts";
import { id, label, time } from "../../../domain/kernel/primitives.ts";
import { DAY_MS, HOUR_MS } from "../../../domain/kernel/time.ts";
import { readSeries } from "../../store/reads/agents/series.ts";
import { BASE, type ResourceDeps, scopeOf } from "../kernel/resource.ts";
import { plainDoc } from "../openapi/route-docs.ts";

const LONGEST_MS = 400 * DAY_MS;

/** These know no type of task. */
const GAUGES = /^(utilisation|busy|capacity|queue_depth|queue_running)$/;

/** What may be asked, by a clock that says when "now" is, epoch ms. */
const seriesQueryAt = (now: () => number) =>
  z
    .strictObject({
      metric: z.enum(SERIES_METRICS),
      agent: id.optional().meta({ description: "Only of this agent; all of them together when left out" }),
      taskType: label.optional().meta({ description: "Only outcomes of this type of task" }),
      queue: id.optional().meta({ description: "Only of this queue" }),
      from: time.optional().meta({ description: "An hour before `to` when left out" }),
      to: time.optional().meta({ description: "Now when left out" }),
      step: z.coerce.number().int().min(1).max(LONGEST_MS).optional().meta({
        description: "How long a step shall be, ms; widened to whole minutes or hours, and until there are at most 500",
      }),
    })
    .transform(({ from, to, ...query }) => {
      const until = to === undefined ? now() : Date.parse(to);
      return { ...query, from: from === undefined ? until - HOUR_MS : Date.parse(from), to: until };
    })
    .refine(({ from, to }) => from < to, { message: "must lie before `to`", path: ["from"] })
    .refine(({ metric, queue }) => queue === undefined || metric.startsWith("queue_"), {
      message: "belongs to queue_depth and queue_running alone",
      path: ["queue"],
    })
    .refine(({ metric, agent }) => agent === undefined || !metric.startsWith("queue_"), {
      message: "does not belong to the metrics of queues",
      path: ["agent"],
    })
    .refine(({ metric, taskType }) => taskType === undefined || !GAUGES.test(metric), {
      message: "belongs to metrics of outcomes alone",
      path: ["taskType"],
    })
    .refine(({ from, to }) => to - from <= LONGEST_MS, { message: "must lie within 400 days of `to`", path: ["from"] });

/** `GET /metrics/series`: one metric over time, for a chart. */
export function registerSeries(app: FastifyInstance, deps: ResourceDeps): void {
  const seriesQuery = seriesQueryAt(deps.store.now);
  const doc = { ...plainDoc("Overview", "One metric over time", "Series"), query: seriesQuery, problems: [400] };
  app.get(`${BASE}/metrics/series`, { config: { doc } }, (request) =>
    readSeries(scopeOf(request, deps), seriesQuery.parse(request.query)),
  );
}
