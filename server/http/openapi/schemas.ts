import { z } from "zod";
import { MAX_MUTATIONS } from "../../../domain/commit/commit.ts";
import { CLIENT_MUTATION_TYPES, contractOf } from "../../../domain/commit/mutations.ts";
import { currentSnapshot } from "../../../domain/execution/state/snapshot-versions.ts";
import { SERIES_METRICS } from "../../../domain/kernel/answers.ts";
import { id } from "../../../domain/kernel/primitives.ts";
import {
  ALERT_STATUSES,
  BREAKER_STATES,
  JOB_STATUSES,
  RULE_KINDS,
  RUN_STATUSES,
} from "../../../domain/kernel/statuses.ts";
import { CLEANED } from "../../../domain/maintenance/contract.ts";
import { ROWS, SENT_KINDS } from "../../../domain/rows.ts";
import { EVENT_ANSWERS } from "./event-answers.ts";
import { ROUTING_ANSWERS } from "./routing-answers.ts";
import { dependencyFacts, gateFacts, WAITING_ANSWERS } from "./waiting-answers.ts";

export type JsonSchema = { [keyword: string]: unknown };

/** The JSON Schema of what a caller may send. */
export function sentSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any", override: shorten });
  return rest;
}

/** The JSON Schema of what the server answers. Answers may gain fields, so none are forbidden. */
export function answeredSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io: "output",
    unrepresentable: "any",
    override: (context) => {
      shorten(context);
      if (context.jsonSchema.additionalProperties === false) delete context.jsonSchema.additionalProperties;
    },
  });
  return rest;
}

// `format: date-time` says it; the pattern of all calendars does not help a reader.
function shorten({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.format === "date-time") delete jsonSchema.pattern;
}

export const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });
export const arrayOf = (items: JsonSchema): JsonSchema => ({ type: "array", items });
export const objectOf = (
  properties: { [name: string]: JsonSchema },
  required = Object.keys(properties),
): JsonSchema => ({
  type: "object",
  properties,
  required,
});
export const allOf = (...parts: JsonSchema[]): JsonSchema => ({ allOf: parts });
export const pageSchema = (items: JsonSchema): JsonSchema =>
  objectOf({ items: arrayOf(items), nextCursor: { type: ["string", "null"], description: "Null on the last page" } });

const at = z.iso.datetime();
const count = z.int().min(0);
const counts = <const N extends readonly string[]>(names: N) =>
  z.object(Object.fromEntries(names.map((name) => [name, count])) as { [name in N[number]]: typeof count });

const tierReads = z.object({ hits: count, misses: count, hitRatio: z.number().min(0).max(1).nullable() });
const alertRule = ROWS.rule.sent.omit({ ruleKind: true }).extend({
  kind: z.enum(RULE_KINDS),
  builtIn: z.boolean().meta({ description: "Every tenant begins with it; removing it turns it off" }),
});
const hotTier = tierReads.extend({ rows: count, bytes: count, up: z.boolean() });

