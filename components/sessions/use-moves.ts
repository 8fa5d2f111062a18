"use client";

import type { SessionStatus, TaskStatus } from "../../domain/kernel/statuses.ts";
import { commit } from "../live/api.ts";
import { useCommand } from "../live/use-command.ts";
import { serverNow } from "../ui/now.ts";
import { isFinalSession, isFinalTask, type SessionRow, type TaskRow } from "./sessions-model.ts";

const nowIso = (): string => new Date(serverNow()).toISOString();

/** Moves a session to another status; it shows at once and is taken back when it is refused. */
export function useMoveSession() {
  return useCommand(
    ({ sessionId }: SessionRow, to: SessionStatus) => commit([{ type: "session.transition", sessionId, to }]),
    {
      optimistic: (session, to) => [
        {
          ...session,
          status: to,
          startedAt: session.startedAt ?? (to === "active" ? nowIso() : null),
          finishedAt: isFinalSession(to) ? nowIso() : null,
        },
      ],
      failure: "The session could not be moved",
    },
  );
}

/** What goes with a move of a task: whom it is routed to, why it failed. */
export interface TaskMoveTerms {
  toAgent?: string;
  error?: string;
}

/** Moves a task to another status. */
export function useMoveTask() {
  return useCommand(
    ({ taskId }: TaskRow, to: TaskStatus, { toAgent, error }: TaskMoveTerms = {}) =>
      commit([{ type: "task.transition", taskId, to, ...(toAgent && { toAgent }), ...(error && { error }) }]),
    {
      optimistic: (task, to, { toAgent } = {}) => [
        {
          ...task,
          status: to,
          toAgent: to === "pending" ? null : (toAgent ?? task.toAgent),
          finishedAt: isFinalTask(to) ? nowIso() : null,
        },
      ],
      failure: "The task could not be moved",
    },
  );
}
