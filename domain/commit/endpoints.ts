import { z } from "zod";
import { get, named, page } from "../kernel/endpoint.ts";
import { EVENT_PATTERN, type LogEvent } from "../kernel/event.ts";
import { at, count, text } from "../kernel/fields.ts";
import { id, label, whole } from "../kernel/primitives.ts";
import { largeQuery, pageQuery, runFilter } from "../kernel/query.ts";
import { storedReceipt, verification } from "../kernel/receipt.ts";
import type { Subject } from "../kernel/tx.ts";

/** The endpoints of the log and its receipts; the commit itself is in `commit-endpoint.ts`. */

const event: z.ZodType<LogEvent> = named(
  "Event",
  z.object({
    seq: count.meta({ description: "Its position: 1, 2, 3 … without a gap" }),
    v: count,
    type: text.meta({
      description: "A type of the catalogue, see `EventPayloads`; those that begin with `x.` are orchestrators' own",
      examples: ["job.started", "x.deployed"],
    }),
    at,
    actor: text.meta({ description: "`user:NAME`, `key:NAME` or `system:clock`" }),
    subject: z.object({ kind: text, id: text }),
    runId: text.optional(),
    traceId: text.optional().meta({ description: "W3C trace id of what caused it, when it named one" }),
    payload: z.record(z.string(), z.unknown()).meta({ description: "As its type says: `EventPayloads`" }),
  }),
);

/** A position of the log in a query or a header. */
export const position = z.coerce.number().pipe(whole).optional();
const pattern = z.string().regex(EVENT_PATTERN, "must be a type, or the beginning of one and `*`");

const fields = {
  after: position.meta({ description: "Only events after this position; by default all that are kept" }),
  before: position.meta({ description: "Only events before this position" }),
  order: z.enum(["asc", "desc"]).default("asc").meta({ description: "`desc` is the newest first" }),
  type: z
    .string()
    .transform((types) => types.split(","))
    .pipe(z.array(pattern).max(50))
    .optional()
    .meta({ description: "Types separated by commas, each exact or a beginning and `*`: `job.*,run.created`" }),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().max(2000).optional().meta({ description: "`nextCursor` of the page before" }),
  ...largeQuery,
};

export const eventEndpoints = {
  list: get("/events", {
    tag: "Events",
    summary: "The log: every event, in order",
    description:
      "With `follow=true` the answer is an endless stream of NDJSON: one event a line, from `after` on (by default all that are kept), without gap or repeat. An empty line comes at once and every 10 s at least, so that proxies keep the stream open: skip empty lines. With `Accept: text/event-stream` the same comes as server-sent events: `id:` is the position, `Last-Event-ID` resumes behind it, beats are comments. A key or person has at most 100 streams open. The stream ends when retention has removed what comes next or when nothing is read for 30 s, and may end at any time: ask again after the last `seq`.",
    query: z.strictObject({
      ...fields,
      subject: z
        .string()
        .regex(/^[^:]{1,200}:.+$/, "must be kind:id")
        .transform((words): Subject => {
          const colon = words.indexOf(":");
          return { kind: words.slice(0, colon), id: words.slice(colon + 1) };
        })
        .pipe(z.object({ kind: label, id }))
        .optional()
        .meta({ description: "`kind:id`, for example `job:build-1`" }),
      runId: id.optional(),
      logId: label.optional().meta({
        description:
          "The log that `after` is of, from the header `Switchyard-Log-Id` of an earlier answer: 410 when this is another one",
      }),
      follow: z
        .enum(["true", "false"])
        .transform((words) => words === "true")
        .optional()
        .meta({
          description: "`true`: an endless stream, from `after` on, without a gap: NDJSON, or server-sent events",
        }),
    }),
    answer: page(event),
    says: { 200: "A page; with `follow=true` one event a line, empty lines between" },
    problems: [410, 429],
    streams: true,
  }),
  ofRun: get("/runs/:id/events", {
    tag: "Runs",
    summary: "The run's events, in order",
    query: z.strictObject(fields),
    answer: page(event),
    problems: [410],
  }),
};

export const receiptEndpoints = {
  list: get("/receipts", {
    tag: "Receipts",
    summary: "Receipts, the newest first, without their results",
    query: z.strictObject({ ...runFilter, ...pageQuery }),
    answer: page(storedReceipt),
    problems: [410],
  }),
  verify: get("/receipts/verify", {
    tag: "Receipts",
    summary: "Recompute the chain of receipts from the oldest one kept to the head",
    answer: verification,
  }),
};
