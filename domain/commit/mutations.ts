import type { z } from "zod";
import { settleWorkstreams } from "../execution/workstream-follow.ts";
import type { Tx } from "../kernel/tx.ts";
import { jobRows, type Operation, type Peek, type RowRef } from "./operation.ts";
import { AGENT_CLOCK_OPERATIONS, AGENT_OPERATIONS } from "./operations/agents.ts";
import { ALERT_CLOCK_OPERATIONS, ALERT_OPERATIONS } from "./operations/alerts.ts";
import { EXECUTION_OPERATIONS } from "./operations/execution.ts";
import { JOB_CLOCK_OPERATIONS, JOB_OPERATIONS } from "./operations/jobs.ts";
import { LOG_CLOCK_OPERATIONS } from "./operations/log.ts";
import { MAINTENANCE_OPERATIONS } from "./operations/maintenance.ts";
import { NOTIFICATION_CLOCK_OPERATIONS, NOTIFICATION_OPERATIONS } from "./operations/notifications.ts";
import { PEOPLE_CLOCK_OPERATIONS, PEOPLE_OPERATIONS } from "./operations/people.ts";
import { RUN_CLOCK_OPERATIONS, RUN_OPERATIONS } from "./operations/runs.ts";

/**
 * Every mutation by its `type`. The tables are in `operations/`, one file per area: a new mutation
 * is a line there.
 */

/** What clients may ask. */
const CLIENT_OPERATIONS = {
  ...RUN_OPERATIONS,
  ...EXECUTION_OPERATIONS,
  ...JOB_OPERATIONS,
  ...AGENT_OPERATIONS,
  ...ALERT_OPERATIONS,
  ...NOTIFICATION_OPERATIONS,
  ...PEOPLE_OPERATIONS,
} satisfies { [type: string]: Operation };

/** What time makes happen; only the clock commits these. */
const CLOCK_OPERATIONS = {
  ...RUN_CLOCK_OPERATIONS,
  ...JOB_CLOCK_OPERATIONS,
  ...AGENT_CLOCK_OPERATIONS,
  ...ALERT_CLOCK_OPERATIONS,
  ...NOTIFICATION_CLOCK_OPERATIONS,
  ...LOG_CLOCK_OPERATIONS,
  ...MAINTENANCE_OPERATIONS,
  ...PEOPLE_CLOCK_OPERATIONS,
} satisfies { [type: string]: Operation };

const OPERATIONS: { [type: string]: Operation } = { ...CLIENT_OPERATIONS, ...CLOCK_OPERATIONS };

type ClientOperations = typeof CLIENT_OPERATIONS;
type ClockOperations = typeof CLOCK_OPERATIONS;
type ClientSchema = ClientOperations[keyof ClientOperations]["schema"];

export type ClientMutation = z.output<ClientSchema>;
/** A client's mutation before defaults and conversions: what a client writes. */
export type ClientMutationInput = z.input<ClientSchema>;
export type ClockMutation = z.output<ClockOperations[keyof ClockOperations]["schema"]>;
export type Mutation = ClientMutation | ClockMutation;
export type ClientMutationType = keyof ClientOperations;

/** The types clients may use, in the order of the tables. */
export const CLIENT_MUTATION_TYPES = Object.keys(CLIENT_OPERATIONS) as ClientMutationType[];

/**
 * The contract of one client mutation by its type, or undefined when there is none of that name.
 */
export function contractOf(type: string): z.ZodType | undefined {
  return Object.hasOwn(CLIENT_OPERATIONS, type) ? CLIENT_OPERATIONS[type as ClientMutationType].schema : undefined;
}

/**
 * Applies one parsed mutation; throws `Refusal` when it cannot be applied. What it yields goes into
 * the receipt's results.
 */
export function applyOperation(tx: Tx, mutation: Mutation): unknown {
  try {
    const yielded = operationOf(mutation).apply(tx, mutation);
    settleWorkstreams(tx);
    return yielded;
  } finally {
    tx.unsettled.workstreams.clear();
    tx.unsettled.endedRuns.clear();
  }
}

/** Rows that the mutation will read, as far as they are known from what is loaded. */
export function needsOf(mutation: Mutation, peek: Peek, at: string): RowRef[] {
  return operationOf(mutation).needs(mutation, peek, at);
}

/** Rows that a loaded job's end, start or return can reach in one step. */
export const rowsAround = (jobId: string, peek: Peek, at: string): RowRef[] => jobRows(jobId, peek, at);

function operationOf(mutation: Mutation): Operation {
  const found = OPERATIONS[mutation.type];
  if (!found) throw new Error(`no operation for ${mutation.type}`);
  return found;
}