/** Answers that are no rows. */
export const ANSWERS = {
  ...EVENT_ANSWERS,
  StoredReceipt: z.object({
    receiptId: z.string(),
    tenantId: z.string(),
    firstSeq: count,
    lastSeq: count.meta({ description: "`firstSeq − 1` when the commit changed nothing" }),
    committedAt: at,
    actor: z.string().nullable().meta({ description: "Who asked; null when it changed nothing" }),
    mutations: z.array(z.string()),
    prevHash: z.string(),
    hash: z.string().meta({ description: "sha256(prevHash ‖ canonical JSON of the header and the events), hex" }),
  }),
  Verification: z.object({
    valid: z.boolean(),
    from: count.meta({ description: "The first position checked: what lies before it is no longer kept" }),
    checked: count.meta({ description: "Receipts that fit" }),
    firstBad: z.string().optional().meta({ description: "The first receipt that does not fit" }),
  }),
  RetentionReport: z.object({
    dryRun: z.boolean(),
    olderThan: at.meta({ description: "What was committed then or before is old" }),
    from: count.meta({ description: "The floor before: positions up to it had left already" }),
    floor: count.meta({ description: "The floor after" }),
    events: count.meta({ description: "Events deleted, or that would be" }),
    receipts: count,
    archive: z.array(z.string()).nullable().meta({ description: "Files that hold them; null without an archive" }),
    more: z.boolean().meta({ description: "There is more to remove than one request does: ask again" }),
    misfit: z.string().optional().meta({ description: "The receipt that breaks the chain: it and what follows stay" }),
    idempotencyKeys: count.meta({ description: "Expired idempotency keys deleted" }),
  }),
  CleanupReport: z.object({
    ...Object.fromEntries(CLEANED.map((table) => [table, count])),
    dryRun: z.boolean(),
    olderThan: at.meta({ description: "What is not older than this has stayed" }),
    more: z.boolean().meta({ description: "It was ended before it was through: ask again" }),
    tooLarge: z.array(id).meta({ description: "Old runs that stay: they have too many rows to leave in one commit" }),
  }),
  QueueFigures: z.object({
    depth: count.meta({ description: "Jobs that are queued, those for later included" }),
    later: count.meta({ description: "Those of them that are to start later, by their `runAt` or a back-off" }),
    running: count,
    oldestQueuedAt: at.nullable(),
    oldestAgeMs: count.nullable(),
    deadLetters: count.meta({ description: "Jobs that failed or timed out for good" }),
    throughputPerMinute: z.number().min(0).meta({ description: "Jobs that ended, over the last ten minutes" }),
    drainEstimateMs: count.nullable().meta({ description: "How long those that could start now take at that rate" }),
  }),
  DeadLetterRetry: z.object({
    retried: count,
    runsRetried: count.meta({ description: "Runs that came back with their jobs" }),
    skipped: z.array(z.object({ jobId: z.string(), code: z.string(), message: z.string() })),
    remaining: count.meta({ description: "Dead letters that the queue has now, skipped ones among them" }),
    receipts: z.array(z.string()),
  }),
  Standing: z.object({
    rank: z.int().min(1),
    agentKey: id,
    displayName: z.string(),
    total: count,
    successful: count,
    failed: count,
    successRate: z.number().min(0).max(1).nullable(),
    wilsonLowerBound: z.number().min(0).max(1),
    upstream: count.meta({ description: "Ends that were not the agent's doing; not in `total`" }),
    averageDurationMs: z.number().min(0).nullable(),
    p50DurationMs: z.number().min(0).nullable(),
    p95DurationMs: z.number().min(0).nullable(),
    trend: z.number().min(-1).max(1).nullable().meta({ description: "Success rate less that of the stretch before" }),
  }),
  Series: z.object({
    metric: z.enum(SERIES_METRICS),
    unit: z.enum(["count", "ratio", "ms"]),
    step: count.meta({ description: "How long a step is, ms" }),
    from: at,
    to: at,
    points: z
      .array(z.object({ t: at, value: z.number().nullable().meta({ description: "Null: a gap, not a zero" }) }))
      .max(500),
  }),
  AlertRule: alertRule,
  AlertRules: z.object({ items: z.array(alertRule), nextCursor: z.null() }),
  RulePreview: z.object({
    supported: z.boolean().meta({ description: "False for kinds of which no history is kept" }),
    fired: count,
    firings: z
      .array(z.object({ subject: z.string(), from: at, to: at.nullable(), value: z.number() }))
      .max(500)
      .meta({ description: "The latest first" }),
    truncated: z.boolean(),
    evaluatedFrom: at.meta({ description: "The time from which there is history to evaluate" }),
    evaluatedTo: at,
  }),
  AlertCounts: z.object({ byStatus: counts(ALERT_STATUSES) }),
  BulkResult: z.object({
    items: z.array(
      z.union([
        z.object({ alertId: z.string(), ok: z.literal(true), alert: ROWS.alert.sent }),
        z.object({ alertId: z.string(), ok: z.literal(false), code: z.string(), message: z.string() }),
      ]),
    ),
    receipt: z.unknown().meta({ description: "Of the one commit; null when nothing could be done" }),
  }),
  ...ROUTING_ANSWERS,
  ...WAITING_ANSWERS,
  TaskTypes: z.object({ items: z.array(z.string()) }),
  Summary: z.object({
    runs: z.object({ byStatus: counts(RUN_STATUSES) }),
    successRate: z.object({ rate: z.number().nullable(), completed: count, ended: count, windowMs: count }),
    queue: z.object({ waiting: count, queued: count, later: count, running: count, oldestQueuedAt: at.nullable() }),
    breakers: counts(BREAKER_STATES),
    alerts: counts(["firing", "acknowledged"]),
    agents: z.object({ total: count, busy: count, capacity: count }),
    throughput: z.array(z.object({ t: at, completed: count.nullable(), failed: count.nullable() })),
    head: count,
  }),
  RunItem: ROWS.run.sent.omit({ definition: true, context: true, tokens: true, scopes: true }),
  Snapshot: currentSnapshot,
  RunState: z.object({
    schemaVersion: count,
    runId: id,
    version: count,
    seq: count.meta({ description: "The position of the log this is true at; never below `minSeq`" }),
    status: z.enum(RUN_STATUSES),
    context: z.record(z.string(), z.unknown()),
    tokens: z.record(z.string(), z.unknown()),
    scopes: z.record(z.string(), z.unknown()),
    stepCount: count,
    metadata: z.record(z.string(), z.unknown()),
    changedSeq: count.meta({ description: "The position that last changed it" }),
    updatedAt: at,
    tier: z.enum(["memory", "redis", "durable"]).meta({ description: "Who served it" }),
    strategy: z.literal("durable-first"),
    servedAt: at,
  }),
  System: z.object({
    uptimeMs: count,
    node: z.string(),
    memory: z
      .object({
        rssBytes: count,
        heapUsedBytes: count,
        heapTotalBytes: count,
        externalBytes: count,
        heapLimitBytes: count.meta({ description: "What V8 lets the heap grow to" }),
        limitBytes: count.meta({ description: "Memory of the machine or the container" }),
        short: z.boolean().meta({ description: "Close to a limit: the hot tier gives way" }),
      })
      .nullable()
      .meta({ description: "Of the process; null for who is no admin of tenant `default`" }),
    hotTier: z
      .object({
        backend: z.enum(["memory", "redis"]),
        ttlMs: count,
        maxBytes: count.meta({ description: "Bound of the rows in this process, as estimated" }),
        memory: hotTier,
        redis: hotTier.nullable(),
        durable: tierReads,
      })
      .nullable(),
    disks: z
      .array(
        z.object({
          holds: z.enum(["database", "archive"]),
          folder: z.string(),
          freeBytes: count,
          totalBytes: count,
          short: z.boolean().meta({ description: "Nearly full" }),
        }),
      )
      .nullable()
      .meta({ description: "Room on the disks of the folders that this server fills" }),
    links: z
      .object({ origin: z.string(), local: z.boolean().meta({ description: "Only this machine can open them" }) })
      .meta({ description: "What links in notifications begin with" }),
    log: z.object({
      head: count,
      floor: count,
      aheadMs: count.meta({ description: "How far the newest event lies ahead of the database's clock; 0 as a rule" }),
    }),
    keeps: z
      .object({ eventsMs: count, sessionsMs: count, decisionsMs: count, keysMs: count, archived: z.boolean() })
      .meta({ description: "How long what is over is kept; sessions expire after as long untouched" }),
  }),
  Problem: z.looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().meta({ description: "Stable; switch on this" }),
    errors: z.array(z.looseObject({ code: z.string(), message: z.string() })),
    legal: z.array(z.string()).optional().meta({ description: "Where the thing may go from where it is" }),
    floor: count.optional().meta({ description: "410: the log is kept behind this position" }),
  }),
} satisfies { [name: string]: z.ZodType };

