import type { FastifyInstance } from "fastify";
import { jobEndpoints as endpoints } from "../../../domain/execution/job/endpoints.ts";
import { listJobs, readJob } from "../../store/reads/execution/jobs.ts";
import { readRetryPreview } from "../../store/reads/execution/retry-preview.ts";
import { beginWaitReads, readWhy } from "../../store/reads/execution/waiting.ts";
import { queriesOf } from "../../store/reads/kernel/scope.ts";
import type { CommitOutcome } from "../../store/types.ts";
import { registerCommand } from "../kernel/command.ts";
import { found, type ResourceDeps, scopeOf, withRun } from "../kernel/resource.ts";
import { route } from "../kernel/route.ts";

/** What the one who starts a job needs to go on. */
function tokenOf({ receipt }: CommitOutcome): object {
  const { leaseToken } = (receipt.results[0] ?? {}) as { leaseToken?: string };
  return { leaseToken };
}

/** All of the queue but the claim, see `claims.ts`. */
export function registerJobs(app: FastifyInstance, deps: ResourceDeps): void {
  route(app, endpoints.list, ({ request, query }) => listJobs(request.db, scopeOf(request, deps), withRun(query)));
  route(app, endpoints.one, async ({ request, id }) => found(await readJob(request.db, id), "job", id));
  route(app, endpoints.why, async ({ request, id }) =>
    found(await readWhy(await beginWaitReads(queriesOf(deps.prisma), request.principal.tenantId), id), "job", id),
  );
  route(app, endpoints.retryPreview, async ({ request, id }) =>
    found(await readRetryPreview(request.db, id), "job", id),
  );
  registerCommand(app, deps, endpoints.enqueue);
  registerCommand(app, deps, endpoints.start, { more: tokenOf });
  registerCommand(app, deps, endpoints.heartbeat);
  registerCommand(app, deps, endpoints.complete);
  registerCommand(app, deps, endpoints.fail);
  registerCommand(app, deps, endpoints.timeout);
  registerCommand(app, deps, endpoints.cancel);
  registerCommand(app, deps, endpoints.retry);
}
