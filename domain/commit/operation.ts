import type { z } from "zod";
import { breakerAlertId } from "../agents/breaker/breaker-row.ts";
import { gaugeId } from "../agents/gauge.ts";
import { tallyIds } from "../agents/tally.ts";
import { attemptId } from "../execution/job/attempt.ts";
import type { Tx } from "../kernel/tx.ts";
import type { Kind, Rows } from "../rows.ts";

/**
 * What a mutation is made of: its contract, the reducer that applies it, and the rows it will read.
 * `needs` only saves round trips to the storage; a reducer may read any row.
 */
export interface Operation<S extends z.ZodType = z.ZodType> {
  schema: S;
  apply: (tx: Tx, mutation: { type: string }) => unknown;
  /** `at` is the time of the commit, as the rows of the present minute are named by it. */
  needs: (mutation: { type: string }, peek: Peek, at: string) => RowRef[];
}

export type RowRef = readonly [kind: Kind, id: string];
/** Reads a row if it is loaded. */
export type Peek = <K extends Kind>(kind: K, id: string) => Readonly<Rows[K]> | undefined;

/** Joins a contract with its reducer; the one place where the mutation's own type is given up. */
export function op<S extends z.ZodType<{ type: string }>>(
  schema: S,
  apply: (tx: Tx, mutation: z.output<S>) => unknown,
  needs: (mutation: z.output<S>, peek: Peek, at: string) => RowRef[] = () => [],
): Operation<S> {
  return { schema, apply, needs } as unknown as Operation<S>;
}

/** An agent with all that an outcome of it touches. */
export const agentRows = (agentKey: string): RowRef[] => [
  ["agent", agentKey],
  ["breaker", agentKey],
  ["statistics", agentKey],
  ["alert", breakerAlertId(agentKey)],
];

/** A job, and once it is loaded all that its end, its start or its return can reach in one step. */
export function jobRows(jobId: string, peek: Peek, at: string): RowRef[] {
  const job = peek("job", jobId);
  if (!job) return [["job", jobId]];
  const refs: RowRef[] = [
    ["job", jobId],
    ["run", job.runId],
    ["queue", job.queue],
    ["gauge", gaugeId("depth", job.queue, at)],
    ["gauge", gaugeId("running", job.queue, at)],
  ];
  if (job.workstreamId) refs.push(["workstream", job.workstreamId]);
  if (job.approvalId) refs.push(["approval", job.approvalId]);
  if (job.attempt > 0) refs.push(["attempt", attemptId(jobId, job.attempt)]);
  if (job.claimedBy) {
    refs.push(...agentRows(job.claimedBy), ["gauge", gaugeId("busy", job.claimedBy, at)]);
    refs.push(...tallyIds(job.claimedBy, job.step ?? job.tool, at).map((id) => ["tally", id] as const));
  }
  for (const other of job.dependsOn) refs.push(["job", other]);
  for (const other of job.dependents) {
    const approvalId = peek("job", other)?.approvalId;
    refs.push(["job", other], ...(approvalId ? ([["approval", approvalId]] as const) : []));
  }
  return refs;
}

export const byJob = (m: { jobId: string }, peek: Peek, at: string): RowRef[] => jobRows(m.jobId, peek, at);
export const byAgent = (m: { agentKey: string }): RowRef[] => agentRows(m.agentKey);
/** A workstream, and once it is loaded its run. */
export function byWorkstream(m: { workstreamId: string }, peek: Peek): RowRef[] {
  const runId = peek("workstream", m.workstreamId)?.runId;
  return [["workstream", m.workstreamId], ...(runId ? ([["run", runId]] as const) : [])];
}
export const byRun = (m: { runId: string }): RowRef[] => [["run", m.runId]];
