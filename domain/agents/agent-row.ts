import { ms } from "../kernel/primitives.ts";
import type { Tx } from "../kernel/tx.ts";
import { resolveBreakerConfig } from "./breaker/config.ts";
import { newBreaker } from "./breaker/machine.ts";
import type { Agent } from "./contract.ts";
import { noteGauge } from "./gauge.ts";

/** Changes of an agent's row, for all its callers. */

/**
 * The agent of that key; it comes to be, with its breaker and its statistics, when it is not there.
 */
export function ensureAgent(tx: Tx, agentKey: string, announce = true): Agent {
  const known = tx.get("agent", agentKey);
  if (known) return known;
  const agent: Agent = {
    id: agentKey,
    displayName: agentKey,
    capabilities: [],
    capacity: 1,
    bounded: false,
    busy: 0,
    reportedBusy: null,
    draining: false,
    drainReason: null,
    createdAt: tx.at,
    lastSeenAt: tx.at,
    updatedAt: tx.at,
    version: 1,
    seq: 0,
  };
  tx.put("agent", agent);
  noteGauge(tx, "capacity", agentKey, 0, agent.capacity);
  const breaker = newBreaker(resolveBreakerConfig(), ms(tx.at));
  tx.put("breaker", { ...breaker, id: agentKey, updatedAt: tx.at });
  tx.put("statistics", {
    id: agentKey,
    total: 0,
    successful: 0,
    failed: 0,
    totalDurationMs: 0,
    timed: 0,
    histogram: {},
    upstream: 0,
    baseline: null,
    updatedAt: tx.at,
  });
  if (announce) {
    const { displayName, capabilities, capacity } = agent;
    const payload = { displayName, capabilities, capacity, breaker: breaker.config, implicit: true } as const;
    tx.emit({ type: "agent.registered", subject: agentSubject(agentKey), payload });
  }
  return agent;
}

/**
 * Adds to the number of jobs the agent is running; `seen` says whether it was the agent itself that
 * acted.
 */
export function addBusy(tx: Tx, agentKey: string, by: 1 | -1, seen: boolean): void {
  const agent = tx.get("agent", agentKey);
  if (!agent) return;
  const lastSeenAt = seen ? tx.at : agent.lastSeenAt;
  const busy = Math.max(0, agent.busy + by);
  tx.put("agent", { ...agent, busy, lastSeenAt, updatedAt: tx.at });
  noteGauge(tx, "busy", agentKey, agent.busy, busy);
}

export const agentSubject = (agentKey: string) => ({ kind: "agent", id: agentKey });
