import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { errorInput, json, label } from "../../../domain/kernel/primitives.ts";
import { TASK_STATUSES } from "../../../domain/kernel/statuses.ts";
import { readRow } from "../../store/reads/kernel/one-row.ts";
import { listTasks } from "../../store/reads/sessions/sessions.ts";
import { bodyOf, commitOnRow, parseMutation, registerCommand, rowOf, sendRow } from "../kernel/command.ts";
import { counted, countedQuery } from "../kernel/counted.ts";
import { moveOf } from "../kernel/moves.ts";
import { BASE, found, listOf, mustHaveReached, pathId, type ResourceDeps, scopeOf } from "../kernel/resource.ts";
import { etagOf } from "../kernel/versions.ts";
import { countedDoc, oneDoc, patchDoc } from "../openapi/route-docs.ts";
import { sentSchema } from "../openapi/schemas.ts";

const taskQuery = z.strictObject({
  status: listOf(TASK_STATUSES).optional(),
  agent: label.optional().meta({ description: "Whom it comes from or goes to" }),
  taskType: label.optional(),
  idempotencyKey: label.optional(),
  ...countedQuery,
});

const taskPatch = z.strictObject({
  status: z.enum(TASK_STATUSES).optional(),
  to: z.enum(TASK_STATUSES).optional().meta({ description: "Another word for `status`; one of them is needed" }),
  toAgent: label.optional().meta({ description: "With `routed`: whom it goes to" }),
  result: json.optional(),
  error: errorInput.optional(),
});

const tag = "Tasks";

/** Tasks that go from agent to agent. */
export function registerTasks(app: FastifyInstance, deps: ResourceDeps): void {
  const list = countedDoc(tag, "Tasks, the newest first", "Task", taskQuery);
  app.get(`${BASE}/tasks`, { config: { doc: list } }, (request) =>
    listTasks(scopeOf(request, deps), counted(taskQuery.parse(request.query))),
  );
  app.get(`${BASE}/tasks/:id`, { config: { doc: oneDoc(tag, "One task", "Task") } }, async (request, reply) => {
    const taskId = pathId(request);
    await mustHaveReached(request);
    const task = found(await readRow(request.db, "task", taskId), "task", taskId);
    reply.header("etag", etagOf(task));
    return task;
  });
  registerCommand(app, deps, {
    path: "/tasks",
    kind: "task",
    mutation: "task.create",
    // A task of the same key answers the first one, and changes nothing.
    rowId: ({ receipt }) => (receipt.results[0] as { id: string }).id,
    created: (_task, { receipt }) => receipt.lastSeq >= receipt.firstSeq,
    tag,
    summary: "Create a task, or get the first one of its `idempotencyKey`",
  });

  const description = "One commit of one `task.transition`.";
  const doc = patchDoc(tag, "Move a task on", description, "task", sentSchema(taskPatch));
  app.patch(`${BASE}/tasks/:id`, { config: { doc } }, (request, reply) => patchTask(request, reply, deps));
}

async function patchTask(request: FastifyRequest, reply: FastifyReply, deps: ResourceDeps): Promise<FastifyReply> {
  const taskId = pathId(request);
  const { status, to, ...rest } = taskPatch.parse(bodyOf(request));
  const commit = parseMutation(rest, { type: "task.transition", taskId, to: moveOf({ status, to }) });
  const outcome = await commitOnRow(request, deps, commit, { kind: "task", id: taskId, creates: false });
  return sendRow(reply, outcome, await rowOf(request, outcome, "task", taskId));
}
