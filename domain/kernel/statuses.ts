/**
 * The closed sets and the lifecycles. A move that is not in its table is refused, naming what is
 * legal. Groups of statuses are named here once.
 */

export const RUN_STATUSES = ["pending", "running", "blocked", "completed", "failed", "cancelled", "timed_out"] as const;
export const JOB_STATUSES = ["waiting", "queued", "running", "completed", "failed", "timed_out", "cancelled"] as const;
export const ATTEMPT_STATUSES = ["running", "completed", "failed", "timed_out", "cancelled"] as const;
export const WORKSTREAM_STATUSES = [
  "pending",
  "ready",
  "running",
  "blocked",
  "review",
  "done",
  "failed",
  "cancelled",
] as const;
/** What moves a workstream: its jobs, or somebody by hand. */
export const WORKSTREAM_FOLLOWS = ["jobs", "manual"] as const;
export const BREAKER_STATES = ["closed", "open", "half_open", "forced_open", "disabled"] as const;
export const SESSION_STATUSES = ["pending", "active", "completed", "failed", "expired"] as const;
export const TASK_STATUSES = ["pending", "routed", "running", "completed", "failed", "cancelled"] as const;
export const APPROVAL_STATUSES = ["pending", "approved", "rejected", "expired"] as const;
/** `pending`: the condition holds, though not yet for as long as its rule asks. */
export const ALERT_STATUSES = ["pending", "firing", "acknowledged", "snoozed", "resolved"] as const;
export const RULE_KINDS = [
  "breaker_open",
  "success_rate",
  "queue_depth",
  "queue_age",
  "run_overdue",
  "job_overdue",
  "agent_silent",
  "stuck",
  "approval_waiting",
] as const;
export const CHANNEL_KINDS = ["webhook", "alertmanager", "slack", "email", "browser"] as const;
export const SEVERITIES = ["critical", "warning", "info"] as const;
export const DELIVERY_STATUSES = ["collecting", "pending", "digested", "delivered", "failed"] as const;

export type RunStatus = (typeof RUN_STATUSES)[number];
export type JobStatus = (typeof JOB_STATUSES)[number];
export type AttemptStatus = (typeof ATTEMPT_STATUSES)[number];
export type WorkstreamStatus = (typeof WORKSTREAM_STATUSES)[number];
export type WorkstreamFollow = (typeof WORKSTREAM_FOLLOWS)[number];
export type BreakerStateName = (typeof BREAKER_STATES)[number];
export type SessionStatus = (typeof SESSION_STATUSES)[number];
export type TaskStatus = (typeof TASK_STATUSES)[number];
export type ApprovalStatus = (typeof APPROVAL_STATUSES)[number];
export type RuleKind = (typeof RULE_KINDS)[number];
export type ChannelKind = (typeof CHANNEL_KINDS)[number];
export type AlertStatus = (typeof ALERT_STATUSES)[number];
export type Severity = (typeof SEVERITIES)[number];
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

type Moves<S extends string> = { readonly [from in S]: readonly S[] };

/**
 * What `run.transition` may do. `run.retry` alone brings a failed, cancelled or timed out run back
 * to running.
 */
export const RUN_MOVES: Moves<RunStatus> = {
  pending: ["running", "cancelled", "failed"],
  running: ["blocked", "completed", "failed", "cancelled", "timed_out"],
  blocked: ["running", "failed", "cancelled", "timed_out"],
  completed: [],
  failed: [],
  cancelled: [],
  timed_out: [],
};

/**
 * Where a workstream may be put by `workstream.transition`: pending ⇄ ready ⇄ running ⇄ blocked,
 * then review and done; what has come to an end can be reopened. One that follows its jobs goes
 * where they are, whatever stands here (`workstream-follow.ts`).
 */
export const WORKSTREAM_MOVES: Moves<WorkstreamStatus> = {
  pending: ["ready", "failed", "cancelled"],
  ready: ["pending", "running", "failed", "cancelled"],
  running: ["ready", "blocked", "review", "done", "failed", "cancelled"],
  blocked: ["running", "failed", "cancelled"],
  review: ["running", "done", "failed", "cancelled"],
  done: ["review"],
  failed: ["ready"],
  cancelled: ["ready"],
};

/** What a session may do. */
export const SESSION_MOVES: Moves<SessionStatus> = {
  pending: ["active", "expired"],
  active: ["completed", "failed", "expired"],
  completed: [],
  failed: [],
  expired: [],
};

/** What a task may do; routed → pending is a fallback. */
export const TASK_MOVES: Moves<TaskStatus> = {
  pending: ["routed", "cancelled"],
  routed: ["pending", "running", "cancelled"],
  running: ["completed", "failed", "cancelled"],
  completed: [],
  failed: [],
  cancelled: [],
};

/** What an approval may do; `expired` is the clock's. */
export const APPROVAL_MOVES: Moves<ApprovalStatus> = {
  pending: ["approved", "rejected", "expired"],
  approved: [],
  rejected: [],
  expired: [],
};

/**
 * What an alert may do. Pending ones fire or go by themselves; a resolved one fires again when its
 * condition returns.
 */
export const ALERT_MOVES: Moves<AlertStatus> = {
  pending: ["firing", "resolved"],
  firing: ["acknowledged", "snoozed", "resolved"],
  acknowledged: ["firing", "snoozed", "resolved"],
  snoozed: ["firing", "resolved"],
  resolved: ["firing"],
};

export const isFinalRun = (status: RunStatus): boolean => RUN_MOVES[status].length === 0;
/** A run that `run.retry` can bring back. */
export const isRetryableRun = (status: RunStatus): boolean =>
  status === "failed" || status === "cancelled" || status === "timed_out";

const FINAL_JOB = new Set<JobStatus>(["completed", "failed", "timed_out", "cancelled"]);
export const isFinalJob = (status: JobStatus): boolean => FINAL_JOB.has(status);
export const isRetryableJob = (status: JobStatus): boolean => status !== "completed" && FINAL_JOB.has(status);
const OPEN_WORKSTREAM = new Set<WorkstreamStatus>(["pending", "ready", "running", "blocked"]);
/** Work is still to come of it. One in review has only a person to wait for. */
export const isOpenWorkstream = (status: WorkstreamStatus): boolean => OPEN_WORKSTREAM.has(status);
/** Alerts that still want an operator's eyes: what `/alerts` shows by default. */
export const isOpenAlert = (status: AlertStatus): boolean => status === "firing" || status === "acknowledged";
