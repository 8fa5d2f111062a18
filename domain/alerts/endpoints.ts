import { z } from "zod";
import { command, del, get, named, page, post, put, withReceipt } from "../kernel/endpoint.ts";
import { at, count, counts, text as words } from "../kernel/fields.ts";
import { ownOf } from "../kernel/json-map.ts";
import { durationMs, id, jsonObject, keptMs, label, text, time } from "../kernel/primitives.ts";
import { listOf, oneQuery, pageQuery } from "../kernel/query.ts";
import { receipt } from "../kernel/receipt.ts";
import { ALERT_STATUSES, RULE_KINDS, SEVERITIES } from "../kernel/statuses.ts";
import { alertAcknowledge, alertUnacknowledge } from "./acknowledge.ts";
import { alert, rule } from "./contract.ts";
import { alertComment, alertResolve } from "./resolve.ts";
import { rulePut } from "./rule.ts";
import { RULE_PARAMS } from "./rule-params.ts";
import { alertSnooze } from "./snooze.ts";

/** The endpoints of alerts and their rules. */

const tag = "Alerts";

const alertFilter = {
  severity: listOf(SEVERITIES).optional(),
  rule: id.optional().meta({ description: "Only alerts of this rule" }),
  subject: id.optional().meta({ description: "Only alerts about this agent, queue, run, job or approval" }),
  runId: id.optional(),
  causeId: id.optional().meta({ description: "Only alerts caused by this one" }),
  q: label.optional().meta({ description: "What the title or the subject's id contains, upper and lower case alike" }),
};

const alertQuery = z.strictObject({
  status: listOf(ALERT_STATUSES).default(["firing", "acknowledged"]),
  ...alertFilter,
  sort: z
    .enum(["fired", "urgency"])
    .default("fired")
    .meta({ description: "`fired`: the latest first. `urgency`: the most severe first, of those the latest" }),
  grouped: z
    .enum(["true", "false"])
    .default("false")
    .transform((value) => value === "true")
    .meta({ description: "Leaves out those whose cause is open, and says with each how many it has caused" }),
  ...pageQuery,
});

const listedAlert = named(
  "ListedAlert",
  alert.sent.extend({
    folded: count.optional().meta({ description: "With `grouped`: how many open alerts it has caused" }),
  }),
);
export type ListedAlert = z.infer<typeof listedAlert>;

const alertCounts = named("AlertCounts", z.object({ byStatus: counts(ALERT_STATUSES) }));
export type AlertCounts = z.infer<typeof alertCounts>;

const alertStorm = named(
  "AlertStorm",
  z.object({
    storm: z.boolean().meta({ description: "More than `threshold` alerts fired within the last minute" }),
    threshold: count,
    firedLastMinute: count.meta({ description: "Alerts that fired, or fired again, within the last minute" }),
    folded: count.meta({ description: "How many of them have a cause that is open" }),
    byRule: z
      .array(z.object({ rule: words, severity: z.enum(SEVERITIES), count }))
      .meta({ description: "The most severe first, then the most numerous" }),
  }),
);
export type AlertStorm = z.infer<typeof alertStorm>;

const bulkResult = named(
  "BulkResult",
  z.object({
    items: z.array(
      z.union([
        z.object({ alertId: words, ok: z.literal(true), alert: alert.sent }),
        z.object({ alertId: words, ok: z.literal(false), code: words, message: words }),
      ]),
    ),
    receipt: receipt.nullable().meta({ description: "Of the one commit; null when nothing could be done" }),
  }),
);
/** What became of each of many alerts. */
export type BulkResult = z.infer<typeof bulkResult>;

const alertIds = z.array(id).min(1).max(1000).meta({ description: "Each at most once" });

const bulk = <const V extends string, const B extends z.ZodType>(verb: V, body: B) =>
  post(`/alerts/${verb}`, {
    tag,
    summary: `The same as \`/alerts/{id}/${verb}\`, for up to 1,000 at once`,
    body,
    answer: bulkResult,
    says: { 200: "The result for each, in the order of the request" },
    problems: [422],
    repeatable: true,
  });

/** What can be done to many alerts at once, by its verb. */
export const BULK = {
  acknowledge: bulk(
    "acknowledge",
    z.strictObject({ alertIds, note: text.optional(), timeoutMs: durationMs.positive().optional() }),
  ),
  unacknowledge: bulk("unacknowledge", z.strictObject({ alertIds })),
  snooze: bulk(
    "snooze",
    z.strictObject({
      alertIds,
      until: time.optional(),
      mode: z.enum(["resolved", "worse"]).optional(),
      note: text.optional(),
    }),
  ),
  resolve: bulk("resolve", z.strictObject({ alertIds, note: text.optional() })),
};

