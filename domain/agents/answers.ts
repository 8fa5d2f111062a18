import { z } from "zod";
import { named } from "../kernel/endpoint.ts";
import { at, count, maybeAt, maybeText, ms, rate, text } from "../kernel/fields.ts";
import { id } from "../kernel/primitives.ts";
import { JOB_STATUSES } from "../kernel/statuses.ts";
import { DAY_MS, HOUR_MS } from "../kernel/time.ts";
import { agent, breaker, decision, statistics } from "./contract.ts";

/** What endpoints of agents answer that is no row. */

export const agentWithState = named(
  "AgentWithState",
  agent.sent.extend({ breaker: breaker.sent, statistics: statistics.sent }),
);
export type AgentWithState = z.infer<typeof agentWithState>;

export const SERIES_METRICS = [
  "throughput",
  "failures",
  "upstream",
  "success_rate",
  "duration_p50",
  "duration_p95",
  "duration_avg",
  "utilisation",
  "busy",
  "capacity",
  "queue_depth",
  "queue_running",
] as const;

export type SeriesMetric = (typeof SERIES_METRICS)[number];

const point = z.object({ t: at, value: z.number().nullable().meta({ description: "Null: a gap, not a zero" }) });
/** One step of a series. `value` is null where there is nothing to say: a gap, not a zero. */
export type SeriesPoint = z.infer<typeof point>;

export const series = named(
  "Series",
  z.object({
    metric: z.enum(SERIES_METRICS),
    unit: z.enum(["count", "ratio", "ms"]),
    step: count.meta({ description: "How long a step is, ms" }),
    from: at,
    to: at,
    points: z.array(point).max(500).meta({ description: "Counts are per step, gauges their highest value within it" }),
  }),
);
export type Series = z.infer<typeof series>;

export const standing = named(
  "Standing",
  z.object({
    rank: z.int().min(1),
    agentKey: id,
    displayName: text,
    total: count,
    successful: count,
    failed: count,
    successRate: rate.nullable(),
    wilsonLowerBound: rate.meta({
      description: "What the rank goes by: the success rate it has at least, so that 1 of 1 does not beat 90 of 100",
    }),
    upstream: count.meta({ description: "Ends that were not the agent's doing; not in `total`" }),
    averageDurationMs: ms.nullable(),
    p50DurationMs: ms.nullable(),
    p95DurationMs: ms.nullable(),
    trend: z.number().min(-1).max(1).nullable().meta({ description: "Success rate less that of the stretch before" }),
  }),
);
/** One agent's place on the leaderboard; what needs outcomes is null without any. */
export type Standing = z.infer<typeof standing>;

/** Stretches a leaderboard may look at, ms; `all` is everything. */
export const LEADERBOARD_WINDOWS = { "1h": HOUR_MS, "24h": DAY_MS, "7d": 7 * DAY_MS, all: null } as const;
export type LeaderboardWindow = keyof typeof LEADERBOARD_WINDOWS;

export const taskTypes = named("TaskTypes", z.object({ items: z.array(text) }));

const trackRecord = z.object({
  agentKey: text,
  score: z.number().meta({ description: "Its score in the decision" }),
  successRate: rate.nullable(),
  sample: count.meta({ description: "How many outcomes the rate rests on" }),
  basis: z.enum(["task_type", "overall"]).meta({ description: "Outcomes of this type of task, or of all" }),
});
/**
 * How an agent does: at the decision's type of task if anything is known of that, else at all it
 * did.
 */
export type TrackRecord = z.infer<typeof trackRecord>;

export const explainedDecision = named(
  "ExplainedDecision",
  decision.sent.extend({
    explanation: z.object({
      chosen: trackRecord,
      secondChoice: trackRecord.nullable().meta({ description: "Null when nobody else could take the task" }),
      fallbacks: z.array(decision.sent).meta({ description: "Decisions that fell back from this one, in order" }),
      job: z
        .object({
          jobId: text,
          status: z.enum(JOB_STATUSES),
          attempt: count,
          claimedBy: maybeText,
          finishedAt: maybeAt,
        })
        .nullable()
        .meta({ description: "The job it was for" }),
    }),
  }),
);
/** A decision, what it was weighed against, and what happened next. */
export type ExplainedDecision = z.infer<typeof explainedDecision>;

const figures = z.object({
  total: count,
  successful: count,
  failed: count,
  upstream: count,
  timed: count,
  totalDurationMs: ms,
});
export type ReportedFigures = z.infer<typeof figures>;

export const recalculation = named(
  "Recalculation",
  z.object({
    agents: count.meta({ description: "Agents whose figures were rebuilt" }),
    outcomesRead: count,
    corrected: z.array(z.object({ agentKey: text, before: figures, after: figures })),
    unfinished: z.array(text).meta({ description: "Agents that reported without pause: ask again for these" }),
    from: maybeAt.meta({ description: "From when on outcomes were counted again; null: all of them" }),
  }),
);
/** What was read and what it corrected. */
export type Recalculation = z.infer<typeof recalculation>;
