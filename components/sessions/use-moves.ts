"use client";

import type { ClientMutationInput } from "../../domain/commit/mutations.ts";
import type { SessionStatus, TaskStatus } from "../../domain/kernel/statuses.ts";
import { commit } from "../live/api.ts";
import { useCommand } from "../live/use-command.ts";
import type { SessionRow, TaskRow } from "./sessions-model.ts";

const movingSession = ({ sessionId }: SessionRow, to: SessionStatus): ClientMutationInput[] => [
  { type: "session.transition", sessionId, to },
];

/** Moves a session to another status; shown at once and undone when it is refused. */
export function useMoveSession() {
  return useCommand((session: SessionRow, to: SessionStatus) => commit(movingSession(session, to)), {
    commits: (session, to) => [movingSession(session, to)],
    failure: "The session could not be moved",
  });
}

/** Details of a transition: the agent a task is routed to, the reason of a failure. */
export interface TaskMoveTerms {
  toAgent?: string;
  error?: string;
}

const movingTask = ({ taskId }: TaskRow, to: TaskStatus, { toAgent, error }: TaskMoveTerms): ClientMutationInput[] => [
  { type: "task.transition", taskId, to, ...(toAgent && { toAgent }), ...(error && { error }) },
];

/** Moves a task to another status. */
export function useMoveTask() {
  return useCommand((task: TaskRow, to: TaskStatus, terms: TaskMoveTerms = {}) => commit(movingTask(task, to, terms)), {
    commits: (task, to, terms = {}) => [movingTask(task, to, terms)],
    failure: "The task could not be moved",
  });
}
