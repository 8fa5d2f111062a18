import { z } from "zod";
import { id, type Json, json, label, newId, text, time } from "../kernel/primitives.ts";
import { APPROVAL_MOVES, type ApprovalStatus } from "../kernel/statuses.ts";
import { must, mustBeNew, Refusal, type Tx } from "../kernel/tx.ts";
import {
  consume,
  emitApproval,
  openApproval,
  putSettled,
  type Settled,
  type SettledFacts,
  type SettledStatus,
} from "./approval-moves.ts";
import type { Approval, ApprovalDecision, ApprovalOption } from "./contract.ts";
import { APPROVAL_OPTIONS } from "./contract.ts";
import { approvalSettled } from "./job/cascade.ts";

/**
 * A decision that a human makes. pending → approved when as many different people as it requires
 * have approved; pending → rejected by the first who rejects; pending → expired when its time is
 * up. What is approved is consumed once, by `approval.consume` or by the job that waits for it.
 *
 * Who may answer: nobody approves twice. Where it takes several people, its requester may be one of
 * them, so never the only one. Whoever has approved may still reject while it is pending. An
 * approval that edits the payload must be the first: those who come later approve what they see,
 * edit included, and nothing that they have approved changes afterwards.
 */

const MAX_REQUIRED = 20;

export const approvalRequest = z.strictObject({
  type: z.literal("approval.request"),
  approvalId: newId,
  title: label,
  detail: text.optional(),
  runId: id.optional(),
  jobId: id.optional(),
  taskId: id.optional(),
  payload: json.optional(),
  expiresAt: time.optional(),
  requiredApprovals: z.int().min(1).max(MAX_REQUIRED).optional(),
  options: z
    .array(z.enum(APPROVAL_OPTIONS))
    .max(APPROVAL_OPTIONS.length)
    .refine((options) => new Set(options).size === options.length, "must not name an option twice")
    .refine((options) => options.includes("approve") || options.includes("edit"), "must offer approve or edit")
    .optional(),
});

export const approvalApprove = z.strictObject({
  type: z.literal("approval.approve"),
  approvalId: id,
  comment: text.optional(),
  edit: json.optional(),
});

export const approvalReject = z.strictObject({
  type: z.literal("approval.reject"),
  approvalId: id,
  comment: text.optional(),
});

export const approvalConsume = z.strictObject({ type: z.literal("approval.consume"), approvalId: id });

/** The clock's: an approval whose time is up. Not open to clients. */
export const approvalExpire = z.strictObject({
  type: z.literal("approval.expire"),
  approvalId: id,
  expiresAt: z.string(),
});

/**
 * Refuses what names an unknown run, job or task, a job of another run, and a time that has passed.
 */
export function requestApproval(tx: Tx, m: z.infer<typeof approvalRequest>): Approval {
  if (m.approvalId !== undefined) mustBeNew(tx, "approval", m.approvalId);
  if (m.runId) must(tx, "run", m.runId);
  const job = m.jobId ? must(tx, "job", m.jobId) : undefined;
  if (job && m.runId && job.runId !== m.runId) {
    throw new Refusal("not_same_run", `job ${job.id} does not belong to run ${m.runId}`);
  }
  if (m.taskId) must(tx, "task", m.taskId);
  if (m.expiresAt && m.expiresAt <= tx.at) {
    throw new Refusal("not_permitted", `expiresAt ${m.expiresAt} has passed: it is ${tx.at}`);
  }
  return openApproval(tx, { ...m, runId: m.runId ?? job?.runId }, m.approvalId);
}

