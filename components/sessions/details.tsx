"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import type { ReactNode } from "react";
import type { SwitchyardError } from "../../client/core/problem.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import { taskHref } from "../../domain/kernel/links.ts";
import type { Json } from "../../domain/kernel/primitives.ts";
import type { Sent } from "../../domain/kernel/wire.ts";
import { sessionEndpoints, taskEndpoints } from "../../domain/sessions/endpoints.ts";
import { api } from "../live/api.ts";
import { useRow } from "../live/rows.ts";
import { StatusBadge } from "../ui/badge.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { CopyId } from "../ui/copy-id.tsx";
import { Drawer } from "../ui/drawer.tsx";
import { ErrorState } from "../ui/empty-state.tsx";
import { Fact, Facts } from "../ui/fact.tsx";
import { JsonTree } from "../ui/json-tree.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { Duration, RelativeTime } from "../ui/time.tsx";
import { Audit } from "./audit.tsx";
import { SessionMoves, TaskMoves } from "./move-buttons.tsx";
import { type SessionRow, sessionExpiry, type TaskRow } from "./sessions-model.ts";
import { FromTo } from "./task-table.tsx";

interface DetailsProps {
  id: string;
  onClose: () => void;
}

/** One session: its metadata, its legal transitions, and its events. */
export function SessionDetails({ id, keptMs, onClose }: DetailsProps & { keptMs: number }) {
  const { row: session, error, retry } = useOne("session", id);
  const expiry = session && sessionExpiry(session, keptMs);
  return (
    <Details id={id} error={error} onRetry={retry} onClose={onClose} row={session} kind="session">
      {session && (
        <>
          <HeadLine>
            <StatusBadge kind="session" status={session.status} pending={session.pending} />
            <SessionMoves session={session} />
          </HeadLine>
          <Facts>
            <Fact name="Role">{session.agentRole}</Fact>
            {session.taskId && (
              <Fact name="Task">
                <Link href={taskHref(session.taskId)} className="link">
                  {session.taskId}
                </Link>
              </Fact>
            )}
            <Fact name="Opened">
              <RelativeTime at={session.createdAt} />
            </Fact>
            <Fact name="Age">
              <Duration from={session.startedAt ?? session.createdAt} to={session.finishedAt} />
            </Fact>
            <Fact name="Last touched">
              <RelativeTime at={session.updatedAt} />
            </Fact>
            {expiry && (
              <Fact name="Expires">
                <RelativeTime at={expiry} /> <span className="text-muted">unless it is touched</span>
              </Fact>
            )}
          </Facts>
          <Tree title="Metadata" value={Object.keys(session.metadata).length > 0 ? session.metadata : null} />
        </>
      )}
    </Details>
  );
}

/** One task: sender, receiver, payload, and its events. */
export function TaskDetails({ id, onClose }: DetailsProps) {
  const { row: task, error, retry } = useOne("task", id);
  return (
    <Details id={id} error={error} onRetry={retry} onClose={onClose} row={task} kind="task">
      {task && (
        <>
          <HeadLine>
            <StatusBadge kind="task" status={task.status} pending={task.pending} />
            <TaskMoves task={task} />
          </HeadLine>
          <Facts>
            <Fact name="Type">{task.taskType}</Fact>
            <Fact name="From → to">
              <FromTo task={task} />
            </Fact>
            {task.traceId && (
              <Fact name="Trace">
                <CopyId id={task.traceId} />
              </Fact>
            )}
            {task.idempotencyKey && (
              <Fact name="Idempotency key">
                <CopyId id={task.idempotencyKey} />
              </Fact>
            )}
            <Fact name="Created">
              <RelativeTime at={task.createdAt} />
            </Fact>
            {task.startedAt && (
              <Fact name="Runs for">
                <Duration from={task.startedAt} to={task.finishedAt} />
              </Fact>
            )}
            {task.error && (
              <Fact name="Error">
                <span className="text-danger">{task.error.message}</span>
              </Fact>
            )}
          </Facts>
          <Tree title="Payload" value={task.payload} />
          <Tree title="Result" value={task.result} />
        </>
      )}
    </Details>
  );
}

interface FrameProps extends DetailsProps {
  kind: "session" | "task";
  row: SessionRow | TaskRow | undefined;
  error: SwitchyardError | null;
  onRetry: () => void;
  children: ReactNode;
}

function Details({ id, kind, row, error, onRetry, onClose, children }: FrameProps) {
  return (
    <Drawer open onClose={onClose} title={kind === "session" ? "Session" : "Task"} head={<CopyId id={id} />}>
      {!row && error && (
        <ErrorState
          title={error.status === 404 ? `There is no such ${kind}` : undefined}
          detail={error.detail}
          {...(error.status !== 404 && { onRetry })}
        />
      )}
      {!row && !error && <Skeleton className="h-40 w-full" />}
      {row && (
        <div className="space-y-4">
          {children}
          <Audit kind={kind} id={id} seq={row.seq} />
        </div>
      )}
    </Drawer>
  );
}

function HeadLine({ children }: { children: ReactNode }) {
  return <div className="flex flex-wrap items-center gap-1.5">{children}</div>;
}

function Tree({ title, value }: { title: string; value: Json | null }) {
  if (value === null) return null;
  return (
    <section aria-label={title}>
      <div className="flex items-center justify-between">
        <h3 className="text-small font-medium text-muted">{title}</h3>
        <CopyButton label={`Copy the ${title.toLowerCase()}`} text={() => JSON.stringify(value, null, 2)} />
      </div>
      <JsonTree value={value} className="rounded-md border border-line px-2 py-1.5" />
    </section>
  );
}

/** One row by its id, live, also when the lists do not have it. */
function useOne<K extends "session" | "task">(kind: K, id: string) {
  const { data, error, refetch } = useQuery<Sent<K>, SwitchyardError>({
    queryKey: ["one", kind, id],
    queryFn: async ({ signal }) => {
      const row =
        kind === "session"
          ? await api.get(pathTo(sessionEndpoints.one, { id }), signal)
          : await api.get(pathTo(taskEndpoints.one, { id }), signal);
      return row as Sent<K>;
    },
    retry: false,
  });
  const row = useRow(kind, id, data);
  return { row, error, retry: () => void refetch() };
}
