import { z } from "zod";
import { id, text } from "../kernel/primitives.ts";
import { type Column, column, type RowOf, row } from "../kernel/row.ts";
import { BREAKER_STATES } from "../kernel/statuses.ts";
import { type BreakerConfig, breakerConfig } from "./breaker/config.ts";
import type { BreakerOverride, BreakerState, BreakerTrial } from "./breaker/state.ts";
import type { BreakerWindow } from "./breaker/window.ts";
import type { Histogram } from "./figures.ts";

/** The rows of agents, their breakers, their figures and the decisions that chose them. */

const count = z.int().min(0);
const ms = z.number().min(0);
const at = z.iso.datetime();
const histogram = z.record(z.string(), count) as z.ZodType<Histogram>;

export const agent = row("agent", "Agent", "agentKey", {
  columns: {
    displayName: column.text(),
    capabilities: column.names(),
    /** Slots: how many jobs it can run at once. */
    capacity: column.count(),
    bounded: column.flag().about("Its capacity is known, so claims hold to it; before, it is a guess"),
    busy: column.count().about("Jobs it is running, as the queue knows"),
    reportedBusy: column.count().orNull().about("What it says of itself in heartbeats"),
    draining: column.flag(),
    drainReason: column.text().orNull(),
    createdAt: column.at(),
    lastSeenAt: column.at(),
    updatedAt: column.at(),
  },
});
export type Agent = RowOf<typeof agent>;

/** A breaker's columns are the state of its machine, and when the row last changed. */
type BreakerColumns = { readonly [N in keyof BreakerState]: Column<BreakerState[N]> } & {
  readonly updatedAt: Column<string>;
};

/** The circuit breaker in front of an agent. `window` and `trials` are the machine's own memory. */
export const breaker = row("breaker", "Breaker", "agentKey", {
  columns: {
    state: column.oneOf(BREAKER_STATES),
    config: column.jsonAs<BreakerConfig>(breakerConfig),
    window: column.jsonAs<BreakerWindow>(
      z.looseObject({ kind: z.enum(["count", "time"]), failures: count, slow: count }),
    ),
    trials: column.jsonAs<BreakerTrial[]>(z.array(z.looseObject({ expiresAt: at }))),
    epoch: column.count(),
    calls: column.count(),
    failureCount: column.count(),
    successCount: column.count(),
    failureRate: column.rate().orNull(),
    slowCallRate: column.rate().orNull(),
    openedAt: column.at().orNull(),
    resetAt: column.at().orNull().about("When time alone moves it on"),
    openings: column.count().about("Openings in a row without a close between them"),
    override: column.jsonAs<BreakerOverride | null>(
      z
        .object({
          state: z.enum(["forced_open", "disabled"]),
          reason: z.string(),
          by: z.string(),
          at,
          expiresAt: at.nullable(),
        })
        .nullable(),
    ),
    lastError: column.text().orNull(),
    changedAt: column.at(),
    updatedAt: column.at(),
  } satisfies BreakerColumns,
  heavy: ["config"],
});
export type Breaker = RowOf<typeof breaker>;

/** The figures of outcomes that are no longer kept. */
export type Baseline = {
  total: number;
  successful: number;
  failed: number;
  upstream: number;
  totalDurationMs: number;
  timed: number;
  histogram: Histogram;
};

/** Running figures of an agent, kept by each outcome. */
export const statistics = row("statistics", "Statistics", "agentKey", {
  columns: {
    total: column.count(),
    successful: column.count(),
    failed: column.count(),
    totalDurationMs: column.ms(),
    timed: column.count().about("How many outcomes have a duration: what the average divides by"),
    histogram: column.json(histogram),
    upstream: column.count().about("Ends that were not the agent's doing; not in `total`"),
    baseline: column
      .jsonAs<Baseline | null>(z.record(z.string(), z.unknown()).nullable())
      .about("What outcomes that are no longer kept had added: recalculation begins with it"),
    updatedAt: column.at(),
  },
  heavy: ["baseline"],
});
export type Statistics = RowOf<typeof statistics>;

/**
 * One call made to an agent, unique by its source: an attempt, an unlinked routing outcome, or a
 * `breaker.record`. Breakers and statistics read outcomes only, so nothing counts twice. An end
 * that came from upstream is an outcome too, counted apart.
 */
