import type { RuleKind } from "../../../domain/kernel/statuses.ts";
import { agentSilent } from "./agent-silent.ts";
import { approvalWaiting } from "./approval-waiting.ts";
import { breakerOpen } from "./breaker-open.ts";
import type { RuleCheck } from "./check.ts";
import { jobOverdue } from "./job-overdue.ts";
import { queueAge } from "./queue-age.ts";
import { queueDepth } from "./queue-depth.ts";
import { runOverdue } from "./run-overdue.ts";
import { stuck } from "./stuck.ts";
import { successRate } from "./success-rate.ts";

/**
 * All kinds of rules. A new one needs a file here, its parameters and its texts (`docs/alerts.md`).
 */
export const CHECKS: { readonly [K in RuleKind]: RuleCheck<K> } = {
  breaker_open: breakerOpen,
  success_rate: successRate,
  queue_depth: queueDepth,
  queue_age: queueAge,
  run_overdue: runOverdue,
  job_overdue: jobOverdue,
  agent_silent: agentSilent,
  stuck: stuck,
  approval_waiting: approvalWaiting,
};

/** The check of a kind known only at run time. */
export const checkOf = (kind: RuleKind): RuleCheck<RuleKind> => CHECKS[kind] as RuleCheck<RuleKind>;
