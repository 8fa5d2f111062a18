import type { ErrorInfo, Json } from "./primitives.ts";
import type { TaskStatus } from "./statuses.ts";
import type { RowBase } from "./tx.ts";

/**
 * A unit of work that goes from one agent to another (E4). pending → routed → running → completed, failed; routed → pending when it falls back;
 * any that is not final → cancelled. A second one under the same key, within the key's time, is the first.
 */
export interface Task extends RowBase {
  taskType: string;
  idempotencyKey: string | null;
  fromAgent: string | null;
  toAgent: string | null;
  payload: Json | null;
  traceId: string | null;
  status: TaskStatus;
  result: Json | null;
  error: ErrorInfo | null;
  createdAt: string;
  routedAt: string | null;
  startedAt: string | null;
  finishedAt: string | null;
  updatedAt: string;
}

/** Which task an idempotency key stands for; `id` is the key. Replaced when it has expired. */
export interface TaskKey extends RowBase {
  taskId: string;
  expiresAt: string;
}
