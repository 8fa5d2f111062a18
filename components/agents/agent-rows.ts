import type { AgentWithState } from "../../domain/agents/answers.ts";
import type { Wire } from "../../domain/kernel/wire.ts";
import type { BreakerRow } from "./breaker/breaker-view.ts";

/** An agent as `GET /agents` answers it. */
export type AgentItem = AgentWithState;

/** An agent with its breaker and figures. */
export interface AgentView {
  agent: Wire<"agent">;
  breaker: BreakerRow & { readonly pending?: boolean };
  statistics: Wire<"statistics">;
}

/** The three rows of an item, separately, as frames carry them. */
export function splitItems(items: readonly AgentItem[]) {
  const agents: Wire<"agent">[] = [];
  const breakers: Wire<"breaker">[] = [];
  const statistics: Wire<"statistics">[] = [];
  for (const { breaker, statistics: figures, ...agent } of items) {
    agents.push(agent);
    breakers.push(breaker);
    statistics.push(figures);
  }
  return { agents, breakers, statistics };
}

/**
 * Joins the rows by agent. An agent without its breaker or figures is left out until they arrive.
 */
export function joinRows(
  agents: readonly Wire<"agent">[],
  breakers: readonly Wire<"breaker">[],
  statistics: readonly Wire<"statistics">[],
): AgentView[] {
  const breakerOf = new Map(breakers.map((row) => [row.id, row]));
  const figuresOf = new Map(statistics.map((row) => [row.id, row]));
  return agents.flatMap((agent) => {
    const [breaker, figures] = [breakerOf.get(agent.id), figuresOf.get(agent.id)];
    return breaker && figures ? [{ agent, breaker, statistics: figures }] : [];
  });
}
