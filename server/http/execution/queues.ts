import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { id, text } from "../../../domain/kernel/primitives.ts";
import { MOST_AT_ONCE, retryDeadLetters } from "../../queue/dead-letters.ts";
import { listDue, listJobs } from "../../store/reads/execution/jobs.ts";
import { listQueues, readQueue } from "../../store/reads/execution/queues.ts";
import { readQueueWhy } from "../../store/reads/execution/waiting-of-many.ts";
import { readRow } from "../../store/reads/kernel/one-row.ts";
import { queriesOf } from "../../store/reads/kernel/scope.ts";
import { bodyOf, registerCommand } from "../kernel/command.ts";
import {
  BASE,
  committerOf,
  found,
  mustHaveReached,
  pageQuery,
  pathId,
  type ResourceDeps,
  scopeOf,
} from "../kernel/resource.ts";
import { sendTagged } from "../kernel/versions.ts";
import { listDoc, oneDoc, type RouteDoc } from "../openapi/route-docs.ts";
import { ref, sentSchema } from "../openapi/schemas.ts";

const query = z.strictObject(pageQuery);
const tag = "Queues";

const retryBody = z.strictObject({
  jobIds: z.array(id).min(1).max(1000).optional().meta({ description: "These alone; all dead letters when left out" }),
  reason: text.optional(),
});

const RETRY_DOC: RouteDoc = {
  tag,
  summary: "Queue dead letters again: those named, or all of them",
  description: `Up to ${MOST_AT_ONCE} changes a commit, oldest first. A run that ended because of its job comes back with it (\`run.retry\` with \`jobs: "none"\`); a job whose run was completed or cancelled is skipped, and says why. Without \`jobIds\` ask again while \`remaining\` is more than what was skipped.`,
  body: sentSchema(retryBody),
  answers: { 200: { description: "What came of it", schema: ref("DeadLetterRetry") } },
  problems: [400, 404, 413, 415, 503],
};

/** Queues: how they stand, their settings, and what died in them. */
export function registerQueues(app: FastifyInstance, deps: ResourceDeps): void {
  const list = listDoc(tag, "Queues by name, each with its figures", "QueueWithFigures", query);
  app.get(`${BASE}/queues`, { config: { doc: list } }, (request) =>
    listQueues(request.db, scopeOf(request, deps), query.parse(request.query)),
  );
  const one = oneDoc(tag, "One queue with its figures", "QueueWithFigures");
  app.get(`${BASE}/queues/:id`, { config: { doc: one } }, async (request, reply) => {
    const queue = pathId(request);
    await mustHaveReached(request);
    return sendTagged(reply, found(await readQueue(request.db, scopeOf(request, deps), queue), "queue", queue));
  });
  registerCommand(app, deps, {
    path: "/queues/:id",
    kind: "queue",
    mutation: "queue.configure",
    tag,
    summary: "Pause or resume a queue, bound how many of its jobs run at once; it comes to be when it is not there",
  });

  const why = oneDoc(tag, "The job that has been due the longest in the queue, and why it waits", "QueueWaiting");
  app.get(`${BASE}/queues/:id/why`, { config: { doc: why } }, async (request) => {
    const queue = pathId(request);
    await mustHaveReached(request);
    found(await readRow(request.db, "queue", queue), "queue", queue);
    return readQueueWhy(queriesOf(deps.prisma), request.principal.tenantId, queue);
  });
  const due = listDoc(tag, "Jobs of the queue that could start, in the order in which claims take them", "Job", query);
  app.get(`${BASE}/queues/:id/due`, { config: { doc: due } }, async (request) => {
    const queue = pathId(request);
    const page = query.parse(request.query);
    found(await readRow(request.db, "queue", queue), "queue", queue);
    return listDue(request.db, scopeOf(request, deps), queue, page);
  });

  const dead = listDoc(tag, "Jobs that failed or timed out for good, the newest first", "Job", query);
  app.get(`${BASE}/queues/:id/dead-letters`, { config: { doc: dead } }, async (request) => {
    const queue = pathId(request);
    const page = query.parse(request.query);
    found(await readRow(request.db, "queue", queue), "queue", queue);
    return listJobs(request.db, scopeOf(request, deps), { ...page, queue, status: ["failed", "timed_out"] });
  });
  app.post(`${BASE}/queues/:id/dead-letters/retry`, { config: { doc: RETRY_DOC } }, async (request) => {
    const queue = pathId(request);
    const asked = retryBody.parse(bodyOf(request));
    const readQueue = () => readRow(request.db, "queue", queue);
    found(await readQueue(), "queue", queue);
    const scope = () => scopeOf(request, deps);
    return retryDeadLetters({ store: deps.store, scope, readQueue, by: committerOf(request) }, queue, asked);
  });
}
