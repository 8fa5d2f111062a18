import type { FastifyInstance } from "fastify";
import { approvalEndpoints as endpoints } from "../../../domain/execution/endpoints.ts";
import { readRow } from "../../store/reads/kernel/one-row.ts";
import { listApprovals, withTasks } from "../../store/reads/sessions/sessions.ts";
import { registerCommand } from "../kernel/command.ts";
import { counted } from "../kernel/counted.ts";
import { found, type ResourceDeps, scopeOf, withRun } from "../kernel/resource.ts";
import { route } from "../kernel/route.ts";

/** Decisions that people make. */
export function registerApprovals(app: FastifyInstance, deps: ResourceDeps): void {
  route(app, endpoints.list, async ({ request, query: asked }) => {
    const { view, status, ...query } = withRun(counted(asked));
    const wanted = view ? [view].filter((one) => status?.includes(one) ?? true) : status;
    const page = await listApprovals(scopeOf(request, deps), { ...query, ...(wanted && { status: wanted }) });
    return { ...page, items: await withTasks(request.db, page.items) };
  });
  route(app, endpoints.one, async ({ request, id }) =>
    found(await readRow(request.db, "approval", id), "approval", id),
  );
  registerCommand(app, deps, endpoints.request);
  registerCommand(app, deps, endpoints.approve);
  registerCommand(app, deps, endpoints.reject);
  registerCommand(app, deps, endpoints.consume);
}
