import { z } from "zod";
import { agentDrain, agentHeartbeat, agentRegister, drainAgent, heartbeatAgent, registerAgent } from "./agent.ts";
import {
  acknowledgeAlert,
  alertAckExpire,
  alertAcknowledge,
  alertUnacknowledge,
  expireAcknowledgement,
  unacknowledgeAlert,
} from "./alert.ts";
import { attemptId } from "./attempt.ts";
import {
  acquireBreaker,
  breakerAcquire,
  breakerAlertId,
  breakerOverride,
  breakerRecord,
  breakerReset,
  breakerTick,
  overrideBreaker,
  recordBreaker,
  resetBreaker,
  tickBreaker,
} from "./breaker.ts";
import { appendEvent, eventAppend } from "./event.ts";
import { cancelJobByRequest, enqueueJob, jobCancel, jobEnqueue, jobRetry, retryJob } from "./job.ts";
import { jobSettle, settleJob } from "./job-cascade.ts";
import { claimJobs, heartbeatJob, jobClaim, jobHeartbeat, jobStart, startJobByRequest } from "./job-claim.ts";
import {
  completeJob,
  expireJob,
  failJob,
  jobComplete,
  jobExpire,
  jobFail,
  jobTimeout,
  timeOutJob,
} from "./job-finish.ts";
import { recordRouting, recordRoutingOutcome, routingOutcome, routingRecord } from "./routing.ts";
import {
  createRun,
  retryRun,
  runCreate,
  runRetry,
  runTimeout,
  runTransition,
  timeOutRun,
  transitionRun,
} from "./run.ts";
import type { Kind, Rows, Tx } from "./tx.ts";
import {
  createWorkstream,
  transitionWorkstream,
  updateWorkstream,
  workstreamCreate,
  workstreamTransition,
  workstreamUpdate,
} from "./workstream.ts";

/**
 * Every mutation: its contract, the reducer that applies it, the rows it will look at. A new mutation is a line here. `needs` only
 * saves round trips to the storage; a reducer may read any row.
 */

export type RowRef = readonly [kind: Kind, id: string];
/** Looks at a row that happens to be loaded. */
export type Peek = <K extends Kind>(kind: K, id: string) => Readonly<Rows[K]> | undefined;

interface Operation<M> {
  schema: z.ZodType<M>;
  apply: (tx: Tx, mutation: M) => unknown;
  needs: (mutation: M, peek: Peek) => RowRef[];
}

type Erased = Operation<{ type: string }>;

/** Joins a contract with its reducer; the one place where the mutation's own type is given up. */
function op<M extends { type: string }>(
  schema: z.ZodType<M>,
  apply: (tx: Tx, mutation: M) => unknown,
  needs: (mutation: M, peek: Peek) => RowRef[] = () => [],
): Erased {
  return { schema, apply, needs } as unknown as Erased;
}

const agentRows = (agentKey: string): RowRef[] => [
  ["agent", agentKey],
  ["breaker", agentKey],
  ["statistics", agentKey],
  ["alert", breakerAlertId(agentKey)],
];

/** A job, and once it is loaded all that its end can reach in one step. */
function jobRows(jobId: string, peek: Peek): RowRef[] {
  const job = peek("job", jobId);
  if (!job) return [["job", jobId]];
  const refs: RowRef[] = [
    ["job", jobId],
    ["run", job.runId],
  ];
  if (job.workstreamId) refs.push(["workstream", job.workstreamId]);
  if (job.attempt > 0) refs.push(["attempt", attemptId(jobId, job.attempt)]);
  if (job.claimedBy) refs.push(...agentRows(job.claimedBy));
  for (const other of [...job.dependsOn, ...job.dependents]) refs.push(["job", other]);
  return refs;
}

const byJob = (m: { jobId: string }, peek: Peek) => jobRows(m.jobId, peek);
const byAgent = (m: { agentKey: string }) => agentRows(m.agentKey);
const byRun = (m: { runId: string }): RowRef[] => [["run", m.runId]];
const byWorkstream = (m: { workstreamId: string }): RowRef[] => [["workstream", m.workstreamId]];
const byAlert = (m: { alertId: string }): RowRef[] => [["alert", m.alertId]];

/** Rows that a loaded job's end, start or return can reach in one step. */
export const rowsAround = (jobId: string, peek: Peek): RowRef[] => jobRows(jobId, peek);

