import { z } from "zod";
import type { Recalculation, TrackRecord } from "../../../domain/agents/routing/answers.ts";
import { JOB_STATUSES } from "../../../domain/kernel/statuses.ts";
import { ROWS } from "../../../domain/rows.ts";
import { at, count, maybeAt, maybeText, ms, text } from "./fields.ts";

const trackRecord: z.ZodType<TrackRecord> = z.object({
  agentKey: text,
  score: z.number(),
  successRate: z.number().min(0).max(1).nullable(),
  sample: count.meta({ description: "How many outcomes the rate rests on" }),
  basis: z.enum(["task_type", "overall"]).meta({ description: "Outcomes of this type of task, or of all" }),
});

const figures = z.object({
  total: count,
  successful: count,
  failed: count,
  upstream: count,
  timed: count,
  totalDurationMs: ms,
});

const recalculation: z.ZodType<Recalculation> = z.object({
  agents: count.meta({ description: "Agents whose figures were rebuilt" }),
  outcomesRead: count,
  corrected: z.array(z.object({ agentKey: text, before: figures, after: figures })),
  unfinished: z.array(text).meta({ description: "Agents that reported without pause: ask again for these" }),
  from: maybeAt,
});

/** Answers about routing that are no rows. */
export const ROUTING_ANSWERS = {
  ExplainedDecision: ROWS.decision.sent.extend({
    explanation: z.object({
      chosen: trackRecord,
      secondChoice: trackRecord.nullable().meta({ description: "Null when nobody else could take the task" }),
      fallbacks: z.array(ROWS.decision.sent).meta({ description: "Decisions that fell back from this one, in order" }),
      job: z
        .object({
          jobId: text,
          status: z.enum(JOB_STATUSES),
          attempt: count,
          claimedBy: maybeText,
          finishedAt: at.nullable(),
        })
        .nullable(),
    }),
  }),
  Recalculation: recalculation,
};
