"use client";

import { useId, useState } from "react";
import { SESSION_MOVES, type SessionStatus, TASK_MOVES, type TaskStatus } from "../../domain/kernel/statuses.ts";
import { Button } from "../ui/button.tsx";
import { Changes } from "../ui/changes.tsx";
import { ConfirmDialog } from "../ui/dialog.tsx";
import { Input } from "../ui/input.tsx";
import { Label } from "../ui/label.tsx";
import { isFinalSession, SESSION_VERBS, type SessionRow, TASK_VERBS, type TaskRow } from "./sessions-model.ts";
import { useMoveSession, useMoveTask } from "./use-moves.ts";

/** The legal transitions of a session, one button each; those that end it ask for confirmation. */
export function SessionMoves({ session }: { session: SessionRow }) {
  const [asks, setAsks] = useState<SessionStatus | null>(null);
  const move = useMoveSession();
  const busy = session.pending === true || move.pending;
  return (
    <>
      <Changes>
        {SESSION_MOVES[session.status].map((to) => (
          <Button
            key={to}
            size="sm"
            variant={to === "active" || to === "completed" ? "secondary" : "danger"}
            disabled={busy}
            onClick={() => (isFinalSession(to) ? setAsks(to) : void move.run(session, to))}
          >
            {SESSION_VERBS[to]}
          </Button>
        ))}
      </Changes>
      <ConfirmDialog
        open={asks !== null}
        onOpenChange={(open) => !open && setAsks(null)}
        title={`${asks === null ? "" : SESSION_VERBS[asks]} this session?`}
        description={`${session.id} of ${session.agentRole} ends as ${asks}. This cannot be undone.`}
        confirm={asks === null ? "" : SESSION_VERBS[asks]}
        danger={asks !== "completed"}
        onConfirm={async () => asks !== null && (await move.run(session, asks)) !== undefined}
      />
    </>
  );
}

/** The legal transitions of a task; routing asks for the agent, failing for the reason. */
export function TaskMoves({ task }: { task: TaskRow }) {
  const [asks, setAsks] = useState<TaskStatus | null>(null);
  const [agent, setAgent] = useState("");
  const field = useId();
  const move = useMoveTask();
  const busy = task.pending === true || move.pending;
  const ask = (to: TaskStatus) => {
    setAgent(task.toAgent ?? "");
    setAsks(to);
  };
  const confirm = async (reason: string): Promise<boolean> => {
    if (asks === null || (asks === "routed" && agent.trim() === "")) return false;
    const terms = asks === "routed" ? { toAgent: agent.trim() } : asks === "failed" ? { error: reason } : {};
    return (await move.run(task, asks, terms)) !== undefined;
  };
  return (
    <>
      <Changes>
        {TASK_MOVES[task.status].map((to) => (
          <Button
            key={to}
            size="sm"
            variant={to === "failed" || to === "cancelled" ? "danger" : "secondary"}
            disabled={busy}
            onClick={() => (to === "pending" || to === "running" ? void move.run(task, to) : ask(to))}
          >
            {TASK_VERBS[to]}
          </Button>
        ))}
      </Changes>
      <ConfirmDialog
        open={asks !== null}
        onOpenChange={(open) => !open && setAsks(null)}
        title={`${asks === null ? "" : TASK_VERBS[asks]} this task?`}
        description={asks === "routed" ? undefined : `${task.id} ends as ${asks}. This cannot be undone.`}
        confirm={asks === null ? "" : `${TASK_VERBS[asks]} task`}
        danger={asks === "failed" || asks === "cancelled"}
        reason={asks === "failed" ? "required" : "none"}
        onConfirm={confirm}
      >
        {asks === "routed" && (
          <div>
            <Label htmlFor={field}>To agent</Label>
            <Input
              id={field}
              value={agent}
              maxLength={200}
              required
              onChange={(event) => setAgent(event.target.value)}
              className="w-full"
            />
          </div>
        )}
      </ConfirmDialog>
    </>
  );
}
