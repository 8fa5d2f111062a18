import { column, type RowOf, row } from "../kernel/row.ts";
import { SESSION_STATUSES, TASK_STATUSES } from "../kernel/statuses.ts";

/** The rows of agents' sessions, and of the tasks that go from agent to agent. */

export const session = row("session", "Session", "sessionId", {
  columns: {
    agentRole: column.text(),
    taskId: column.text().orNull(),
    status: column.oneOf(SESSION_STATUSES),
    metadata: column.object(),
    createdAt: column.at(),
    startedAt: column.at().orNull(),
    finishedAt: column.at().orNull(),
    updatedAt: column.at(),
  },
  heavy: ["metadata"],
});
export type Session = RowOf<typeof session>;

export const task = row("task", "Task", "taskId", {
  columns: {
    taskType: column.text(),
    idempotencyKey: column.text().orNull(),
    fromAgent: column.text().orNull(),
    toAgent: column.text().orNull(),
    payload: column.anyJson(),
    traceId: column.text().orNull(),
    status: column.oneOf(TASK_STATUSES),
    result: column.anyJson(),
    error: column.error().orNull(),
    createdAt: column.at(),
    routedAt: column.at().orNull(),
    startedAt: column.at().orNull(),
    finishedAt: column.at().orNull(),
    updatedAt: column.at(),
  },
  heavy: ["payload", "result"],
});
export type Task = RowOf<typeof task>;

/** Which task an idempotency key stands for. */
export const taskKey = row("taskKey", "TaskKey", "idempotencyKey", {
  columns: { taskId: column.text(), expiresAt: column.at() },
  internal: true,
});
export type TaskKey = RowOf<typeof taskKey>;