export const alertEndpoints = {
  list: get("/alerts", {
    tag,
    summary: "Alerts, firing and acknowledged ones by default, the latest first",
    query: alertQuery,
    answer: page(listedAlert),
  }),
  counts: get("/alerts/counts", {
    tag,
    summary: "How many alerts of each status",
    query: z.strictObject(alertFilter),
    answer: alertCounts,
  }),
  storm: get("/alerts/storm", {
    tag,
    summary: "Whether more alerts fire than can be read one by one",
    description: "A storm ends by time alone, without an event: ask again while there is one.",
    answer: alertStorm,
  }),
  one: get("/alerts/:id", { tag, summary: "One alert", query: oneQuery, answer: alert.sent, tagged: true }),
  acknowledge: command("/alerts/:id/acknowledge", alert, alertAcknowledge, {
    tag,
    summary: "Acknowledge it: somebody works on it; with `timeoutMs` it fires again by itself",
  }),
  unacknowledge: command("/alerts/:id/unacknowledge", alert, alertUnacknowledge, {
    tag,
    summary: "Let an acknowledged alert fire again",
  }),
  snooze: command("/alerts/:id/snooze", alert, alertSnooze, {
    tag,
    summary: "Silence it until a time, until it is resolved, or until it gets worse",
  }),
  resolve: command("/alerts/:id/resolve", alert, alertResolve, {
    tag,
    summary: "Resolve it; it fires again if its condition still holds",
  }),
  comment: command("/alerts/:id/comment", alert, alertComment, { tag, summary: "Comment on it" }),
};

const alertRule = named(
  "AlertRule",
  rule.sent.omit({ ruleKind: true, kind: true }).extend({
    kind: z.enum(RULE_KINDS),
    builtIn: z.boolean().meta({ description: "Every tenant begins with it; removing it turns it off" }),
  }),
);
/** A rule as `/alert-rules` sends it: `kind` is the rule's own, as it is in `rule.put`. */
export type AlertRule = z.infer<typeof alertRule>;

const rulePreview = named(
  "RulePreview",
  z.object({
    supported: z.boolean().meta({ description: "False for kinds of which no history is kept" }),
    fired: count,
    firings: z
      .array(z.object({ subject: words, from: at, to: at.nullable(), value: z.number() }))
      .max(500)
      .meta({ description: "The latest first; `to` is null while one goes on" }),
    truncated: z.boolean(),
    evaluatedFrom: at.meta({ description: "The time from which there is history to evaluate" }),
    evaluatedTo: at,
  }),
);
/** How often a rule would have fired. */
export type RulePreview = z.infer<typeof rulePreview>;
/** One time a rule would have fired. */
export type PreviewFiring = RulePreview["firings"][number];

const previewBody = z
  .strictObject({
    kind: z.enum(RULE_KINDS),
    params: jsonObject,
    forMs: keptMs.default(0),
    days: z.number().min(0.01).max(90).default(7),
  })
  .check((ctx) => {
    for (const issue of ownOf(RULE_PARAMS, ctx.value.kind)?.safeParse(ctx.value.params).error?.issues ?? []) {
      ctx.issues.push({
        code: "custom",
        message: issue.message,
        path: ["params", ...issue.path],
        input: ctx.value.params,
      });
    }
  });

const putRule = {
  tag,
  summary: "Write a rule, new or not; one of a built-in rule's id replaces it",
  description: "One commit of one `rule.put`.",
  body: rulePut,
  answer: withReceipt(alertRule),
  says: { 200: "The rule", 201: "The new rule" },
  problems: [404, 409, 412, 422],
  repeatable: true,
  versioned: true,
} as const;

export const ruleEndpoints = {
  list: get("/alert-rules", { tag, summary: "All rules, built-in ones among them", answer: page(alertRule) }),
  one: get("/alert-rules/:id", { tag, summary: "One rule", answer: alertRule, tagged: true }),
  put: put("/alert-rules", { ...putRule, known: ["type"] }),
  putOne: put("/alert-rules/:id", { ...putRule, known: ["type", "ruleId"] }),
  remove: del("/alert-rules/:id", {
    tag,
    summary: "Remove a rule; its open alerts are resolved",
    answer: withReceipt(alertRule),
    says: { 200: "The removed rule" },
    problems: [412],
    repeatable: true,
    versioned: true,
  }),
  preview: post("/alert-rules/preview", {
    tag,
    summary: "How often a rule would have fired over the last days",
    body: previewBody,
    answer: rulePreview,
    says: { 200: "The firings, the latest first" },
  }),
};
