import { agentDrain, agentHeartbeat, agentRegister, drainAgent, heartbeatAgent, registerAgent } from "../agent.ts";
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
} from "../breaker.ts";
import { agentRows, byAgent, op } from "../operation.ts";
import { recordRouting, recordRoutingOutcome, routingOutcome, routingRecord } from "../routing.ts";
import { decideRouting, routingDecide } from "../routing-decide.ts";
import { replaceStatistics, statisticsReplace } from "../statistics-replace.ts";

/** Agents, the breakers in front of them, and how work is routed to them. */
export const AGENT_OPERATIONS = {
  "agent.register": op(agentRegister, registerAgent, byAgent),
  "agent.heartbeat": op(agentHeartbeat, heartbeatAgent, byAgent),
  "agent.drain": op(agentDrain, drainAgent, byAgent),
  "breaker.acquire": op(breakerAcquire, acquireBreaker, byAgent),
  "breaker.record": op(breakerRecord, recordBreaker, byAgent),
  "breaker.override": op(breakerOverride, overrideBreaker, byAgent),
  "breaker.reset": op(breakerReset, resetBreaker, byAgent),
  "routing.decide": op(routingDecide, decideRouting, (m) => [
    ...(m.runId ? ([["run", m.runId]] as const) : []),
    ...(m.jobId ? ([["job", m.jobId]] as const) : []),
    ...(m.fallbackOf ? ([["decision", m.fallbackOf]] as const) : []),
  ]),
  "routing.record": op(routingRecord, recordRouting, (m) => [
    ...agentRows(m.selectedAgent),
    ...(m.runId ? ([["run", m.runId]] as const) : []),
    ...(m.jobId ? ([["job", m.jobId]] as const) : []),
  ]),
  "routing.outcome": op(routingOutcome, recordRoutingOutcome, (m, peek) => {
    const decision = peek("decision", m.decisionId);
    return [["decision", m.decisionId], ...(decision ? agentRows(decision.selectedAgent) : [])];
  }),
};

/** What time makes happen to agents, and what the server itself does. */
export const AGENT_CLOCK_OPERATIONS = {
  "breaker.tick": op(breakerTick, tickBreaker, byAgent),
  "statistics.replace": op(statisticsReplace, replaceStatistics, (m) => [["statistics", m.agentKey]]),
};
