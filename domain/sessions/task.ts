import { z } from "zod";
import type { Payloads } from "../events.ts";
import { errorInput, id, iso, json, label, ms, newId, toErrorInfo } from "../kernel/primitives.ts";
import { TASK_MOVES, TASK_STATUSES } from "../kernel/statuses.ts";
import { must, mustBeLegal, mustBeNew, type Tx } from "../kernel/tx.ts";
import type { Task } from "./contract.ts";
import type { taskEvents } from "./events.ts";

/**
 * A unit of work that goes from one agent to another. pending → routed → running → completed,
 * failed; routed → pending when it falls back, which takes it from the agent it was with; any that
 * is not final → cancelled.
 *
 * A second one under the same key is the first, for as long as the key lasts: it yields the first
 * row and changes nothing, whatever else it says. When the key has run out it stands for the next
 * task that names it. Its trace is the caller's own, or that of the request.
 */

export const taskCreate = z.strictObject({
  type: z.literal("task.create"),
  taskId: newId,
  taskType: label,
  idempotencyKey: label.optional(),
  fromAgent: label.optional(),
  toAgent: label.optional(),
  payload: json.optional(),
  traceId: id.optional(),
});

export const taskTransition = z
  .strictObject({
    type: z.literal("task.transition"),
    taskId: id,
    to: z.enum(TASK_STATUSES),
    /** Whom it is routed to; left out, whom it was meant for from the start. */
    toAgent: label.optional(),
    result: json.optional(),
    error: errorInput.optional(),
  })
  .refine((m) => m.toAgent === undefined || m.to === "routed", {
    path: ["toAgent"],
    message: "goes with `routed` alone",
  });

/** Answers the first task of the key while the key lasts. */
export function createTask(tx: Tx, m: z.infer<typeof taskCreate>): Task {
  const key = m.idempotencyKey;
  // Most keys are new: taken for free, the insert proves it, which saves a look-up per task.
  const known = key === undefined || tx.isFree("taskKey", key) ? undefined : must(tx, "taskKey", key);
  if (known && known.expiresAt > tx.at) return must(tx, "task", known.taskId);
  const taskId = m.taskId ?? tx.newId("tsk");
  mustBeNew(tx, "task", taskId);
  const task: Task = {
    id: taskId,
    taskType: m.taskType,
    idempotencyKey: key ?? null,
    fromAgent: m.fromAgent ?? null,
    toAgent: m.toAgent ?? null,
    payload: m.payload ?? null,
    traceId: m.traceId ?? tx.traceId,
    status: "pending",
    result: null,
    error: null,
    createdAt: tx.at,
    routedAt: null,
    startedAt: null,
    finishedAt: null,
    updatedAt: tx.at,
    version: 1,
    seq: 0,
  };
  tx.put("task", task);
  const keyExpiresAt = key === undefined ? null : iso(ms(tx.at) + tx.keyTtlMs);
  if (key !== undefined && keyExpiresAt) {
    tx.put("taskKey", { ...known, id: key, taskId: task.id, expiresAt: keyExpiresAt });
  }
  const { taskType, idempotencyKey, fromAgent, toAgent, payload, traceId } = task;
  emit(tx, "task.created", task, {
    taskType,
    idempotencyKey,
    keyExpiresAt,
    fromAgent,
    toAgent,
    payload,
    traceId,
  });
  return task;
}

export function transitionTask(tx: Tx, m: z.infer<typeof taskTransition>): Task {
  const task = must(tx, "task", m.taskId);
  mustBeLegal(`task ${task.id}`, TASK_MOVES, task.status, m.to);
  const toAgent = m.to === "pending" ? null : (m.toAgent ?? task.toAgent);
  const result = m.result ?? task.result;
  const error = m.error === undefined ? task.error : toErrorInfo(m.error);
  tx.put("task", {
    ...task,
    status: m.to,
    toAgent,
    result,
    error,
    routedAt: m.to === "routed" ? tx.at : task.routedAt,
    startedAt: m.to === "running" ? tx.at : task.startedAt,
    finishedAt: TASK_MOVES[m.to].length === 0 ? tx.at : null,
    updatedAt: tx.at,
  });
  emit(tx, "task.transitioned", task, { from: task.status, to: m.to, toAgent, result, error });
  return must(tx, "task", task.id);
}

/** The trace of a task, for what is done for it. */
export function traceOf(tx: Tx, taskId: string | null): string | null {
  return taskId === null ? null : (tx.get("task", taskId)?.traceId ?? null);
}

function emit<T extends keyof typeof taskEvents>(tx: Tx, type: T, task: Readonly<Task>, payload: Payloads[T]): void {
  tx.emit({ type, subject: { kind: "task", id: task.id }, traceId: task.traceId, payload });
}