/** What clients may ask, by `type`. */
const CLIENT_OPERATIONS = {
  "run.create": op(runCreate, createRun, (m) => (m.parentRunId ? [["run", m.parentRunId]] : [])),
  "run.transition": op(runTransition, transitionRun, byRun),
  "run.retry": op(runRetry, retryRun, byRun),
  "workstream.create": op(workstreamCreate, createWorkstream, byRun),
  "workstream.update": op(workstreamUpdate, updateWorkstream, byWorkstream),
  "workstream.transition": op(workstreamTransition, transitionWorkstream, byWorkstream),
  "job.enqueue": op(jobEnqueue, enqueueJob, (m) => [
    ["run", m.runId],
    ...(m.workstreamId ? ([["workstream", m.workstreamId]] as const) : []),
    ...(m.dependsOn ?? []).map((parent) => ["job", parent] as const),
  ]),
  "job.claim": op(jobClaim, claimJobs, byAgent),
  "job.start": op(jobStart, startJobByRequest, (m, peek) => [...jobRows(m.jobId, peek), ...agentRows(m.agentKey)]),
  "job.heartbeat": op(jobHeartbeat, heartbeatJob, (m) => [["job", m.jobId]]),
  "job.complete": op(jobComplete, completeJob, byJob),
  "job.fail": op(jobFail, failJob, byJob),
  "job.timeout": op(jobTimeout, timeOutJob, byJob),
  "job.cancel": op(jobCancel, cancelJobByRequest, byJob),
  "job.retry": op(jobRetry, retryJob, byJob),
  "agent.register": op(agentRegister, registerAgent, byAgent),
  "agent.heartbeat": op(agentHeartbeat, heartbeatAgent, byAgent),
  "agent.drain": op(agentDrain, drainAgent, byAgent),
  "breaker.acquire": op(breakerAcquire, acquireBreaker, byAgent),
  "breaker.record": op(breakerRecord, recordBreaker, byAgent),
  "breaker.override": op(breakerOverride, overrideBreaker, byAgent),
  "breaker.reset": op(breakerReset, resetBreaker, byAgent),
  "routing.record": op(routingRecord, recordRouting, (m) => [
    ...agentRows(m.selectedAgent),
    ...(m.runId ? ([["run", m.runId]] as const) : []),
    ...(m.jobId ? ([["job", m.jobId]] as const) : []),
  ]),
  "routing.outcome": op(routingOutcome, recordRoutingOutcome, (m, peek) => {
    const decision = peek("decision", m.decisionId);
    return [["decision", m.decisionId], ...(decision ? agentRows(decision.selectedAgent) : [])];
  }),
  "alert.acknowledge": op(alertAcknowledge, acknowledgeAlert, byAlert),
  "alert.unacknowledge": op(alertUnacknowledge, unacknowledgeAlert, byAlert),
  "event.append": op(eventAppend, appendEvent, (m) => (m.runId ? [["run", m.runId]] : [])),
} satisfies { [type: string]: Erased };

/** What time makes happen; only the clock commits these. */
const CLOCK_OPERATIONS = {
  "run.timeout": op(runTimeout, timeOutRun, byRun),
  "job.expire": op(jobExpire, expireJob, byJob),
  "job.settle": op(jobSettle, settleJob, byJob),
  "breaker.tick": op(breakerTick, tickBreaker, byAgent),
  "alert.ack_expire": op(alertAckExpire, expireAcknowledgement, byAlert),
} satisfies { [type: string]: Erased };

const OPERATIONS: { [type: string]: Erased } = { ...CLIENT_OPERATIONS, ...CLOCK_OPERATIONS };

/** The contract of every mutation open to clients, as one union on `type`. */
export const clientMutation = z.discriminatedUnion("type", [
  runCreate,
  runTransition,
  runRetry,
  workstreamCreate,
  workstreamUpdate,
  workstreamTransition,
  jobEnqueue,
  jobClaim,
  jobStart,
  jobHeartbeat,
  jobComplete,
  jobFail,
  jobTimeout,
  jobCancel,
  jobRetry,
  agentRegister,
  agentHeartbeat,
  agentDrain,
  breakerAcquire,
  breakerRecord,
  breakerOverride,
  breakerReset,
  routingRecord,
  routingOutcome,
  alertAcknowledge,
  alertUnacknowledge,
  eventAppend,
]);

const clockMutation = z.discriminatedUnion("type", [runTimeout, jobExpire, jobSettle, breakerTick, alertAckExpire]);

export type ClientMutation = z.infer<typeof clientMutation>;
/** A client's mutation before defaults and conversions: what a client writes. */
export type ClientMutationInput = z.input<typeof clientMutation>;
export type ClockMutation = z.infer<typeof clockMutation>;
export type Mutation = ClientMutation | ClockMutation;
export type ClientMutationType = keyof typeof CLIENT_OPERATIONS;

/** The types clients may use, in the order of the table above. */
export const CLIENT_MUTATION_TYPES = Object.keys(CLIENT_OPERATIONS) as ClientMutationType[];

/** The contract of one client mutation by its type, or undefined when there is none of that name. */
export function contractOf(type: string): z.ZodType | undefined {
  return Object.hasOwn(CLIENT_OPERATIONS, type) ? CLIENT_OPERATIONS[type as ClientMutationType].schema : undefined;
}

/** Applies one parsed mutation; throws `Refusal` when it cannot be applied. What it yields goes into the receipt's results. */
export function applyOperation(tx: Tx, mutation: Mutation): unknown {
  return operation(mutation).apply(tx, mutation);
}

/** Rows that applying the mutation will look at, as far as they can be named from what is loaded. */
export function needsOf(mutation: Mutation, peek: Peek): RowRef[] {
  return operation(mutation).needs(mutation, peek);
}

function operation(mutation: Mutation): Erased {
  const found = OPERATIONS[mutation.type];
  if (!found) throw new Error(`no operation for ${mutation.type}`);
  return found;
}
