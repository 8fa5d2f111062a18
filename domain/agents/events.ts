import { z } from "zod";
import { event, events, fieldsBut, fieldsOf } from "../kernel/event-contract.ts";
import { BREAKER_STATES } from "../kernel/statuses.ts";
import { overrideStates, TRANSITION_CAUSES } from "./breaker/state.ts";
import { agent, breaker, decision } from "./contract.ts";

/** The events of agents, their breakers and figures, and of the decisions that chose them. */

const at = z.iso.datetime();
const count = z.int().min(0);
const maybeText = z.string().nullable();

export const agentEvents = events("agent", {
  "agent.registered": event("It was registered or changed; or it acted for the first time", {
    ...fieldsOf(agent, "displayName", "capabilities", "capacity"),
    bounded: agent.columns.bounded.schema.optional(),
    breaker: breaker.columns.config.schema,
    reason: z.string().optional(),
    implicit: z.literal(true).optional().meta({ description: "Nobody registered it: it exists by its first act" }),
  }),
  "agent.heartbeat_received": event("It reports something else than before, or has not been seen for a while", {
    busy: agent.columns.reportedBusy.schema,
  }),
  "agent.drained": event("It claims no more jobs, until it registers again", { reason: maybeText }),
  "agent.removed": event("Clean-up removed it with its breaker, figures and alerts", {
    ...fieldsOf(agent, "displayName", "lastSeenAt"),
  }),
});

const moved = {
  from: z.enum(BREAKER_STATES),
  to: z.enum(BREAKER_STATES),
  cause: z.enum(TRANSITION_CAUSES),
  reason: z.string(),
  at,
  ...fieldsOf(breaker, "calls", "failureRate", "resetAt", "openings", "lastError", "epoch"),
};
const unmoved = {
  ...fieldsOf(breaker, "state"),
  trials: count.meta({ description: "How many trials are in flight" }),
  ...fieldsOf(breaker, "calls", "resetAt"),
};

/** Their subject is the agent. */
export const breakerEvents = events("agent", {
  "breaker.opened": event("It opened: no calls pass", moved),
  "breaker.half_opened": event("Its open time has passed: trials may pass", moved),
  "breaker.closed": event("It closed: calls pass", moved),
  "breaker.forced_open": event("An operator holds it open", moved),
  "breaker.disabled": event("An operator lets every call pass, unjudged", moved),
  "breaker.trial_permitted": event("Half-open, it let a trial pass", unmoved),
  "breaker.trial_expired": event("A trial did not report in time and counts as failed", unmoved),
  "breaker.wait_restarted": event("The clock was wrong and is right again: what it waits for begins anew", unmoved),
  "breaker.recorded": event("The outcome of a call made outside the queue", {
    success: z.boolean(),
    durationMs: z.number().min(0).nullable(),
    error: maybeText,
  }),
  "breaker.overridden": event("An operator ordered a state", {
    state: z.enum(overrideStates),
    reason: z.string(),
    expiresAt: at.nullable(),
    by: z.string(),
  }),
  "breaker.was_reset": event("An operator reset it", { reason: z.string(), by: z.string() }),
});

const figure = z.object({ from: z.number().min(0), to: z.number().min(0) });

/** Their subject is the agent. */
export const statisticsEvents = events("agent", {
  "statistics.recalculated": event("Its running figures were replaced by what its outcomes come to", {
    total: figure,
    successful: figure,
    failed: figure,
    upstream: figure,
    timed: figure,
    totalDurationMs: figure,
  }),
});

/** The row without the fields of the event itself, and without hidden columns. */
const decided = fieldsBut(decision, "permitId", "routedAt");

export const routingEvents = events("decision", {
  "routing.decided": event("An agent was chosen here", decided),
  "routing.recorded": event("A decision made elsewhere was stored", decided),
  "routing.outcome_recorded": event("The outcome of a decision", {
    ...fieldsOf(decision, "selectedAgent"),
    success: z.boolean(),
    ...fieldsOf(decision, "durationMs"),
    error: maybeText,
  }),
});