/** Records one person's approval; the last one that is needed settles it. */
export function approveApproval(tx: Tx, m: z.infer<typeof approvalApprove>): Approval {
  const approval = must(tx, "approval", m.approvalId);
  mustBePending(tx, approval, "approved");
  const [comment, edit] = [m.comment ?? null, m.edit ?? null];
  if (edit !== null) mustBeOffered(approval, "edit");
  // Where only edits are offered, the others approve the edit of the first.
  else if (approval.edit === null) mustBeOffered(approval, "approve");
  const approvals = approval.decisions.length + 1;
  if (approval.decisions.some(({ by }) => by === tx.actor)) {
    throw new Refusal("already_decided", `${tx.actor} has approved ${approval.id} already; it takes somebody else`);
  }
  if (edit !== null && approvals > 1) {
    const why = `approval ${approval.id} has been approved as it is by somebody else: it can be rejected, not edited`;
    throw new Refusal("not_permitted", why);
  }
  const { requiredApprovals } = approval;
  const decided = withDecision(tx, approval, "approved", comment, edit);
  const facts = { by: tx.actor, comment, edit, approvals, requiredApprovals };
  if (approvals < requiredApprovals) {
    tx.put("approval", decided);
    emitApproval(tx, "approval.endorsed", approval, facts);
    return must(tx, "approval", approval.id);
  }
  return settle(tx, { ...decided, status: "approved", comment, decidedBy: tx.actor }, facts);
}

/** One rejection is enough, whatever others have said. */
export function rejectApproval(tx: Tx, m: z.infer<typeof approvalReject>): Approval {
  const approval = must(tx, "approval", m.approvalId);
  mustBePending(tx, approval, "rejected");
  mustBeOffered(approval, "reject");
  const comment = m.comment ?? null;
  const decided = withDecision(tx, approval, "rejected", comment, null);
  return settle(tx, { ...decided, status: "rejected", comment, decidedBy: tx.actor }, { by: tx.actor, comment });
}

/** The clock's: ends an approval that nobody has settled, if its time is still the one it saw. */
export function expireApproval(tx: Tx, m: z.infer<typeof approvalExpire>): Approval {
  const approval = must(tx, "approval", m.approvalId);
  if (approval.status !== "pending" || approval.expiresAt !== m.expiresAt) return approval;
  return settle(tx, { ...approval, status: "expired" }, { expiresAt: approval.expiresAt });
}

/** Uses up what has been approved. Of any number who try, one succeeds. */
export function consumeApproval(tx: Tx, m: z.infer<typeof approvalConsume>): Approval {
  return consume(tx, must(tx, "approval", m.approvalId));
}

function mustBePending(tx: Tx, { id: approvalId, status, expiresAt, decidedBy }: Approval, to: ApprovalStatus): void {
  if (status !== "pending") {
    const by = decidedBy ? ` by ${decidedBy}` : "";
    throw new Refusal("illegal_transition", `approval ${approvalId} is ${status}${by} and cannot become ${to}`, {
      legal: APPROVAL_MOVES[status],
    });
  }
  // The clock may come a moment late; nobody decides after the time all the same.
  if (expiresAt && expiresAt <= tx.at) {
    const why = `approval ${approvalId} expired at ${expiresAt} and cannot become ${to}`;
    throw new Refusal("illegal_transition", why, { legal: ["expired"] });
  }
}

function mustBeOffered({ id: approvalId, options }: Approval, option: ApprovalOption): void {
  if (options.includes(option)) return;
  throw new Refusal("not_permitted", `approval ${approvalId} does not offer ${option}, only ${options.join(", ")}`);
}

function withDecision(
  tx: Tx,
  approval: Readonly<Approval>,
  decision: ApprovalDecision["decision"],
  comment: string | null,
  edit: Json | null,
): Approval {
  const decisions = [...approval.decisions, { by: tx.actor, at: tx.at, decision, comment, edit }];
  return { ...approval, decisions, edit: edit ?? approval.edit, updatedAt: tx.at };
}

/** Settles an approval, and lets the job that waits for it know. */
function settle<S extends SettledStatus>(tx: Tx, settled: Settled<S>, facts: SettledFacts<S>): Approval {
  const approval = putSettled(tx, settled, facts);
  approvalSettled(tx, approval);
  return must(tx, "approval", approval.id);
}
