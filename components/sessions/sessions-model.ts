import { pathTo } from "../../domain/kernel/endpoint.ts";
import {
  SESSION_MOVES,
  SESSION_STATUSES,
  type SessionStatus,
  TASK_MOVES,
  TASK_STATUSES,
  type TaskStatus,
} from "../../domain/kernel/statuses.ts";
import { beginningOf } from "../../domain/kernel/text.ts";
import type { Wire } from "../../domain/kernel/wire.ts";
import { sessionEndpoints, taskEndpoints } from "../../domain/sessions/endpoints.ts";

/** A session or a task; `pending` while the server has not confirmed a click on it. */
export type SessionRow = Wire<"session"> & { readonly pending?: boolean };
export type TaskRow = Wire<"task"> & { readonly pending?: boolean };

/**
 * The filters of the lists; empty: any. `who` is a session's role, or a task's sender or receiver.
 */
export interface PeopleFilters {
  status: string;
  who: string;
  /** A task's type, or its idempotency key. */
  type: string;
}

const PAGE_SIZE = 50;

const clean = (text: string): string => beginningOf(text.trim(), 200);

/** The path of the first page of sessions under these filters. */
export const sessionsPath = ({ status, who }: PeopleFilters, cursor?: string) =>
  pathTo(sessionEndpoints.list, {
    limit: PAGE_SIZE,
    large: "omit",
    ...(isOneOf(SESSION_STATUSES, status) && { status }),
    ...(clean(who) && { agentRole: clean(who) }),
    cursor,
  });

/** The path of the first page of tasks under these filters. */
export const tasksPath = ({ status, who, type }: PeopleFilters, cursor?: string) =>
  pathTo(taskEndpoints.list, {
    limit: PAGE_SIZE,
    large: "omit",
    ...(isOneOf(TASK_STATUSES, status) && { status }),
    ...(clean(who) && { agent: clean(who) }),
    ...(clean(type) && { taskType: clean(type) }),
    cursor,
  });

function isOneOf<S extends string>(all: readonly S[], status: string): status is S {
  return (all as readonly string[]).includes(status);
}

/** Whether the server would list this session under these filters. */
export function matchesSession(session: SessionRow, { status, who }: PeopleFilters): boolean {
  if (isOneOf(SESSION_STATUSES, status) && session.status !== status) return false;
  return clean(who) === "" || session.agentRole === clean(who);
}

export function matchesTask(task: TaskRow, { status, who, type }: PeopleFilters): boolean {
  if (isOneOf(TASK_STATUSES, status) && task.status !== status) return false;
  if (clean(type) !== "" && task.taskType !== clean(type)) return false;
  return clean(who) === "" || task.fromAgent === clean(who) || task.toAgent === clean(who);
}

const SESSION_ORDER: { readonly [status in SessionStatus]: number } = {
  active: 0,
  pending: 1,
  completed: 2,
  failed: 2,
  expired: 2,
};

const TASK_ORDER: { readonly [status in TaskStatus]: number } = {
  running: 0,
  routed: 1,
  pending: 1,
  completed: 2,
  failed: 2,
  cancelled: 2,
};

interface Aged {
  id: string;
  createdAt: string;
}

const newestFirst = (a: Aged, b: Aged): number =>
  a.createdAt === b.createdAt ? (a.id > b.id ? -1 : 1) : a.createdAt > b.createdAt ? -1 : 1;

/** Open ones first, then the newest. */
export const bySessionOrder = (a: SessionRow, b: SessionRow): number =>
  SESSION_ORDER[a.status] - SESSION_ORDER[b.status] || newestFirst(a, b);
export const byTaskOrder = (a: TaskRow, b: TaskRow): number =>
  TASK_ORDER[a.status] - TASK_ORDER[b.status] || newestFirst(a, b);

/** When a session expires unless it is touched again, RFC 3339; null when it has ended. */
export function sessionExpiry({ status, updatedAt }: SessionRow, keptMs: number): string | null {
  if (SESSION_MOVES[status].length === 0) return null;
  return new Date(Date.parse(updatedAt) + keptMs).toISOString();
}

export const isFinalSession = (status: SessionStatus): boolean => SESSION_MOVES[status].length === 0;
export const isFinalTask = (status: TaskStatus): boolean => TASK_MOVES[status].length === 0;

/** The label of the button for a transition to a status. */
export const SESSION_VERBS: { readonly [status in SessionStatus]: string } = {
  pending: "Reopen",
  active: "Activate",
  completed: "Complete",
  failed: "Fail",
  expired: "Expire",
};

export const TASK_VERBS: { readonly [status in TaskStatus]: string } = {
  pending: "Take back",
  routed: "Route",
  running: "Start",
  completed: "Complete",
  failed: "Fail",
  cancelled: "Cancel",
};
