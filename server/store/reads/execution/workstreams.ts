import type { WorkstreamStatus } from "../../../../domain/kernel/statuses.ts";
import type { Wire } from "../../../../domain/kernel/wire.ts";
import type { TenantClient } from "../../../database/tenant.ts";
import { decodeCursor, type Page, type PageRequest, pageOf } from "../kernel/page.ts";
import { wireOf } from "../kernel/wire-rows.ts";

export interface WorkstreamQuery extends PageRequest {
  runId?: string;
  status?: WorkstreamStatus[];
}

/** Workstreams, newest first. */
export async function listWorkstreams(db: TenantClient, query: WorkstreamQuery): Promise<Page<Wire<"workstream">>> {
  const at = decodeCursor(query.cursor, ["time", "text"]);
  const rows = await db.workstream.findMany({
    where: {
      ...(query.runId !== undefined && { runId: query.runId }),
      ...(query.status && { status: { in: query.status } }),
      ...(at && { createdAt: { lte: at[0] }, OR: [{ createdAt: { lt: at[0] } }, { id: { lt: at[1] } }] }),
    },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: query.limit + 1,
  });
  return pageOf(
    rows,
    query.limit,
    (row) => [row.createdAt, row.id],
    (row) => wireOf("workstream", row),
  );
}
