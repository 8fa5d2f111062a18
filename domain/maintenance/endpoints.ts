import { z } from "zod";
import { named, post } from "../kernel/endpoint.ts";
import { at, count, counts, text } from "../kernel/fields.ts";
import { id } from "../kernel/primitives.ts";
import { CLEANED } from "./contract.ts";

/** The endpoints by which what is old leaves. */

const tag = "Maintenance";

const trimReport = z.object({
  dryRun: z.boolean(),
  olderThan: at.meta({ description: "Commits at this time or before are old" }),
  from: count.meta({ description: "The floor before: positions up to it were removed before" }),
  floor: count.meta({ description: "The floor after" }),
  events: count.meta({ description: "Events deleted, or that would be" }),
  receipts: count,
  archive: z.array(text).nullable().meta({ description: "Files that hold them; null without an archive" }),
  more: z.boolean().meta({ description: "There is more to remove than one request does: ask again" }),
  misfit: text.optional().meta({ description: "The receipt that breaks the chain: it and what follows stay" }),
});
/** What a trim of one log came to, or would come to. */
export type TrimReport = z.infer<typeof trimReport>;

const cleanupReport = named(
  "CleanupReport",
  counts(CLEANED).extend({
    dryRun: z.boolean(),
    olderThan: at.meta({ description: "Rows not older than this were kept" }),
    more: z.boolean().meta({ description: "It was stopped before its end: ask again" }),
    tooLarge: z.array(id).meta({ description: "Old runs that were kept: they have too many rows for one commit" }),
  }),
);
/** How many rows were removed, or would be. */
export type CleanupReport = z.infer<typeof cleanupReport>;

export const maintenanceEndpoints = {
  retention: post("/maintenance/retention", {
    tag,
    summary: "Remove what is old from the log",
    description:
      "Events and receipts older than EVENT_RETENTION_DAYS leave, archived first if there is an archive; so do expired idempotency keys. Happens by itself as well. Only for admins.",
    body: z.strictObject({
      dryRun: z.boolean().default(false).meta({ description: "Only report what would be removed" }),
    }),
    answer: named(
      "RetentionReport",
      trimReport.extend({ idempotencyKeys: count.meta({ description: "Expired idempotency keys deleted" }) }),
    ),
    says: { 200: "What was removed, or would be" },
    problems: [403, 409],
  }),
  cleanup: post("/maintenance/cleanup", {
    tag,
    summary: "Remove old runs, decisions, outcomes and vanished agents",
    description:
      "Finished runs with all that hangs on them, routing decisions, outcomes (added to their agents' figures, which stay as they are), and agents that have not been seen for that long and whose breaker is closed. What an incomplete run needs stays, and so does every breaker that is not closed. Traffic may go on; each batch is one commit. Only for admins.",
    body: z.strictObject({
      olderThanDays: z.number().positive().max(3650).meta({
        description: "Rows of this age or younger are kept; fractions of a day are allowed",
      }),
      dryRun: z.boolean().default(false).meta({ description: "Only count what would be removed" }),
    }),
    answer: cleanupReport,
    says: { 200: "How many rows were removed, or would be" },
    problems: [403, 409],
  }),
};
