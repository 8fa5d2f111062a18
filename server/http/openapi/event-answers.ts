import { z } from "zod";
import { EVENTS } from "../../../domain/events.ts";

const payloads = Object.entries(EVENTS).map(([type, { when, payload }]) => [type, payload.meta({ description: when })]);

/** Events, and what their payloads hold. Types stay open: logs have those of orchestrators and of other versions. */
export const EVENT_ANSWERS = {
  Event: z.object({
    seq: z.int().min(0).meta({ description: "Its position: 1, 2, 3 … without a gap" }),
    v: z.int().min(0),
    type: z.string().meta({
      description: "A type of the catalogue, see `EventPayloads`; those that begin with `x.` are orchestrators' own",
      examples: ["job.started", "x.deployed"],
    }),
    at: z.iso.datetime(),
    actor: z.string().meta({ description: "`user:NAME`, `key:NAME` or `system:clock`" }),
    subject: z.object({ kind: z.string(), id: z.string() }),
    runId: z.string().optional(),
    traceId: z.string().optional().meta({ description: "W3C trace id of what caused it, when it named one" }),
    payload: z.record(z.string(), z.unknown()).meta({ description: "As its type says: `EventPayloads`" }),
  }),
  EventPayloads: z
    .object(Object.fromEntries(payloads))
    .partial()
    .meta({ description: "The catalogue of events: every type, when it happens, and what its payload holds" }),
};
