import { z } from "zod";
import { id } from "../../../domain/primitives.ts";
import { APPROVAL_STATUSES, SESSION_STATUSES, TASK_STATUSES } from "../../../domain/statuses.ts";
import { anyObject, at, base, count, error, jobCounts, maybeAt, maybeText, text } from "./row-fields.ts";

/** Queues, sessions, tasks and approvals as they are sent. */

export const queue = z.object({
  kind: z.literal("queue"),
  queue: id,
  ...base,
  concurrency: count.nullable().meta({ description: "How many of its jobs may run at once; null for any number" }),
  capacity: count.nullable().meta({ description: "How many may wait before an operator must know" }),
  paused: z.boolean(),
  pauseReason: maybeText,
  jobCounts,
  createdAt: at,
  updatedAt: at,
});

export const session = z.object({
  kind: z.literal("session"),
  sessionId: id,
  ...base,
  agentRole: text,
  taskId: maybeText,
  status: z.enum(SESSION_STATUSES),
  metadata: anyObject,
  createdAt: at,
  startedAt: maybeAt,
  finishedAt: maybeAt,
  updatedAt: at,
});

export const task = z.object({
  kind: z.literal("task"),
  taskId: id,
  ...base,
  taskType: text,
  idempotencyKey: maybeText,
  fromAgent: maybeText,
  toAgent: maybeText,
  payload: z.unknown(),
  traceId: maybeText,
  status: z.enum(TASK_STATUSES),
  result: z.unknown(),
  error,
  createdAt: at,
  routedAt: maybeAt,
  startedAt: maybeAt,
  finishedAt: maybeAt,
  updatedAt: at,
});

const decision = z.object({
  by: text,
  at,
  decision: z.enum(["approved", "rejected"]),
  comment: maybeText,
  edit: z.unknown(),
});

export const approval = z.object({
  kind: z.literal("approval"),
  approvalId: text,
  ...base,
  title: text,
  detail: maybeText,
  runId: maybeText,
  jobId: maybeText,
  taskId: maybeText,
  payload: z.unknown(),
  status: z.enum(APPROVAL_STATUSES),
  requiredApprovals: count.meta({ description: "How many different people must approve" }),
  options: z.array(z.enum(["approve", "reject", "edit"])),
  decisions: z.array(decision),
  comment: maybeText,
  edit: z.unknown().meta({ description: "The payload as whoever approved wants it" }),
  requestedBy: text,
  decidedBy: maybeText,
  decidedAt: maybeAt,
  expiresAt: maybeAt,
  consumedAt: maybeAt,
  consumedBy: maybeText,
  createdAt: at,
  updatedAt: at,
});
