import { z } from "zod";
import { breakerConfig } from "../../../domain/breaker-config.ts";
import { id } from "../../../domain/primitives.ts";
import { candidate } from "../../../domain/routing.ts";
import {
  ATTEMPT_STATUSES,
  BREAKER_STATES,
  JOB_STATUSES,
  RUN_STATUSES,
  WORKSTREAM_FOLLOWS,
  WORKSTREAM_STATUSES,
} from "../../../domain/statuses.ts";
import type { Kind } from "../../../domain/tx.ts";
import type { Wire } from "../../../domain/wire.ts";
import { anyObject, at, base, count, error, jobCounts, maybeAt, maybeText, ms, text } from "./row-fields.ts";
import { alert, channel, delivery, gauge, rule, tally } from "./rows-watch.ts";
import { approval, queue, session, task } from "./rows-work.ts";

/**
 * What rows look like when they are sent, for the reference. Nothing is checked against this on the way out; the types below keep it
 * true to the rows, and a test holds real answers against it.
 */

const run = z.object({
  kind: z.literal("run"),
  runId: id,
  ...base,
  workflow: text,
  status: z.enum(RUN_STATUSES),
  definition: z.unknown(),
  context: anyObject,
  metadata: anyObject,
  tokens: z.record(z.string(), z.object({ scopeId: maybeText, status: text, value: z.unknown() })),
  scopes: z.record(z.string(), z.object({ parentId: maybeText, status: z.enum(["active", "cancelled"]) })),
  stepCount: count,
  tags: z.array(text),
  initiatedBy: maybeText,
  parentRunId: maybeText,
  completion: z.enum(["manual", "auto"]),
  timeoutMs: ms.nullable(),
  deadlineAt: maybeAt,
  reason: maybeText,
  error,
  jobCounts,
  createdAt: at,
  startedAt: maybeAt,
  finishedAt: maybeAt,
  updatedAt: at,
});

const workstream = z.object({
  kind: z.literal("workstream"),
  workstreamId: id,
  ...base,
  runId: id,
  title: text,
  status: z.enum(WORKSTREAM_STATUSES),
  follow: z
    .enum(WORKSTREAM_FOLLOWS)
    .meta({ description: "`jobs`: its status follows its jobs; `manual`: it stays where it was put" }),
  metadata: anyObject,
  reason: maybeText,
  jobCounts,
  startedAt: maybeAt.meta({ description: "When the first of its jobs started" }),
  createdAt: at,
  enteredAt: at.meta({ description: "When it came into its present status" }),
  updatedAt: at,
});

const job = z.object({
  kind: z.literal("job"),
  jobId: id,
  ...base,
  runId: id,
  workstreamId: maybeText,
  step: maybeText,
  tool: maybeText,
  queue: text,
  capability: maybeText,
  agentKey: maybeText.meta({ description: "The only agent that may run it; null for any" }),
  priority: z.int(),
  status: z.enum(JOB_STATUSES),
  runAt: at.meta({ description: "Not before this time" }),
  dependsOn: z.array(text),
  dependents: z.array(text),
  unmet: count.meta({ description: "How many of `dependsOn` have not completed" }),
  approvalId: maybeText.meta({ description: "The approval it waits for, or has waited for" }),
  tokenId: maybeText,
  escalate: z
    .union([z.object({ agentKey: id }), z.object({ approval: z.object({ title: text, detail: text.optional() }) })])
    .nullable()
    .meta({ description: "What is tried when its last attempt has failed" }),
  escalatedAt: maybeAt,
  maxAttempts: count,
  backoffMs: ms,
  timeoutMs: ms.nullable(),
  input: z.unknown(),
  attempt: count,
  attemptBase: count,
  claimedBy: maybeText,
  leaseMs: ms.nullable(),
  leaseExpiresAt: maybeAt,
  timeoutAt: maybeAt,
  breakerEpoch: count.nullable(),
  progress: z.unknown(),
  exitCode: z.int().nullable(),
  durationMs: ms.nullable(),
  result: z.unknown(),
  error,
  reason: maybeText,
  createdAt: at,
  queuedAt: maybeAt,
  startedAt: maybeAt,
  finishedAt: maybeAt,
  updatedAt: at,
});

const attempt = z.object({
  kind: z.literal("attempt"),
  attemptId: text,
  ...base,
  jobId: id,
  number: count,
  runId: id,
  workstreamId: maybeText,
  agentKey: id,
  tool: maybeText,
  status: z.enum(ATTEMPT_STATUSES),
  queuedAt: at.meta({ description: "From here to `startedAt` it waited" }),
  startedAt: at,
  finishedAt: maybeAt,
  exitCode: z.int().nullable(),
  durationMs: ms.nullable(),
  result: z.unknown(),
  error,
});

