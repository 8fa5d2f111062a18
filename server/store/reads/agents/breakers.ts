import { breakerAt } from "../../../../domain/agents/breaker/now.ts";
import type { BreakerStateName } from "../../../../domain/kernel/statuses.ts";
import type { Wire } from "../../../../domain/kernel/wire.ts";
import type { TenantClient } from "../../../database/tenant.ts";
import { decodeCursor, type Page, type PageRequest, pageOf } from "../kernel/page.ts";
import { wireOf } from "../kernel/wire-rows.ts";

export interface BreakerQuery extends PageRequest {
  state?: BreakerStateName[];
}

/** Breakers by agent key, as of `now` (epoch ms). */
export async function listBreakers(db: TenantClient, query: BreakerQuery, now: number): Promise<Page<Wire<"breaker">>> {
  const at = decodeCursor(query.cursor, ["text"]);
  const rows = await db.breaker.findMany({
    where: { ...(query.state && { state: { in: query.state } }), ...(at && { id: { gt: at[0] } }) },
    orderBy: { id: "asc" },
    take: query.limit + 1,
  });
  return pageOf(
    rows,
    query.limit,
    (row) => [row.id],
    (row) => breakerAt(wireOf("breaker", row), now),
  );
}