export const outcome = row("outcome", "Outcome", "outcomeId", {
  columns: {
    agentKey: column.id(),
    success: column.flag(),
    durationMs: column.ms().orNull(),
    taskType: column.text().orNull(),
    runId: column.text().orNull(),
    jobId: column.text().orNull(),
    error: column.text().orNull(),
    /**
     * Whose doing a failure was; null for a success. Failures from upstream do not count against
     * the agent.
     */
    fault: column.oneOf(["own", "upstream"]).orNull(),
    at: column.at(),
  },
  idSchema: z.string(),
  internal: true,
});
export type Outcome = RowOf<typeof outcome>;

const parts = z.strictObject({
  success: z.number(),
  speed: z.number(),
  load: z.number(),
  sample: z.int().min(0).meta({ description: "How many outcomes that rests on" }),
  basis: z.enum(["task_type", "overall"]).optional().meta({ description: "Outcomes of this type of task, or of all" }),
});

/**
 * An agent that was thought of; `excluded` says why it could not be taken, `trial` that it would be
 * a trial of its half-open breaker.
 */
export const candidate = z.strictObject({
  agentKey: id,
  score: z.number(),
  parts: parts.optional(),
  trial: z.boolean().optional(),
  excluded: text.optional(),
});
export type Candidate = z.infer<typeof candidate>;

/** How much each part of a score counts. */
const weights = z.object({ success: ms, speed: ms, load: ms });
export type Weights = z.infer<typeof weights>;

/**
 * Which agent was picked for a task, from which candidates, why. Append-only, but for the outcome
 * that comes later.
 */
export const decision = row("decision", "RoutingDecision", "decisionId", {
  columns: {
    taskId: column.id(),
    taskType: column.text(),
    requiredCapability: column.text().orNull(),
    selectedAgent: column.id(),
    priority: column.whole().orNull(),
    agentScore: column.number().orNull(),
    candidates: column
      .json(z.array(candidate))
      .about("The chosen one first, those left out last, each with the reason"),
    success: column.flag().orNull(),
    errorMessage: column.text().orNull(),
    retryAttempts: column.count().orNull(),
    routingDurationMs: column.ms().orNull(),
    durationMs: column.ms().orNull(),
    runId: column.text().orNull(),
    jobId: column.text().orNull(),
    fallbackOf: column.text().orNull().about("The decision this one falls back from"),
    /** What the scores were made with, when they were made here. */
    weights: column.json(weights).orNull(),
    /** The trial of a half-open breaker that the decision took: its outcome ends it. */
    permitId: column.text().orNull(),
    breakerEpoch: column.whole().orNull().about("The breaker's epoch then, if it was decided here"),
    routedAt: column.at(),
    outcomeAt: column.at().orNull(),
  },
  heavy: ["candidates"],
  hidden: ["permitId"],
  idSchema: z.string(),
});
export type RoutingDecision = RowOf<typeof decision>;

/** How an agent did at one type of task within a minute or an hour. */
export const tally = row("tally", "Tally", "tallyId", {
  columns: {
    agentKey: column.id(),
    taskType: column.text().about("Empty when the outcomes named none"),
    width: column.oneOf(["minute", "hour"]),
    t: column.at().about("Where the minute or hour begins"),
    total: column.count(),
    successful: column.count(),
    failed: column.count(),
    /**
     * Ends that were not the agent's doing: a breaker that was open, a queue that timed out, a
     * cancellation. Not in `total`.
     */
    upstream: column.count(),
    timed: column.count(),
    totalDurationMs: column.ms(),
    histogram: column.json(histogram),
  },
  idSchema: z.string(),
});
export type Tally = RowOf<typeof tally>;

export const GAUGE_METRICS = ["busy", "capacity", "depth", "running"] as const;
export type GaugeMetric = (typeof GAUGE_METRICS)[number];

/** A value as it stood within one minute. */
export const gauge = row("gauge", "Gauge", "gaugeId", {
  columns: {
    metric: column.oneOf(GAUGE_METRICS),
    key: column.text().about("The agent's key, or the queue's name"),
    t: column.at().about("Where the minute begins"),
    last: column.number(),
    max: column.number(),
    min: column.number(),
  },
  idSchema: z.string(),
});
export type Gauge = RowOf<typeof gauge>;