const row = Object.fromEntries(SENT_KINDS.map((kind) => [nameOf(kind), answeredSchema(ROWS[kind].sent)]));

export function nameOf(kind: string): string {
  return kind.charAt(0).toUpperCase() + kind.slice(1);
}

const mutations = Object.fromEntries(
  CLIENT_MUTATION_TYPES.map((type) => [mutationName(type), sentSchema(contractOf(type) as z.ZodType)]),
);

export function mutationName(type: string): string {
  return `Mutation.${type}`;
}

/** `#/components/schemas` of the reference. */
export const COMPONENTS: { [name: string]: JsonSchema } = {
  ...row,
  ...Object.fromEntries(Object.entries(ANSWERS).map(([name, schema]) => [name, answeredSchema(schema)])),
  Receipt: allOf(
    ref("StoredReceipt"),
    objectOf({
      results: {
        type: "array",
        description:
          "What each mutation yielded: id and version; claimed jobs with `attempt` and `leaseToken`; a permit",
      },
    }),
  ),
  JobWithAttempts: allOf(ref("Job"), objectOf({ attempts: arrayOf(ref("Attempt")) })),
  QueueWithFigures: allOf(ref("Queue"), ref("QueueFigures")),
  ClaimedJob: allOf(ref("Job"), objectOf({ leaseToken: { type: "string" } })),
  AgentWithState: allOf(
    ref("Agent"),
    objectOf({
      breaker: { oneOf: [ref("Breaker"), { type: "null" }] },
      statistics: { oneOf: [ref("Statistics"), { type: "null" }] },
    }),
  ),
  ListedApproval: allOf(
    ref("Approval"),
    objectOf({ task: { oneOf: [ref("Task"), { type: "null" }], description: "Of a pending one: what it is for" } }, []),
  ),
  AgentStatus: objectOf({
    agent: { type: ["string", "null"], description: "Null: of all agents" },
    tasks: arrayOf(ref("Task")),
    sessions: arrayOf(ref("Session")),
    approvals: arrayOf(
      allOf(
        ref("Approval"),
        objectOf({ task: { oneOf: [ref("Task"), { type: "null" }], description: "What it is for" } }),
      ),
    ),
    truncated: { type: "boolean", description: "There is more of one of them than an answer carries" },
    seq: { type: "integer", description: "True at this position of the log" },
  }),
  Timeline: objectOf({
    run: ref("Run"),
    workstreams: arrayOf(ref("Workstream")),
    jobs: arrayOf(ref("Job")),
    attempts: { ...arrayOf(ref("Attempt")), description: "Of these jobs, the newest of each" },
    approvals: {
      ...arrayOf(answeredSchema(gateFacts)),
      description: "Approvals that one of these jobs waits for or has waited for",
    },
    dependencies: {
      ...arrayOf(answeredSchema(dependencyFacts)),
      description: "Jobs that these depend on, or that depend on these, and that are not among them",
    },
    seq: { type: "integer", description: "Follow the run's events from here" },
    truncated: { type: "boolean", description: "The run has more than this answer carries" },
    nextCursor: { type: ["string", "null"], description: "Where the next page begins; null on the last one" },
    totals: {
      ...answeredSchema(counts(["jobs", "workstreams", "attempts"])),
      description: "How much the run has in all",
    },
    leftOut: { ...answeredSchema(counts(JOB_STATUSES)), description: "Jobs that are not in this answer, by status" },
    matched: { type: ["integer", "null"], description: "How many jobs `status` and `q` let through" },
  }),
  Mutation: {
    oneOf: CLIENT_MUTATION_TYPES.map((type) => ref(mutationName(type))),
    discriminator: {
      propertyName: "type",
      mapping: Object.fromEntries(
        CLIENT_MUTATION_TYPES.map((type) => [type, `#/components/schemas/${mutationName(type)}`]),
      ),
    },
  },
  ...mutations,
  Commit: {
    ...objectOf(
      {
        mutations: { ...arrayOf(ref("Mutation")), minItems: 1, maxItems: MAX_MUTATIONS },
        expect: {
          type: "object",
          additionalProperties: { type: "integer", minimum: 0 },
          description: "Versions you have seen, by run: 409 when one has moved on",
        },
      },
      ["mutations"],
    ),
    additionalProperties: false,
  },
};
