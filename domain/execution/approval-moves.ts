import type { Payloads } from "../events.ts";
import { payloadOf } from "../kernel/event.ts";
import type { Json } from "../kernel/primitives.ts";
import { APPROVAL_MOVES, type ApprovalStatus } from "../kernel/statuses.ts";
import { must, Refusal, type Tx } from "../kernel/tx.ts";
import { traceOf } from "../sessions/task.ts";
import type { Approval, ApprovalOption } from "./contract.ts";
import type { approvalEvents } from "./events.ts";

/**
 * What happens to an approval's row, asked for by people (`approval.ts`) or a job (`job/gate.ts`).
 */

/** What an approval is asked with, by a client or by a job that must not go on without it. */
export interface ApprovalAsk {
  title: string;
  detail?: string | null | undefined;
  runId?: string | null | undefined;
  jobId?: string | null | undefined;
  taskId?: string | null | undefined;
  payload?: Json | null | undefined;
  expiresAt?: string | null | undefined;
  requiredApprovals?: number | undefined;
  options?: ApprovalOption[] | undefined;
}

/**
 * Opens an approval whose references are known to exist. Without an id of the caller's it gets one.
 */
export function openApproval(tx: Tx, ask: ApprovalAsk, approvalId: string = tx.newId("apr")): Approval {
  const approval: Approval = {
    id: approvalId,
    title: ask.title,
    detail: ask.detail ?? null,
    runId: ask.runId ?? null,
    jobId: ask.jobId ?? null,
    taskId: ask.taskId ?? null,
    payload: ask.payload ?? null,
    status: "pending",
    requiredApprovals: ask.requiredApprovals ?? 1,
    options: ask.options ?? ["approve", "reject"],
    decisions: [],
    comment: null,
    edit: null,
    requestedBy: tx.actor,
    decidedBy: null,
    decidedAt: null,
    expiresAt: ask.expiresAt ?? null,
    consumedAt: null,
    consumedBy: null,
    createdAt: tx.at,
    updatedAt: tx.at,
    version: 1,
    seq: 0,
  };
  tx.put("approval", approval);
  const { detail, payload, requiredApprovals, options, requestedBy, expiresAt } = approval;
  emitApproval(tx, "approval.requested", approval, {
    detail,
    payload,
    requiredApprovals,
    options,
    requestedBy,
    expiresAt,
  });
  return approval;
}

export type SettledStatus = Exclude<ApprovalStatus, "pending">;
export type Settled<S extends SettledStatus> = Approval & { status: S };
/** What the event of that end says. */
export type SettledFacts<S extends SettledStatus> = Omit<Payloads[`approval.${S}`], keyof ApprovalFacts>;

/** Puts a settled approval and records that it is. What waits for it is not looked at. */
export function putSettled<S extends SettledStatus>(tx: Tx, settled: Settled<S>, facts: SettledFacts<S>): Approval {
  const { id: approvalId, status } = settled;
  tx.put("approval", { ...settled, decidedAt: tx.at, updatedAt: tx.at });
  emitApproval(tx, `approval.${status}`, settled, facts);
  return must(tx, "approval", approvalId);
}

/** Nobody need decide any more, as what waited for it has ended: it expires before its time. */
export function withdrawApproval(tx: Tx, approval: Readonly<Approval>, reason: string): void {
  if (approval.status !== "pending") return;
  putSettled(tx, { ...approval, status: "expired" }, { expiresAt: approval.expiresAt, reason });
}

/** The same for a job that waits for it. Refuses what is not approved, or has been consumed. */
export function consume(tx: Tx, approval: Readonly<Approval>): Approval {
  if (approval.status !== "approved") {
    throw new Refusal("illegal_transition", `approval ${approval.id} is ${approval.status}, not approved`, {
      legal: APPROVAL_MOVES[approval.status],
    });
  }
  if (approval.consumedAt) {
    const by = `by ${approval.consumedBy} at ${approval.consumedAt}`;
    throw new Refusal("already_consumed", `approval ${approval.id} has been consumed ${by}`);
  }
  tx.put("approval", { ...approval, consumedAt: tx.at, consumedBy: tx.actor, updatedAt: tx.at });
  emitApproval(tx, "approval.consumed", approval, { by: tx.actor });
  return must(tx, "approval", approval.id);
}

/** What every event of an approval says. */
type ApprovalFacts = Pick<Approval, "title" | "jobId" | "taskId">;

/** An event of an approval: its facts and what is particular to the event. */
export function emitApproval<T extends keyof typeof approvalEvents>(
  tx: Tx,
  type: T,
  approval: Readonly<Approval>,
  more: Omit<Payloads[T], keyof ApprovalFacts>,
): void {
  const { id: approvalId, title, runId, jobId, taskId } = approval;
  const traceId = traceOf(tx, taskId);
  const subject = { kind: "approval", id: approvalId };
  const payload = payloadOf<T, ApprovalFacts>({ title, jobId, taskId }, more);
  tx.emit({ type, subject, runId, traceId, payload });
}
