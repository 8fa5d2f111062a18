import {
  Ban,
  Bell,
  BellOff,
  Check,
  CircleCheck,
  CircleDashed,
  CircleDot,
  CirclePause,
  CircleX,
  Clock,
  Eye,
  Hand,
  Hourglass,
  Info,
  ListChecks,
  Loader,
  type LucideIcon,
  OctagonX,
  Play,
  Route,
  ShieldAlert,
  ShieldCheck,
  ShieldOff,
  ShieldQuestion,
  TimerOff,
} from "lucide-react";
import { ownOf } from "../../domain/kernel/json-map.ts";
import type {
  AlertStatus,
  ApprovalStatus,
  AttemptStatus,
  BreakerStateName,
  JobStatus,
  RunStatus,
  SessionStatus,
  Severity,
  TaskStatus,
  WorkstreamStatus,
} from "../../domain/kernel/statuses.ts";

/**
 * The colours a status can have: each is a token `--status-<tone>` of `app/globals.css`, checked
 * for both themes.
 */
export type Tone =
  | "waiting"
  | "queued"
  | "running"
  | "completed"
  | "failed"
  | "timed-out"
  | "cancelled"
  | "blocked"
  | "review";

export interface StatusLook {
  label: string;
  tone: Tone;
  icon: LucideIcon;
  /** Whether its icon turns: something is going on. */
  spins?: boolean;
}

interface Statuses {
  run: RunStatus;
  job: JobStatus;
  attempt: AttemptStatus;
  workstream: WorkstreamStatus;
  breaker: BreakerStateName;
  alert: AlertStatus;
  severity: Severity;
  session: SessionStatus;
  task: TaskStatus;
  approval: ApprovalStatus;
}

export type StatusKind = keyof Statuses;
export type StatusOf<K extends StatusKind> = Statuses[K];

const WORK = {
  waiting: { label: "Waiting", tone: "waiting", icon: CircleDashed },
  queued: { label: "Queued", tone: "queued", icon: Clock },
  running: { label: "Running", tone: "running", icon: Loader, spins: true },
  completed: { label: "Completed", tone: "completed", icon: CircleCheck },
  failed: { label: "Failed", tone: "failed", icon: CircleX },
  timed_out: { label: "Timed out", tone: "timed-out", icon: TimerOff },
  cancelled: { label: "Cancelled", tone: "cancelled", icon: Ban },
} satisfies { [status in JobStatus]: StatusLook };

const PENDING: StatusLook = { label: "Pending", tone: "waiting", icon: CircleDashed };
const BLOCKED: StatusLook = { label: "Blocked", tone: "blocked", icon: CirclePause };
const EXPIRED: StatusLook = { label: "Expired", tone: "cancelled", icon: Hourglass };

/** The one place where a status gets its name, colour and icon. */
const LOOKS: { readonly [K in StatusKind]: { readonly [status in Statuses[K]]: StatusLook } } = {
  run: { ...WORK, pending: PENDING, blocked: BLOCKED },
  job: WORK,
  attempt: WORK,
  workstream: {
    pending: PENDING,
    ready: { label: "Ready", tone: "queued", icon: Play },
    running: WORK.running,
    blocked: BLOCKED,
    review: { label: "Review", tone: "review", icon: Eye },
    done: { label: "Done", tone: "completed", icon: ListChecks },
    failed: WORK.failed,
    cancelled: WORK.cancelled,
  },
  breaker: {
    closed: { label: "Closed", tone: "completed", icon: ShieldCheck },
    open: { label: "Open", tone: "failed", icon: ShieldAlert },
    half_open: { label: "Half-open", tone: "blocked", icon: ShieldQuestion },
    forced_open: { label: "Forced open", tone: "timed-out", icon: OctagonX },
    disabled: { label: "Disabled", tone: "cancelled", icon: ShieldOff },
  },
  alert: {
    pending: PENDING,
    firing: { label: "Firing", tone: "failed", icon: Bell },
    acknowledged: { label: "Acknowledged", tone: "review", icon: Check },
    snoozed: { label: "Snoozed", tone: "waiting", icon: BellOff },
    resolved: { label: "Resolved", tone: "completed", icon: CircleCheck },
  },
  severity: {
    critical: { label: "Critical", tone: "failed", icon: OctagonX },
    warning: { label: "Warning", tone: "blocked", icon: CircleDot },
    info: { label: "Info", tone: "running", icon: Info },
  },
  session: {
    pending: PENDING,
    active: { label: "Active", tone: "running", icon: CircleDot },
    completed: WORK.completed,
    failed: WORK.failed,
    expired: EXPIRED,
  },
  task: {
    pending: PENDING,
    routed: { label: "Routed", tone: "queued", icon: Route },
    running: WORK.running,
    completed: WORK.completed,
    failed: WORK.failed,
    cancelled: WORK.cancelled,
  },
  approval: {
    pending: { label: "Waiting", tone: "review", icon: Hand },
    approved: { label: "Approved", tone: "completed", icon: CircleCheck },
    rejected: { label: "Rejected", tone: "failed", icon: CircleX },
    expired: EXPIRED,
  },
};

/** Name, colour and icon of a status; of one that only a newer version knows, its own name. */
export function statusLook<K extends StatusKind>(kind: K, status: Statuses[K]): StatusLook {
  const looks: { readonly [status: string]: StatusLook } = LOOKS[kind];
  return ownOf(looks, status) ?? { label: String(status), tone: "waiting", icon: CircleDashed };
}

/** The CSS colour of a tone, for styles and charts. */
export const toneColor = (tone: Tone): string => `var(--status-${tone})`;
