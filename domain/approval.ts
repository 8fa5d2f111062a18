import type { Json } from "./primitives.ts";
import type { ApprovalStatus } from "./statuses.ts";
import type { RowBase } from "./tx.ts";

/**
 * A decision that a human makes (E5). pending → approved when as many people as it requires have approved; pending → rejected by the first who
 * rejects; pending → expired when its time is up. What is approved is consumed once, by `approval.consume` or by the job that waits for it.
 */
export interface Approval extends RowBase {
  title: string;
  detail: string | null;
  runId: string | null;
  jobId: string | null;
  taskId: string | null;
  payload: Json | null;
  status: ApprovalStatus;
  /** How many different people must approve; 2 is the two-person rule. */
  requiredApprovals: number;
  /** What may be answered: approve, reject, and edit when whoever approves may change the payload. */
  options: ApprovalOption[];
  decisions: ApprovalDecision[];
  /** Of the decision that settled it. */
  comment: string | null;
  /** The payload as whoever approved wants it, when they changed it. */
  edit: Json | null;
  requestedBy: string;
  decidedBy: string | null;
  decidedAt: string | null;
  expiresAt: string | null;
  consumedAt: string | null;
  consumedBy: string | null;
  createdAt: string;
  updatedAt: string;
}

export type ApprovalOption = "approve" | "reject" | "edit";

export interface ApprovalDecision {
  by: string;
  at: string;
  decision: "approved" | "rejected";
  comment: string | null;
  edit: Json | null;
}
