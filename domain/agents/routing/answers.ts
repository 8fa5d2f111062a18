import type { JobStatus } from "../../kernel/statuses.ts";
import type { Wire } from "../../kernel/wire.ts";

/** How an agent does: at the decision's type of task if anything is known of that, else at all it did. */
export interface TrackRecord {
  agentKey: string;
  /** Its score in the decision. */
  score: number;
  successRate: number | null;
  /** How many outcomes the rate rests on. */
  sample: number;
  basis: "task_type" | "overall";
}

/** `GET /routing/decisions/{id}`: the decision, what it was weighed against, and what happened next. */
export type ExplainedDecision = Wire<"decision"> & {
  explanation: {
    /** The agent picked, by what is known now. */
    chosen: TrackRecord;
    /** Who would have been picked otherwise; null when nobody else could take the task. */
    secondChoice: TrackRecord | null;
    /** Decisions that fell back from this one, directly or not, in their order. */
    fallbacks: Wire<"decision">[];
    /** The job it was for. */
    job: {
      jobId: string;
      status: JobStatus;
      attempt: number;
      claimedBy: string | null;
      finishedAt: string | null;
    } | null;
  };
};

/** `POST /statistics/recalculate`: what was read and what it corrected. */
export interface Recalculation {
  /** Agents whose figures were rebuilt. */
  agents: number;
  /** Outcomes that were read, those read again because the agent went on among them. */
  outcomesRead: number;
  /** Agents whose figures were wrong. */
  corrected: { agentKey: string; before: FiguresTold; after: FiguresTold }[];
  /** Agents that reported without pause, so that theirs could not be rebuilt in the time given: ask again for these. */
  unfinished: string[];
  /** From when on outcomes were counted again; null: all of them. */
  from: string | null;
}

export interface FiguresTold {
  total: number;
  successful: number;
  failed: number;
  upstream: number;
  timed: number;
  totalDurationMs: number;
}
