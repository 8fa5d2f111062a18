import type { FastifyInstance, FastifyRequest } from "fastify";
import { queueEndpoints as endpoints } from "../../../domain/execution/endpoints.ts";
import { retryDeadLetters } from "../../queue/dead-letters.ts";
import { listDue, listJobs } from "../../store/reads/execution/jobs.ts";
import { listQueues, readQueue } from "../../store/reads/execution/queues.ts";
import { readQueueWhy } from "../../store/reads/execution/waiting-of-many.ts";
import { readRow } from "../../store/reads/kernel/one-row.ts";
import { queriesOf } from "../../store/reads/kernel/scope.ts";
import { registerCommand } from "../kernel/command.ts";
import { committerOf, found, type ResourceDeps, scopeOf } from "../kernel/resource.ts";
import { route } from "../kernel/route.ts";

/** Queues: figures, settings and dead letters. */
export function registerQueues(app: FastifyInstance, deps: ResourceDeps): void {
  const mustExist = async ({ db }: FastifyRequest, queue: string) =>
    found(await readRow(db, "queue", queue), "queue", queue);

  route(app, endpoints.list, ({ request, query }) => listQueues(request.db, scopeOf(request, deps), query));
  route(app, endpoints.one, async ({ request, id }) =>
    found(await readQueue(request.db, scopeOf(request, deps), id), "queue", id),
  );
  registerCommand(app, deps, endpoints.configure);
  route(app, endpoints.why, async ({ request, id }) => {
    await mustExist(request, id);
    return readQueueWhy(queriesOf(deps.prisma), request.principal.tenantId, id);
  });
  route(app, endpoints.due, async ({ request, id, query }) => {
    await mustExist(request, id);
    return listDue(request.db, scopeOf(request, deps), id, query);
  });
  route(app, endpoints.deadLetters, async ({ request, id: queue, query }) => {
    await mustExist(request, queue);
    return listJobs(request.db, scopeOf(request, deps), { ...query, queue, status: ["failed", "timed_out"] });
  });
  route(app, endpoints.retryDeadLetters, async ({ request, id, body }) => {
    await mustExist(request, id);
    const readQueue = () => readRow(request.db, "queue", id);
    const scope = () => scopeOf(request, deps);
    return retryDeadLetters({ store: deps.store, scope, readQueue, by: committerOf(request) }, id, body);
  });
}
