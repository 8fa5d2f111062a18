import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { ClientMutation } from "../../../domain/commit/mutations.ts";
import { id, jsonObject, label } from "../../../domain/kernel/primitives.ts";
import { SESSION_STATUSES } from "../../../domain/kernel/statuses.ts";
import { readRow } from "../../store/reads/kernel/one-row.ts";
import { listSessions } from "../../store/reads/sessions/sessions.ts";
import { bodyOf, commitOnRow, registerCommand, rowOf, sendRow } from "../kernel/command.ts";
import { counted, countedQuery } from "../kernel/counted.ts";
import { moveOf } from "../kernel/moves.ts";
import { BASE, found, listOf, mustHaveReached, pathId, type ResourceDeps, scopeOf } from "../kernel/resource.ts";
import { etagOf } from "../kernel/versions.ts";
import { countedDoc, oneDoc, patchDoc } from "../openapi/route-docs.ts";
import { sentSchema } from "../openapi/schemas.ts";

const sessionQuery = z.strictObject({
  view: z.enum(["active"]).optional().meta({ description: "`active`: the same as `status=active`" }),
  status: listOf(SESSION_STATUSES).optional(),
  agentRole: label.optional(),
  taskId: id.optional(),
  ...countedQuery,
});

const sessionPatch = z.strictObject({
  status: z.enum(SESSION_STATUSES).optional(),
  to: z.enum(SESSION_STATUSES).optional().meta({ description: "Another word for `status`" }),
  metadata: jsonObject.optional().meta({
    description: "JSON Merge Patch (RFC 7396): null removes, maps are merged, anything else replaces",
  }),
  taskId: id.optional(),
});

const tag = "Sessions";

/** Agents' sessions. */
export function registerSessions(app: FastifyInstance, deps: ResourceDeps): void {
  const list = countedDoc(tag, "Sessions, the newest first", "Session", sessionQuery);
  app.get(`${BASE}/sessions`, { config: { doc: list } }, (request) => {
    const { view, status, ...query } = counted(sessionQuery.parse(request.query));
    const wanted = view ? [view].filter((one) => status?.includes(one) ?? true) : status;
    return listSessions(scopeOf(request, deps), { ...query, ...(wanted && { status: wanted }) });
  });
  app.get(
    `${BASE}/sessions/:id`,
    { config: { doc: oneDoc(tag, "One session", "Session") } },
    async (request, reply) => {
      const sessionId = pathId(request);
      await mustHaveReached(request);
      const session = found(await readRow(request.db, "session", sessionId), "session", sessionId);
      reply.header("etag", etagOf(session));
      return session;
    },
  );
  registerCommand(app, deps, {
    path: "/sessions",
    kind: "session",
    mutation: "session.create",
    tag,
    summary: "Open a session",
  });

  const patch = (request: FastifyRequest, reply: FastifyReply) => patchSession(request, reply, deps);
  const description = "One commit: what is given is changed, the rest stays. An empty body changes nothing.";
  const body = sentSchema(sessionPatch);
  const doc = patchDoc(tag, "Move a session on, merge its metadata, give it a task", description, "session", body);
  app.patch(`${BASE}/sessions/:id`, { config: { doc } }, patch);
  app.put(`${BASE}/sessions/:id`, { config: { doc: { ...doc, summary: "The same as PATCH" } } }, patch);
}

async function patchSession(request: FastifyRequest, reply: FastifyReply, deps: ResourceDeps): Promise<FastifyReply> {
  const sessionId = pathId(request);
  const { status: named, to, ...changes } = sessionPatch.parse(bodyOf(request));
  const status = moveOf({ status: named, to });
  const mutations: ClientMutation[] = [];
  if (status === undefined || Object.keys(changes).length > 0) {
    mutations.push({ type: "session.update", sessionId, ...changes });
  }
  if (status !== undefined) mutations.push({ type: "session.transition", sessionId, to: status });
  const outcome = await commitOnRow(request, deps, { mutations }, { kind: "session", id: sessionId, creates: false });
  return sendRow(reply, outcome, await rowOf(request, outcome, "session", sessionId));
}
