import { z } from "zod";
import { id, keptMs, label } from "../kernel/primitives.ts";
import type { RuleKind } from "../kernel/statuses.ts";
import { HOUR_MS, MINUTE_MS } from "../kernel/time.ts";

/**
 * The parameters of each kind of rule: shares are 0–1, times in ms. Without one its default holds.
 */

const share = z.number().min(0).max(1);
const period = keptMs.min(1000);

export const RULE_PARAMS = {
  /** The breaker of an agent opens; of any, or of those named. */
  breaker_open: z.strictObject({ agents: z.array(id).min(1).max(200).optional() }),
  /**
   * An agent's success rate within the window is under the threshold; it ends at `recovery`, so
   * that it does not flap.
   */
  success_rate: z
    .strictObject({
      threshold: share.default(0.8),
      recovery: share.optional(),
      windowMs: period
        .min(MINUTE_MS)
        .max(1440 * MINUTE_MS)
        .default(15 * MINUTE_MS),
      minimumSample: z.int().min(1).max(1_000_000).default(20),
      agent: id.optional(),
      taskType: label.optional(),
    })
    .refine(({ threshold, recovery }) => recovery === undefined || recovery >= threshold, {
      message: "must not be under `threshold`",
      path: ["recovery"],
    }),
  /** More jobs wait in a queue than `depth`, or than the queue's own capacity. */
  queue_depth: z.strictObject({ queue: id.optional(), depth: z.int().min(0).optional() }),
  /** A job could have been started, and was not, for longer than this. */
  queue_age: z.strictObject({ queue: id.optional(), maxAgeMs: period.default(15 * MINUTE_MS) }),
  /** A run has missed its deadline (left out), or goes on for longer than this. */
  run_overdue: z.strictObject({ afterMs: period.optional(), workflow: label.optional() }),
  /** An attempt goes on for longer than this. */
  job_overdue: z.strictObject({ afterMs: period.default(HOUR_MS), queue: id.optional() }),
  /** An agent that has jobs has been silent for longer than this. */
  agent_silent: z.strictObject({ silentMs: period.default(5 * MINUTE_MS), agent: id.optional() }),
  /**
   * Nothing happens in a run for longer than this, though it waits for no approval, no breaker and
   * no queue.
   */
  stuck: z.strictObject({ noProgressMs: period.default(30 * MINUTE_MS), workflow: label.optional() }),
  /** An approval waits for longer than this. */
  approval_waiting: z.strictObject({ afterMs: period.default(30 * MINUTE_MS) }),
} as const satisfies { [kind in RuleKind]: z.ZodType };

export type RuleParams<K extends RuleKind> = z.output<(typeof RULE_PARAMS)[K]>;

/** A rule's parameters with their defaults. They were checked when the rule was put. */
export function paramsOf<K extends RuleKind>(kind: K, params: unknown): RuleParams<K> {
  return RULE_PARAMS[kind].parse(params) as RuleParams<K>;
}
