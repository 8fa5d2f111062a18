import { z } from "zod";
import { event, events, fieldsOf } from "../kernel/event-contract.ts";
import type { Json } from "../kernel/primitives.ts";
import { session, task } from "./contract.ts";

/** The events of agents' sessions, and of the tasks that go from agent to agent. */

const patch = z.record(z.string(), z.unknown()) as unknown as z.ZodType<{ [key: string]: Json }>;
const sessionStatus = session.columns.status.schema;
const taskStatus = task.columns.status.schema;

export const sessionEvents = events("session", {
  "session.created": event("A session was created", fieldsOf(session, "agentRole", "taskId", "metadata")),
  "session.updated": event("Its metadata or its task changed", {
    ...fieldsOf(session, "taskId"),
    patch: patch.meta({ description: "JSON Merge Patch of the metadata" }),
  }),
  "session.transitioned": event("Its status changed", {
    from: sessionStatus,
    to: sessionStatus,
    reason: z.string().optional(),
  }),
});

export const taskEvents = events("task", {
  "task.created": event("A task was created", {
    ...fieldsOf(task, "taskType", "idempotencyKey"),
    keyExpiresAt: z.iso.datetime().nullable().meta({ description: "Until when its key stands for it" }),
    ...fieldsOf(task, "fromAgent", "toAgent", "payload", "traceId"),
  }),
  "task.transitioned": event("Its status changed", {
    from: taskStatus,
    to: taskStatus,
    ...fieldsOf(task, "toAgent", "result", "error"),
  }),
});
