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

/** Every kind of rule. A new one is a file here, its parameters and its words (`docs/alerts.md`). */
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

/** The check of a kind, for callers that hold any kind. */
export const checkOf = (kind: RuleKind): RuleCheck<RuleKind> => CHECKS[kind] as RuleCheck<RuleKind>;
