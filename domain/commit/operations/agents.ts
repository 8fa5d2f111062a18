import {
  agentDrain,
  agentHeartbeat,
  agentRegister,
  drainAgent,
  heartbeatAgent,
  registerAgent,
} from "../../agents/agent.ts";
import {
  acquireBreaker,
  breakerAcquire,
  breakerOverride,
  breakerRecord,
  breakerReset,
  breakerTick,
  overrideBreaker,
  recordBreaker,
  resetBreaker,
  tickBreaker,
} from "../../agents/breaker/breaker.ts";
import { gaugeId } from "../../agents/gauge.ts";
import { decideRouting, routingDecide } from "../../agents/routing/decide.ts";
import { recordRouting, recordRoutingOutcome, routingOutcome, routingRecord } from "../../agents/routing/routing.ts";
import { replaceStatistics, statisticsReplace } from "../../agents/statistics-replace.ts";
import { tallyIds } from "../../agents/tally.ts";
import { agentRows, byAgent, op, type Peek, type RowRef } from "../operation.ts";

const capacityOf = (agentKey: string, at: string): RowRef => ["gauge", gaugeId("capacity", agentKey, at)];

/** What an outcome reaches: the agent, which may have to come to be, and its tallies. */
const outcomeRows = (agentKey: string, taskType: string | null, peek: Peek, at: string): RowRef[] => [
  ...agentRows(agentKey),
  ...(peek("agent", agentKey) ? [] : [capacityOf(agentKey, at)]),
  ...tallyIds(agentKey, taskType, at).map((id) => ["tally", id] as const),
];

/** Agents, the breakers in front of them, and how work is routed to them. */
export const AGENT_OPERATIONS = {
  "agent.register": op(agentRegister, registerAgent, (m, _peek, at) => [
    ...agentRows(m.agentKey),
    capacityOf(m.agentKey, at),
  ]),
  "agent.heartbeat": op(agentHeartbeat, heartbeatAgent, byAgent),
  "agent.drain": op(agentDrain, drainAgent, byAgent),
  "breaker.acquire": op(breakerAcquire, acquireBreaker, byAgent),
  "breaker.record": op(breakerRecord, recordBreaker, (m, peek, at) => outcomeRows(m.agentKey, null, peek, at)),
  "breaker.override": op(breakerOverride, overrideBreaker, byAgent),
  "breaker.reset": op(breakerReset, resetBreaker, byAgent),
  "routing.decide": op(routingDecide, decideRouting, (m) => [
    ...(m.runId ? ([["run", m.runId]] as const) : []),
    ...(m.jobId ? ([["job", m.jobId]] as const) : []),
    ...(m.fallbackOf ? ([["decision", m.fallbackOf]] as const) : []),
  ]),
  "routing.record": op(routingRecord, recordRouting, (m, peek, at) => [
    ...(m.success === undefined ? agentRows(m.selectedAgent) : outcomeRows(m.selectedAgent, m.taskType, peek, at)),
    ...(m.runId ? ([["run", m.runId]] as const) : []),
    ...(m.jobId ? ([["job", m.jobId]] as const) : []),
  ]),
  "routing.outcome": op(routingOutcome, recordRoutingOutcome, (m, peek, at) => {
    const decision = peek("decision", m.decisionId);
    if (!decision) return [["decision", m.decisionId]];
    return [["decision", m.decisionId], ...outcomeRows(decision.selectedAgent, decision.taskType, peek, at)];
  }),
};

/** What time makes happen to agents, and what the server itself does. */
export const AGENT_CLOCK_OPERATIONS = {
  "breaker.tick": op(breakerTick, tickBreaker, byAgent),
  "statistics.replace": op(statisticsReplace, replaceStatistics, (m) => [["statistics", m.agentKey]]),
};
