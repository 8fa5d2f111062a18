import {
  approvalApprove,
  approvalConsume,
  approvalExpire,
  approvalReject,
  approvalRequest,
  approveApproval,
  consumeApproval,
  expireApproval,
  rejectApproval,
  requestApproval,
} from "../approval.ts";
import { jobRows, op, type Peek, type RowRef } from "../operation.ts";

/** An approval, and once it is loaded the job that waits for it. */
function byApproval(m: { approvalId: string }, peek: Peek): RowRef[] {
  const jobId = peek("approval", m.approvalId)?.jobId;
  return [["approval", m.approvalId], ...(jobId ? jobRows(jobId, peek) : [])];
}

/** Sessions, tasks and approvals: what agents and people do with one another. */
export const PEOPLE_OPERATIONS = {
  "approval.request": op(approvalRequest, requestApproval, (m) => [
    ...(m.runId ? ([["run", m.runId]] as const) : []),
    ...(m.jobId ? ([["job", m.jobId]] as const) : []),
    ...(m.taskId ? ([["task", m.taskId]] as const) : []),
  ]),
  "approval.approve": op(approvalApprove, approveApproval, byApproval),
  "approval.reject": op(approvalReject, rejectApproval, byApproval),
  "approval.consume": op(approvalConsume, consumeApproval, (m) => [["approval", m.approvalId]]),
};

/** What time makes happen to them. */
export const PEOPLE_CLOCK_OPERATIONS = {
  "approval.expire": op(approvalExpire, expireApproval, byApproval),
};
