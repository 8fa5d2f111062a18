import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { id } from "../../../domain/kernel/primitives.ts";
import { APPROVAL_STATUSES } from "../../../domain/kernel/statuses.ts";
import { readRow } from "../../store/reads/kernel/one-row.ts";
import { listApprovals, withTasks } from "../../store/reads/sessions/sessions.ts";
import { type Command, registerCommand } from "../kernel/command.ts";
import { counted, countedQuery } from "../kernel/counted.ts";
import {
  BASE,
  found,
  listOf,
  mustHaveReached,
  pathId,
  type ResourceDeps,
  runFilter,
  scopeOf,
  withRun,
} from "../kernel/resource.ts";
import { etagOf } from "../kernel/versions.ts";
import { countedDoc, oneDoc } from "../openapi/route-docs.ts";

const approvalQuery = z.strictObject({
  view: z.enum(["pending"]).optional().meta({ description: "`pending`: the same as `status=pending`" }),
  status: listOf(APPROVAL_STATUSES).optional(),
  ...runFilter,
  jobId: id.optional(),
  taskId: id.optional(),
  ...countedQuery,
});

const tag = "Approvals";

const COMMANDS: readonly Omit<Command<"approval">, "kind" | "tag">[] = [
  { path: "/approvals", mutation: "approval.request", summary: "Ask for a decision" },
  {
    path: "/approvals/:id/approve",
    mutation: "approval.approve",
    summary: "Approve; `edit` is the payload as it should be, where that is an option",
  },
  { path: "/approvals/:id/reject", mutation: "approval.reject", summary: "Reject" },
  { path: "/approvals/:id/consume", mutation: "approval.consume", summary: "Use up what has been approved, once" },
];

/** Decisions that people make. */
export function registerApprovals(app: FastifyInstance, deps: ResourceDeps): void {
  const list = countedDoc(tag, "Approvals, the newest first", "ListedApproval", approvalQuery);
  app.get(`${BASE}/approvals`, { config: { doc: list } }, async (request) => {
    const { view, status, ...query } = withRun(counted(approvalQuery.parse(request.query)));
    const wanted = view ? [view].filter((one) => status?.includes(one) ?? true) : status;
    const page = await listApprovals(scopeOf(request, deps), { ...query, ...(wanted && { status: wanted }) });
    return { ...page, items: await withTasks(request.db, page.items) };
  });
  app.get(
    `${BASE}/approvals/:id`,
    { config: { doc: oneDoc(tag, "One approval", "Approval") } },
    async (request, reply) => {
      const approvalId = pathId(request);
      await mustHaveReached(request);
      const approval = found(await readRow(request.db, "approval", approvalId), "approval", approvalId);
      reply.header("etag", etagOf(approval));
      return approval;
    },
  );
  for (const command of COMMANDS) registerCommand(app, deps, { ...command, kind: "approval", tag });
}
