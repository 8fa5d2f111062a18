import type { Payloads } from "../../events.ts";
import { payloadOf } from "../../kernel/event.ts";
import { ownOf } from "../../kernel/json-map.ts";
import { must, type Tx } from "../../kernel/tx.ts";
import type { Job, Run } from "../contract.ts";
import type { jobEvents } from "../events.ts";
import { countJob } from "./counts.ts";
import { askAgain, gateOf, passGate } from "./gate.ts";

/** What happens to one job's row and is said of it, without its consequences for others. */

export const jobSubject = (jobId: string) => ({ kind: "job", id: jobId });

/** The facts of a job that its events carry. */
export function jobFacts(job: Readonly<Job>) {
  const { id: jobId, workstreamId, step, tool, queue, status, attempt, claimedBy } = job;
  return { jobId, workstreamId, step, tool, queue, status, attempt, agentKey: claimedBy };
}

type JobFacts = ReturnType<typeof jobFacts>;

/** Emits a job's event: its facts and what is particular to the event. */
export function emitJob<T extends keyof typeof jobEvents>(
  tx: Tx,
  type: T,
  job: Readonly<Job>,
  more: Omit<Payloads[T], keyof JobFacts>,
): void {
  const payload = payloadOf<T, JobFacts>(jobFacts(job), more);
  tx.emit({ type, subject: jobSubject(job.id), runId: job.runId, payload });
}

/** One job's move back to the queue, or to waiting. */
export function putBack(tx: Tx, job: Readonly<Job>, reason?: string): void {
  const parents = job.dependsOn.map((parentId) => tx.get("job", parentId));
  const unmet = parents.filter((parent) => parent?.status !== "completed").length;
  const approvalId = askAgain(tx, job);
  const hasRun = job.attempt > 0;
  const waits = unmet > 0 || !(hasRun || gateOf(tx, { approvalId }) === "open");
  const status = waits ? "waiting" : "queued";
  if (!waits && !hasRun) passGate(tx, { approvalId });
  tx.put("job", {
    ...job,
    status,
    unmet,
    approvalId,
    runAt: tx.at,
    attemptBase: job.attempt,
    claimedBy: null,
    progress: null,
    exitCode: null,
    durationMs: null,
    result: null,
    error: null,
    reason: reason ?? null,
    queuedAt: waits ? null : tx.at,
    startedAt: null,
    finishedAt: null,
    updatedAt: tx.at,
  });
  for (const parent of parents) {
    if (!parent || parent.status === "completed" || parent.dependents.includes(job.id)) continue;
    tx.put("job", { ...parent, dependents: [...parent.dependents, job.id] });
  }
  countJob(tx, job, job.status, status, waits && gateOf(tx, { approvalId }) === "pending" ? 1 : 0);
  const payload = { from: job.status, reason: reason ?? null, unmet, approvalId };
  emitJob(tx, "job.retried", must(tx, "job", job.id), payload);
}

/**
 * Whether the token that a job works for has been cancelled, so that nothing may run for it any
 * more.
 */
export function hasCancelledToken(run: Readonly<Run>, tokenId: string | null): boolean {
  return tokenId !== null && ownOf(run.tokens, tokenId)?.status === "cancelled";
}
