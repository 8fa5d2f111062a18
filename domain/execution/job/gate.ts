import type { Tx } from "../../kernel/tx.ts";
import { consume, openApproval, withdrawApproval } from "../approval-moves.ts";
import type { Job } from "../contract.ts";

/**
 * The approval that a job waits for: one that it was enqueued with, or one that its escalation has
 * asked for.
 *
 * While the approval is pending the job waits, whatever its dependencies do. Approved, the job is
 * released as soon as its dependencies have completed too, in the very commit that brings the last
 * of both; it then consumes the approval. Rejected or expired, the job is cancelled
 * (`approval_rejected`, `approval_expired`) and what depends on it with it. A job that ends while
 * its approval is pending takes it along: it expires, as nothing waits for it any more.
 *
 * Retried by hand, a job that never ran asks again if it was turned down; one that has run once
 * does not, as it was let through then.
 */
export type Gate = "open" | "pending" | "rejected" | "expired";

/** What the approval says to a job that waits. */
export function gateOf(tx: Tx, { approvalId }: Pick<Job, "approvalId">): Gate {
  if (approvalId === null) return "open";
  // One that is no longer kept has let nobody through.
  const status = tx.get("approval", approvalId)?.status ?? "expired";
  return status === "approved" ? "open" : status;
}

/** The job goes through its gate, which is open: its approval is used up. */
export function passGate(tx: Tx, { approvalId }: Pick<Job, "approvalId">): void {
  const approval = approvalId === null ? undefined : tx.get("approval", approvalId);
  if (approval?.status === "approved" && approval.consumedAt === null) consume(tx, approval);
}

/** The job has ended: nobody need decide any more. */
export function closeGate(tx: Tx, { approvalId }: Pick<Job, "approvalId">): void {
  const approval = approvalId === null ? undefined : tx.get("approval", approvalId);
  if (approval) withdrawApproval(tx, approval, "job_ended");
}

/** Asks for a job that is retried before it ever ran. Answers the approval it waits for. */
export function askAgain(tx: Tx, job: Readonly<Job>): string | null {
  if (job.approvalId === null || job.attempt > 0) return job.approvalId;
  const gate = gateOf(tx, job);
  if (gate === "open" || gate === "pending") return job.approvalId;
  const was = tx.get("approval", job.approvalId);
  const ask = { title: was?.title ?? `Run ${job.id}`, detail: was?.detail };
  return openApproval(tx, { ...ask, runId: job.runId, jobId: job.id }).id;
}
