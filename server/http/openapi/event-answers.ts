import { z } from "zod";
import { EVENTS } from "../../../domain/events.ts";
import { named } from "../../../domain/kernel/endpoint.ts";

const payloads = Object.entries(EVENTS).map(([type, { when, payload }]) => [type, payload.meta({ description: when })]);

/**
 * What the payloads of events hold, by their types. Types stay open: logs have those of
 * orchestrators and of other versions.
 */
export const eventPayloads = named(
  "EventPayloads",
  z
    .object(Object.fromEntries(payloads))
    .partial()
    .meta({ description: "The catalogue of events: every type, when it happens, and what its payload holds" }),
);