const agent = z.object({
  kind: z.literal("agent"),
  agentKey: id,
  ...base,
  displayName: text,
  capabilities: z.array(text),
  capacity: count,
  bounded: z.boolean().meta({ description: "Its capacity has been told, so claims hold to it" }),
  busy: count.meta({ description: "Jobs it is running, as the queue knows" }),
  reportedBusy: count.nullable().meta({ description: "What it says of itself" }),
  draining: z.boolean(),
  drainReason: maybeText,
  createdAt: at,
  lastSeenAt: at,
  updatedAt: at,
});

const breaker = z.object({
  kind: z.literal("breaker"),
  agentKey: id,
  ...base,
  state: z.enum(BREAKER_STATES),
  config: breakerConfig,
  window: z.looseObject({ kind: z.enum(["count", "time"]), failures: count, slow: count }),
  trials: z.array(z.looseObject({ expiresAt: at })),
  epoch: count,
  calls: count,
  failureCount: count,
  successCount: count,
  failureRate: z.number().min(0).max(1).nullable(),
  slowCallRate: z.number().min(0).max(1).nullable(),
  openedAt: maybeAt,
  resetAt: maybeAt.meta({ description: "When time alone moves it on" }),
  openings: count.meta({ description: "Openings in a row without a close between them" }),
  override: z
    .object({ state: z.enum(["forced_open", "disabled"]), reason: text, by: text, at, expiresAt: maybeAt })
    .nullable(),
  lastError: maybeText,
  changedAt: at,
  updatedAt: at,
});

const statistics = z.object({
  kind: z.literal("statistics"),
  agentKey: id,
  ...base,
  total: count,
  successful: count,
  failed: count,
  totalDurationMs: ms,
  timed: count.meta({ description: "How many outcomes told a duration" }),
  histogram: z.record(z.string(), count),
  upstream: count.meta({ description: "Ends that were not the agent's doing; not in `total`" }),
  baseline: anyObject.nullable().meta({ description: "What outcomes that are no longer kept had added" }),
  updatedAt: at,
});

const decision = z.object({
  kind: z.literal("decision"),
  decisionId: text,
  ...base,
  taskId: id,
  taskType: text,
  requiredCapability: maybeText,
  selectedAgent: id,
  priority: z.int().nullable(),
  agentScore: z.number().nullable(),
  candidates: z
    .array(candidate)
    .meta({ description: "The chosen one first, those left out last, each with the reason" }),
  success: z.boolean().nullable(),
  errorMessage: maybeText,
  retryAttempts: count.nullable(),
  routingDurationMs: ms.nullable(),
  durationMs: ms.nullable(),
  runId: maybeText,
  jobId: maybeText,
  fallbackOf: maybeText.meta({ description: "The decision this one falls back from" }),
  weights: z.object({ success: ms, speed: ms, load: ms }).nullable(),
  breakerEpoch: z.int().nullable().meta({ description: "The breaker's epoch then, if it was decided here" }),
  routedAt: at,
  outcomeAt: maybeAt,
});

/** Kinds that are sent by themselves; outcomes, keys and paces are not. */
export const ROWS = {
  run,
  workstream,
  job,
  attempt,
  queue,
  session,
  task,
  approval,
  agent,
  breaker,
  statistics,
  decision,
  tally,
  gauge,
  alert,
  rule,
  channel,
  delivery,
};

// Each schema has exactly its row's fields, of the row's types.
type Fields<K extends keyof typeof ROWS> = keyof z.infer<(typeof ROWS)[K]>;
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;
type Sent = Exclude<Kind, "outcome" | "taskKey" | "pace">;
const sameFields: { [K in Sent]: Same<Fields<K>, keyof Wire<K>> } = {
  run: true,
  workstream: true,
  job: true,
  attempt: true,
  queue: true,
  session: true,
  task: true,
  approval: true,
  agent: true,
  breaker: true,
  statistics: true,
  decision: true,
  tally: true,
  gauge: true,
  alert: true,
  rule: true,
  channel: true,
  delivery: true,
};
const accepts: { [K in Sent]: (row: Wire<K>) => z.input<(typeof ROWS)[K]> } = {
  run: (row) => row,
  workstream: (row) => row,
  job: (row) => row,
  attempt: (row) => row,
  queue: (row) => row,
  session: (row) => row,
  task: (row) => row,
  approval: (row) => row,
  agent: (row) => row,
  breaker: (row) => row,
  statistics: (row) => row,
  decision: (row) => row,
  tally: (row) => row,
  gauge: (row) => row,
  alert: (row) => row,
  rule: (row) => row,
  channel: (row) => row,
  delivery: (row) => row,
};
void sameFields;
void accepts;
