import { z } from "zod";
import { command, countedPage, get, patch, put, withReceipt } from "../kernel/endpoint.ts";
import { errorInput, id, json, jsonObject, label } from "../kernel/primitives.ts";
import { countedQuery, listOf, oneQuery } from "../kernel/query.ts";
import { SESSION_STATUSES, TASK_STATUSES } from "../kernel/statuses.ts";
import { session, task } from "./contract.ts";
import { sessionCreate } from "./session.ts";
import { taskCreate } from "./task.ts";

/** The endpoints of agents' sessions, and of the tasks that go from agent to agent. */

const patched = {
  says: { 200: "As it is now; its version is the ETag" },
  problems: [409, 412, 422],
  repeatable: true,
  versioned: true,
} as const;

const patchSession = {
  ...patched,
  tag: "Sessions",
  description: "One commit: what is given is changed, the rest stays. An empty body changes nothing.",
  body: z.strictObject({
    status: z.enum(SESSION_STATUSES).optional(),
    to: z.enum(SESSION_STATUSES).optional().meta({ description: "Another word for `status`" }),
    metadata: jsonObject.optional().meta({
      description: "JSON Merge Patch (RFC 7396): null removes, maps are merged, anything else replaces",
    }),
    taskId: id.optional(),
  }),
  answer: withReceipt(session.sent),
} as const;

export const sessionEndpoints = {
  list: get("/sessions", {
    tag: "Sessions",
    summary: "Sessions, the newest first",
    query: z.strictObject({
      view: z.enum(["active"]).optional().meta({ description: "`active`: the same as `status=active`" }),
      status: listOf(SESSION_STATUSES).optional(),
      agentRole: label.optional(),
      taskId: id.optional(),
      ...countedQuery,
    }),
    answer: countedPage(session.sent),
  }),
  one: get("/sessions/:id", {
    tag: "Sessions",
    summary: "One session",
    query: oneQuery,
    answer: session.sent,
    tagged: true,
  }),
  create: command("/sessions", session, sessionCreate, { tag: "Sessions", summary: "Open a session" }),
  patch: patch("/sessions/:id", { ...patchSession, summary: "Move a session on, merge its metadata, give it a task" }),
  put: put("/sessions/:id", { ...patchSession, summary: "The same as PATCH" }),
};

export const taskEndpoints = {
  list: get("/tasks", {
    tag: "Tasks",
    summary: "Tasks, the newest first",
    query: z.strictObject({
      status: listOf(TASK_STATUSES).optional(),
      agent: label.optional().meta({ description: "The agent that it comes from or goes to" }),
      taskType: label.optional(),
      idempotencyKey: label.optional(),
      ...countedQuery,
    }),
    answer: countedPage(task.sent),
  }),
  one: get("/tasks/:id", { tag: "Tasks", summary: "One task", query: oneQuery, answer: task.sent, tagged: true }),
  create: command("/tasks", task, taskCreate, {
    tag: "Tasks",
    summary: "Create a task, or get the first one of its `idempotencyKey`",
  }),
  patch: patch("/tasks/:id", {
    ...patched,
    tag: "Tasks",
    summary: "Move a task on",
    description: "One commit of one `task.transition`.",
    body: z.strictObject({
      status: z.enum(TASK_STATUSES).optional(),
      to: z.enum(TASK_STATUSES).optional().meta({ description: "Another word for `status`; one of them is needed" }),
      toAgent: label.optional().meta({ description: "With `routed`: the agent that it goes to" }),
      result: json.optional(),
      error: errorInput.optional(),
    }),
    answer: withReceipt(task.sent),
  }),
};
