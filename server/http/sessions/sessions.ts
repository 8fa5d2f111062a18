import type { FastifyInstance } from "fastify";
import type { ClientMutation } from "../../../domain/commit/mutations.ts";
import { sessionEndpoints as endpoints } from "../../../domain/sessions/endpoints.ts";
import { readRow } from "../../store/reads/kernel/one-row.ts";
import { listSessions } from "../../store/reads/sessions/sessions.ts";
import { answerRow, commitOnRow, registerCommand, rowOf } from "../kernel/command.ts";
import { counted } from "../kernel/counted.ts";
import { moveOf } from "../kernel/moves.ts";
import { found, type ResourceDeps, scopeOf } from "../kernel/resource.ts";
import { type Call, route } from "../kernel/route.ts";

type Patched = Pick<Call<typeof endpoints.patch>, "request" | "reply" | "id" | "body">;

/** Agents' sessions. */
export function registerSessions(app: FastifyInstance, deps: ResourceDeps): void {
  route(app, endpoints.list, ({ request, query: asked }) => {
    const { view, status, ...query } = counted(asked);
    const wanted = view ? [view].filter((one) => status?.includes(one) ?? true) : status;
    return listSessions(scopeOf(request, deps), { ...query, ...(wanted && { status: wanted }) });
  });
  route(app, endpoints.one, async ({ request, id }) => found(await readRow(request.db, "session", id), "session", id));
  registerCommand(app, deps, endpoints.create);

  const patch = async ({ request, reply, id: sessionId, body }: Patched) => {
    const { status: named, to, ...changes } = body;
    const status = moveOf({ status: named, to });
    const mutations: ClientMutation[] = [];
    if (status === undefined || Object.keys(changes).length > 0) {
      mutations.push({ type: "session.update", sessionId, ...changes });
    }
    if (status !== undefined) mutations.push({ type: "session.transition", sessionId, to: status });
    const outcome = await commitOnRow(request, deps, { mutations }, { kind: "session", id: sessionId, creates: false });
    return answerRow(reply, outcome, await rowOf(request, outcome, "session", sessionId));
  };
  route(app, endpoints.patch, patch);
  route(app, endpoints.put, patch);
}
