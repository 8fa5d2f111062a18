import { resolveBreakerConfig } from "../../domain/agents/breaker/config.ts";
import { newBreaker } from "../../domain/agents/breaker/machine.ts";
import type { Wire } from "../../domain/kernel/wire.ts";
import type { AlertRow } from "../alerts/alert-model.ts";
import type { AgentView } from "./agent-rows.ts";

const T0 = Date.parse("2026-11-21T10:00:00.000Z");

/** An agent with its breaker and figures as rows have them; given fields replace the defaults. */
export function agentView(
  id: string,
  given: { agent?: Partial<Wire<"agent">>; breaker?: Partial<Wire<"breaker">> } = {},
): AgentView {
  const base = { id, agentKey: id, version: 1, seq: 1, updatedAt: new Date(T0).toISOString() };
  return {
    agent: {
      ...base,
      kind: "agent",
      displayName: id,
      capabilities: [],
      capacity: 1,
      bounded: false,
      busy: 0,
      reportedBusy: null,
      draining: false,
      drainReason: null,
      createdAt: base.updatedAt,
      lastSeenAt: base.updatedAt,
      ...given.agent,
    },
    breaker: { ...base, ...newBreaker(resolveBreakerConfig(), T0), kind: "breaker", ...given.breaker },
    statistics: {
      ...base,
      kind: "statistics",
      total: 0,
      successful: 0,
      failed: 0,
      totalDurationMs: 0,
      timed: 0,
      histogram: {},
      upstream: 0,
      baseline: null,
    },
  };
}

/** The fields of an alert that the board reads. */
export const alertAbout = (agentKey: string, rule: string): AlertRow =>
  ({ id: `${rule}:${agentKey}`, rule, subjectKind: "agent", subjectId: agentKey, status: "firing" }) as AlertRow;
