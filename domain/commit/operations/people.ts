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
} from "../../execution/approval.ts";
import {
  createSession,
  expireSession,
  sessionCreate,
  sessionExpire,
  sessionTransition,
  sessionUpdate,
  transitionSession,
  updateSession,
} from "../../sessions/session.ts";
import { createTask, taskCreate, taskTransition, transitionTask } from "../../sessions/task.ts";
import { jobRows, op, type Peek, type RowRef } from "../operation.ts";

const byTask = (taskId: string | null | undefined): RowRef[] => (taskId ? [["task", taskId]] : []);

/** A session, and once it is loaded its task. */
function bySession(m: { sessionId: string; taskId?: string | undefined }, peek: Peek): RowRef[] {
  const taskId = peek("session", m.sessionId)?.taskId;
  return [["session", m.sessionId], ...byTask(taskId), ...byTask(m.taskId)];
}

/** An approval, and once it is loaded its task and the job that waits for it. */
function byApproval(m: { approvalId: string }, peek: Peek, at: string): RowRef[] {
  const approval = peek("approval", m.approvalId);
  const job = approval?.jobId ? jobRows(approval.jobId, peek, at) : [];
  return [["approval", m.approvalId], ...byTask(approval?.taskId), ...job];
}

/** Sessions, tasks and approvals: what agents and people do with one another. */
export const PEOPLE_OPERATIONS = {
  "session.create": op(sessionCreate, createSession, (m) => byTask(m.taskId)),
  "session.update": op(sessionUpdate, updateSession, bySession),
  "session.transition": op(sessionTransition, transitionSession, bySession),
  "task.create": op(taskCreate, createTask),
  "task.transition": op(taskTransition, transitionTask, (m) => byTask(m.taskId)),
  "approval.request": op(approvalRequest, requestApproval, (m) => [
    ...(m.runId ? ([["run", m.runId]] as const) : []),
    ...(m.jobId ? ([["job", m.jobId]] as const) : []),
    ...byTask(m.taskId),
  ]),
  "approval.approve": op(approvalApprove, approveApproval, byApproval),
  "approval.reject": op(approvalReject, rejectApproval, byApproval),
  "approval.consume": op(approvalConsume, consumeApproval, byApproval),
};

/** What time makes happen to them. */
export const PEOPLE_CLOCK_OPERATIONS = {
  "session.expire": op(sessionExpire, expireSession, bySession),
  "approval.expire": op(approvalExpire, expireApproval, byApproval),
};
