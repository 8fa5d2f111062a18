import { z } from "zod";
import { command, get, page, post } from "../kernel/endpoint.ts";
import { id, label, time } from "../kernel/primitives.ts";
import { listOf, oneQuery, pageQuery, runFilter } from "../kernel/query.ts";
import { BREAKER_STATES } from "../kernel/statuses.ts";
import { DAY_MS, HOUR_MS } from "../kernel/time.ts";
import { agentHeartbeat, agentRegister } from "./agent.ts";
import {
  agentWithState,
  explainedDecision,
  LEADERBOARD_WINDOWS,
  type LeaderboardWindow,
  recalculation,
  SERIES_METRICS,
  series,
  standing,
  taskTypes,
} from "./answers.ts";
import { breakerOverride, breakerReset } from "./breaker/breaker.ts";
import { agent, breaker, decision } from "./contract.ts";
import { routingDecide } from "./routing/decide.ts";
import { routingOutcome } from "./routing/routing.ts";

/** The endpoints of agents, their breakers and figures, and of routing. */

const tag = "Agents";

export const agentEndpoints = {
  list: get("/agents", {
    tag,
    summary: "Agents by key, each with its breaker and its figures",
    query: z.strictObject(pageQuery),
    answer: page(agentWithState),
  }),
  one: get("/agents/:id", {
    tag,
    summary: "One agent with its breaker and its figures",
    query: oneQuery,
    answer: agentWithState,
    tagged: true,
  }),
  breaker: get("/agents/:id/breaker", {
    tag,
    summary: "The circuit breaker in front of an agent",
    query: oneQuery,
    answer: breaker.sent,
    tagged: true,
  }),
  register: command("/agents", agent, agentRegister, {
    tag,
    summary: "Register an agent, or change one: fields left out stay as they are; `breaker` is taken as a whole",
  }),
  heartbeat: command("/agents/:id/heartbeat", agent, agentHeartbeat, {
    tag,
    summary: "Report that the agent is alive",
  }),
  override: command("/agents/:id/breaker/override", breaker, breakerOverride, {
    tag,
    summary: "Hold a breaker open, switch it off, or close it",
  }),
  reset: command("/agents/:id/breaker/reset", breaker, breakerReset, {
    tag,
    summary: "Close a breaker and clear its window",
  }),
  breakers: get("/breakers", {
    tag,
    summary: "Circuit breakers by agent",
    query: z.strictObject({ state: listOf(BREAKER_STATES).optional(), ...pageQuery }),
    answer: page(breaker.sent),
  }),
  recalculate: post("/statistics/recalculate", {
    tag: "Maintenance",
    summary: "Rebuild the figures of agents from their outcomes",
    description:
      "Traffic may go on. Each agent is rebuilt as a whole, from all its outcomes and from what those had added that are no longer kept. Only for admins.",
    body: z.strictObject({
      agentKey: id.optional().meta({ description: "Only this agent" }),
      from: time.optional().meta({ description: "Only agents with an outcome at this time or later" }),
    }),
    answer: recalculation,
    says: { 200: "What was read and corrected" },
    problems: [403, 404, 409],
  }),
};

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

const LONGEST_MS = 400 * DAY_MS;

/** These know no type of task. */
const GAUGES = /^(utilisation|busy|capacity|queue_depth|queue_running)$/;

const seriesQuery = z
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
  .refine(({ metric, queue }) => queue === undefined || metric.startsWith("queue_"), {
    message: "belongs to queue_depth and queue_running alone",
    path: ["queue"],
  })
  .refine(({ metric, agent: of }) => of === undefined || !metric.startsWith("queue_"), {
    message: "does not belong to the metrics of queues",
    path: ["agent"],
  })
  .refine(({ metric, taskType }) => taskType === undefined || !GAUGES.test(metric), {
    message: "belongs to metrics of outcomes alone",
    path: ["taskType"],
  });

/** The stretch that is asked for, ms since 1970; what is left out goes by `now`. */
const stretch = (now: number) =>
  z
    .object({ from: time.optional(), to: time.optional() })
    .transform(({ from, to }) => {
      const until = to === undefined ? now : Date.parse(to);
      return { from: from === undefined ? until - HOUR_MS : Date.parse(from), to: until };
    })
    .refine(({ from, to }) => from < to, { message: "must lie before `to`", path: ["from"] })
    .refine(({ from, to }) => to - from <= LONGEST_MS, { message: "must lie within 400 days of `to`", path: ["from"] });

/**
 * The query of a series with its stretch in ms since 1970. Throws for one that is empty or too
 * long.
 */
export const withStretch = (query: z.output<typeof seriesQuery>, now: number) => ({
  ...query,
  ...stretch(now).parse(query),
});

export const figureEndpoints = {
  leaderboard: get("/leaderboard", {
    tag,
    summary: "Agents by the lower bound of their success rate",
    query: leaderboardQuery,
    answer: page(standing),
  }),
  taskTypes: get("/task-types", { tag, summary: "The types of task that agents were given", answer: taskTypes }),
  series: get("/metrics/series", {
    tag: "Overview",
    summary: "One metric over time",
    query: seriesQuery,
    answer: series,
  }),
};

export const routingEndpoints = {
  list: get("/routing/decisions", {
    tag: "Routing",
    summary: "Routing decisions, the newest first",
    query: z.strictObject({
      taskId: id.optional(),
      taskType: label.optional(),
      ...runFilter,
      jobId: id.optional(),
      agent: id.optional().meta({ description: "The selected agent" }),
      success: z
        .enum(["true", "false", "unknown"])
        .transform((text) => (text === "unknown" ? null : text === "true"))
        .optional()
        .meta({ description: "`unknown`: no outcome has been reported yet" }),
      from: time.optional().meta({ description: "Routed at or after" }),
      to: time.optional().meta({ description: "Routed before" }),
      ...pageQuery,
    }),
    answer: page(decision.sent),
  }),
  one: get("/routing/decisions/:id", {
    tag: "Routing",
    summary: "One routing decision, its reasons and its outcome",
    query: oneQuery,
    answer: explainedDecision,
  }),
  decide: command("/routing/decisions", decision, routingDecide, {
    tag: "Routing",
    summary: "Pick the agent for a task; 409 `no_agent` with every candidate when none can take it",
  }),
  outcome: command("/routing/decisions/:id/outcome", decision, routingOutcome, {
    tag: "Routing",
    summary: "Report the outcome of a decision, once",
  }),
};
