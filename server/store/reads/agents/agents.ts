import type { AgentWithState } from "../../../../domain/agents/answers.ts";
import { breakerAt } from "../../../../domain/agents/breaker/now.ts";
import type { TenantClient } from "../../../database/tenant.ts";
import { decodeCursor, type Page, type PageRequest, pageOf } from "../kernel/page.ts";
import { wireOf } from "../kernel/wire-rows.ts";

/** Agents by key, each with its breaker and its figures as they stand at `now` (epoch ms). */
export async function listAgents(db: TenantClient, query: PageRequest, now: number): Promise<Page<AgentWithState>> {
  const at = decodeCursor(query.cursor, ["text"]);
  const rows = await db.agent.findMany({
    where: { ...(at && { id: { gt: at[0] } }) },
    orderBy: { id: "asc" },
    take: query.limit + 1,
  });
  const page = pageOf(
    rows,
    query.limit,
    (row) => [row.id],
    (row) => row,
  );
  return { items: await withState(db, page.items, now), nextCursor: page.nextCursor };
}

/** One agent with its breaker and figures; null when there is none. */
export async function readAgent(db: TenantClient, agentKey: string, now: number): Promise<AgentWithState | null> {
  const agent = await db.agent.findFirst({ where: { id: agentKey } });
  if (!agent) return null;
  const [item] = await withState(db, [agent], now);
  return item ?? null;
}

async function withState(
  db: TenantClient,
  agents: readonly ({ id: string } & object)[],
  now: number,
): Promise<AgentWithState[]> {
  const where = { id: { in: agents.map((agent) => agent.id) } };
  const [breakers, statistics] = await Promise.all([db.breaker.findMany({ where }), db.statistics.findMany({ where })]);
  const breakerOf = new Map(breakers.map((row) => [row.id, row]));
  const statisticsOf = new Map(statistics.map((row) => [row.id, row]));
  return agents.flatMap((agent) => {
    const breaker = breakerOf.get(agent.id);
    const figures = statisticsOf.get(agent.id);
    // All three are created and cleaned up together: this one has left between two reads.
    if (!breaker || !figures) return [];
    return [
      {
        ...wireOf("agent", agent),
        breaker: breakerAt(wireOf("breaker", breaker), now),
        statistics: wireOf("statistics", figures),
      },
    ];
  });
}
