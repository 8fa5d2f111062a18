import { z } from "zod";
import { event, events } from "../kernel/event-contract.ts";
import { CLEANED } from "./contract.ts";

/** The events of clean-up and of the log itself. */

const count = z.int().min(0);

export const maintenanceEvents = events("maintenance", {
  "maintenance.cleaned": event("Old rows were removed", {
    olderThan: z.iso.datetime(),
    counts: z.record(z.enum(CLEANED), count).meta({ description: "How many rows left, by table" }),
    runs: z.array(z.string()),
    agents: z.array(z.string()),
  }),
});

export const logEvents = events("log", {
  "log.trimmed": event("Old events left the log", {
    from: count.meta({ description: "The floor before" }),
    floor: count.meta({ description: "The floor after: positions up to it have left" }),
    events: count,
    receipts: count,
    archive: z.array(z.string()).nullable().meta({ description: "Files that hold them; null without an archive" }),
  }),
});
