import type { z } from "zod";
import { agentEvents, breakerEvents, routingEvents, statisticsEvents } from "./agents/events.ts";
import { alertEvents, channelEvents, deliveryEvents, ruleEvents } from "./alerts/events.ts";
import {
  approvalEvents,
  jobEvents,
  queueEvents,
  runEvents,
  stateEvents,
  workstreamEvents,
} from "./execution/events.ts";
import type { Json } from "./kernel/primitives.ts";
import { logEvents, maintenanceEvents } from "./maintenance/events.ts";
import { sessionEvents, taskEvents } from "./sessions/events.ts";

/**
 * All types of events by area, in the order of the catalogue. Types that orchestrators make up
 * themselves begin with `x.` and are not here.
 */
export const EVENTS_OF = {
  execution: {
    ...runEvents,
    ...stateEvents,
    ...workstreamEvents,
    ...jobEvents,
    ...queueEvents,
    ...approvalEvents,
  },
  sessions: { ...sessionEvents, ...taskEvents },
  agents: { ...agentEvents, ...breakerEvents, ...statisticsEvents, ...routingEvents },
  alerts: { ...alertEvents, ...ruleEvents, ...channelEvents, ...deliveryEvents },
  maintenance: { ...maintenanceEvents, ...logEvents },
} as const;

/** Every type of event, each defined once, in its area's `events.ts`. */
export const EVENTS = {
  ...EVENTS_OF.execution,
  ...EVENTS_OF.sessions,
  ...EVENTS_OF.agents,
  ...EVENTS_OF.alerts,
  ...EVENTS_OF.maintenance,
} as const;

export type EventType = keyof typeof EVENTS;

/** Types of events that orchestrators make up themselves. */
export type OwnType = `x.${string}`;

/** The payloads of events by type. */
export type Payloads = { [T in EventType]: z.infer<(typeof EVENTS)[T]["payload"]> } & {
  [own: OwnType]: { [key: string]: Json };
};
