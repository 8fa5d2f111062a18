import type { FastifyInstance } from "fastify";
import { taskEndpoints as endpoints } from "../../../domain/sessions/endpoints.ts";
import { readRow } from "../../store/reads/kernel/one-row.ts";
import { listTasks } from "../../store/reads/sessions/sessions.ts";
import { answerRow, commitOnRow, parseMutation, registerCommand, rowOf } from "../kernel/command.ts";
import { counted } from "../kernel/counted.ts";
import { moveOf } from "../kernel/moves.ts";
import { found, type ResourceDeps, scopeOf } from "../kernel/resource.ts";
import { route } from "../kernel/route.ts";

/** Tasks that go from agent to agent. */
export function registerTasks(app: FastifyInstance, deps: ResourceDeps): void {
  route(app, endpoints.list, ({ request, query }) => listTasks(scopeOf(request, deps), counted(query)));
  route(app, endpoints.one, async ({ request, id }) => found(await readRow(request.db, "task", id), "task", id));
  registerCommand(app, deps, endpoints.create, {
    // A task of the same key answers the first one, and changes nothing.
    rowId: ({ receipt }) => (receipt.results[0] as { id: string }).id,
    created: (_task, { receipt }) => receipt.lastSeq >= receipt.firstSeq,
  });
  route(app, endpoints.patch, async ({ request, reply, id: taskId, body }) => {
    const { status, to, ...rest } = body;
    const commit = parseMutation(rest, { type: "task.transition", taskId, to: moveOf({ status, to }) });
    const outcome = await commitOnRow(request, deps, commit, { kind: "task", id: taskId, creates: false });
    return answerRow(reply, outcome, await rowOf(request, outcome, "task", taskId));
  });
}
