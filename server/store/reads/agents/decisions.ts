import type { Wire } from "../../../../domain/kernel/wire.ts";
import type { TenantClient } from "../../../database/tenant.ts";
import { decodeCursor, type Page, type PageRequest, pageOf } from "../kernel/page.ts";
import { wireOf } from "../kernel/wire-rows.ts";

export interface DecisionQuery extends PageRequest {
  taskId?: string;
  taskType?: string;
  runId?: string;
  jobId?: string;
  /** The selected agent. */
  agent?: string;
  /** Null: without an outcome. */
  success?: boolean | null;
  /** Routed at or after. */
  from?: string;
  /** Routed before. */
  to?: string;
}

/** Routing decisions, newest first. */
export async function listDecisions(db: TenantClient, query: DecisionQuery): Promise<Page<Wire<"decision">>> {
  const at = decodeCursor(query.cursor, ["time", "text"]);
  const rows = await db.routingDecision.findMany({
    where: {
      ...(query.taskId !== undefined && { taskId: query.taskId }),
      ...(query.taskType !== undefined && { taskType: query.taskType }),
      ...(query.runId !== undefined && { runId: query.runId }),
      ...(query.jobId !== undefined && { jobId: query.jobId }),
      ...(query.agent !== undefined && { selectedAgent: query.agent }),
      ...(query.success !== undefined && { success: query.success }),
      AND: [
        ...(query.from ? [{ routedAt: { gte: query.from } }] : []),
        ...(query.to ? [{ routedAt: { lt: query.to } }] : []),
        ...(at ? [{ routedAt: { lte: at[0] }, OR: [{ routedAt: { lt: at[0] } }, { id: { lt: at[1] } }] }] : []),
      ],
    },
    orderBy: [{ routedAt: "desc" }, { id: "desc" }],
    take: query.limit + 1,
  });
  return pageOf(
    rows,
    query.limit,
    (row) => [row.routedAt, row.id],
    (row) => wireOf("decision", row),
  );
}
