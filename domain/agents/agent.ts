import { z } from "zod";
import { id, int32, label, ms, text } from "../kernel/primitives.ts";
import { must, type Tx } from "../kernel/tx.ts";
import { agentSubject, ensureAgent } from "./agent-row.ts";
import { configureBreaker } from "./breaker/breaker-row.ts";
import { breakerConfig } from "./breaker/config.ts";
import type { Agent } from "./contract.ts";
import { noteGauge } from "./gauge.ts";

/**
 * An agent: something that executes jobs (an AI tool, a worker). It exists from `agent.register`,
 * or from its first act: a claim, a permit, an outcome or a decision that names it registers it
 * with the defaults.
 */

export const agentRegister = z.strictObject({
  type: z.literal("agent.register"),
  agentKey: id,
  displayName: label.optional(),
  capabilities: z.array(label).max(100).optional(),
  capacity: int32.min(0).max(10_000).optional(),
  breaker: breakerConfig.optional(),
  reason: text.optional().meta({ description: "Why it is changed; goes into the log" }),
});

export const agentHeartbeat = z.strictObject({
  type: z.literal("agent.heartbeat"),
  agentKey: id,
  busy: int32.min(0).optional(),
});

export const agentDrain = z.strictObject({ type: z.literal("agent.drain"), agentKey: id, reason: text.optional() });

/** Heartbeats that change nothing reach the log at most this often. */
const HEARTBEAT_EVERY_MS = 30_000;

/**
 * Registers an agent, or changes one: fields that are left out stay as they are. Registering again
 * ends a drain.
 */
export function registerAgent(tx: Tx, m: z.infer<typeof agentRegister>): Agent {
  const agent = ensureAgent(tx, m.agentKey, false);
  tx.put("agent", {
    ...agent,
    displayName: m.displayName ?? agent.displayName,
    capabilities: m.capabilities ?? agent.capabilities,
    capacity: m.capacity ?? agent.capacity,
    bounded: agent.bounded || m.capacity !== undefined,
    draining: false,
    drainReason: null,
    // A click on it is no sign of life of the agent.
    lastSeenAt: tx.actor.startsWith("user:") ? agent.lastSeenAt : tx.at,
    updatedAt: tx.at,
  });
  noteGauge(tx, "capacity", m.agentKey, agent.capacity, m.capacity ?? agent.capacity);
  if (m.breaker) configureBreaker(tx, m.agentKey, m.breaker);
  const next = must(tx, "agent", m.agentKey);
  const { displayName, capabilities, capacity, bounded } = next;
  const breaker = must(tx, "breaker", m.agentKey).config;
  tx.emit({
    type: "agent.registered",
    subject: agentSubject(m.agentKey),
    payload: { displayName, capabilities, capacity, bounded, breaker, ...(m.reason && { reason: m.reason }) },
  });
  return next;
}

export function heartbeatAgent(tx: Tx, m: z.infer<typeof agentHeartbeat>): Agent {
  const agent = must(tx, "agent", m.agentKey);
  const reportedBusy = m.busy ?? agent.reportedBusy;
  const due = ms(tx.at) - ms(agent.lastSeenAt) >= HEARTBEAT_EVERY_MS;
  if (reportedBusy === agent.reportedBusy && !due) return agent;
  tx.put("agent", { ...agent, reportedBusy, lastSeenAt: tx.at, updatedAt: tx.at });
  tx.emit({ type: "agent.heartbeat_received", subject: agentSubject(agent.id), payload: { busy: reportedBusy } });
  return must(tx, "agent", agent.id);
}

/** A draining agent keeps its running jobs and claims no more, until it registers again. */
export function drainAgent(tx: Tx, m: z.infer<typeof agentDrain>): Agent {
  const agent = must(tx, "agent", m.agentKey);
  if (agent.draining) return agent;
  tx.put("agent", { ...agent, draining: true, drainReason: m.reason ?? null, updatedAt: tx.at });
  tx.emit({ type: "agent.drained", subject: agentSubject(agent.id), payload: { reason: m.reason ?? null } });
  return must(tx, "agent", agent.id);
}
