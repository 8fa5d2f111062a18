import type { ApprovalStatus, SessionStatus, TaskStatus } from "../../../../domain/kernel/statuses.ts";
import type { Wire } from "../../../../domain/kernel/wire.ts";
import type { TenantClient } from "../../../database/tenant.ts";
import {
  type Condition,
  type CountedPage,
  type CountedRequest,
  countedPage,
  equals,
  isOneOf,
} from "../kernel/counted.ts";
import type { Scope } from "../kernel/scope.ts";
import { wireOf } from "../kernel/wire-rows.ts";

export interface SessionQuery extends CountedRequest {
  status?: SessionStatus[];
  agentRole?: string;
  taskId?: string;
}

export interface TaskQuery extends CountedRequest {
  status?: TaskStatus[];
  taskType?: string;
  idempotencyKey?: string;
  /** The sender or the recipient. */
  agent?: string;
}

export interface ApprovalQuery extends CountedRequest {
  status?: ApprovalStatus[];
  runId?: string;
  jobId?: string;
  taskId?: string;
}

/** Sessions, newest first. */
export const listSessions = (scope: Scope, query: SessionQuery): Promise<CountedPage<Wire<"session">>> =>
  countedPage(scope, "session", filtersOf(query, ["agentRole", "taskId"]), query);

/** Tasks, newest first. */
export function listTasks(scope: Scope, query: TaskQuery): Promise<CountedPage<Wire<"task">>> {
  const { agent } = query;
  const filters = filtersOf(query, ["taskType", "idempotencyKey"]);
  if (agent !== undefined) filters.push({ sql: (p) => `("toAgent" = ${p} OR "fromAgent" = ${p})`, value: agent });
  return countedPage(scope, "task", filters, query);
}

/** Approvals, newest first. */
export const listApprovals = (scope: Scope, query: ApprovalQuery): Promise<CountedPage<Wire<"approval">>> =>
  countedPage(scope, "approval", filtersOf(query, ["runId", "jobId", "taskId"]), query);

/** Adds their task (or null) to pending approvals; leaves others unchanged. */
export async function withTasks(
  db: TenantClient,
  approvals: readonly Wire<"approval">[],
): Promise<(Wire<"approval"> & { task?: Wire<"task"> | null })[]> {
  const ids = approvals.flatMap(({ status, taskId }) => (status === "pending" && taskId !== null ? [taskId] : []));
  const stored = ids.length === 0 ? [] : await db.task.findMany({ where: { id: { in: ids } } });
  const tasks = new Map(stored.map((task) => [task.id, wireOf("task", task)]));
  return approvals.map((approval) =>
    approval.status === "pending" ? { ...approval, task: tasks.get(approval.taskId ?? "") ?? null } : approval,
  );
}

function filtersOf<C extends string>(
  query: { status?: string[] } & { [column in C]?: string },
  columns: readonly C[],
): Condition[] {
  const status = query.status ? [isOneOf("status", query.status)] : [];
  return [...status, ...columns.flatMap((column) => equalTo(column, query[column]))];
}

const equalTo = (column: string, value: string | undefined) => (value === undefined ? [] : [equals(column, value)]);
