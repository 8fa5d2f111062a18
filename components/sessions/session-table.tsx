"use client";

import { memo } from "react";
import { StatusBadge } from "../ui/badge.tsx";
import { cn } from "../ui/cn.ts";
import { Table, TableBody, TableHead, TableRow, Td, Th } from "../ui/table.tsx";
import { TableCard } from "../ui/table-card.tsx";
import { Duration, RelativeTime } from "../ui/time.tsx";
import { isFinalSession, type SessionRow, sessionExpiry } from "./sessions-model.ts";

interface SessionTableProps {
  sessions: readonly SessionRow[];
  /** An untouched session expires after this long, ms. */
  keptMs: number;
  openId: string | null;
  onOpen: (id: string) => void;
}

/** Sessions: role, start, task, and time until they expire. */
export function SessionTable({ sessions, keptMs, openId, onOpen }: SessionTableProps) {
  return (
    <TableCard>
      <Table aria-label="Sessions">
        <TableHead>
          <tr>
            <Th>Session</Th>
            <Th>Role</Th>
            <Th>Status</Th>
            <Th className="hidden lg:table-cell">Task</Th>
            <Th className="hidden text-right sm:table-cell">Age</Th>
            <Th className="hidden text-right md:table-cell">Last touched</Th>
            <Th className="hidden text-right md:table-cell">Expires</Th>
          </tr>
        </TableHead>
        <TableBody>
          {sessions.map((session) => (
            <SessionLine
              key={session.id}
              session={session}
              keptMs={keptMs}
              open={session.id === openId}
              onOpen={onOpen}
            />
          ))}
        </TableBody>
      </Table>
    </TableCard>
  );
}

interface SessionLineProps {
  session: SessionRow;
  keptMs: number;
  open: boolean;
  onOpen: (id: string) => void;
}

const SessionLine = memo(function SessionLine({ session, keptMs, open, onOpen }: SessionLineProps) {
  const expiry = sessionExpiry(session, keptMs);
  return (
    <TableRow
      aria-busy={session.pending || undefined}
      onClick={() => onOpen(session.id)}
      className={cn("cursor-pointer", open && "bg-hover", isFinalSession(session.status) && "text-muted")}
    >
      <Td className="max-w-40 sm:max-w-64">
        <button
          type="button"
          title={session.id}
          className="block max-w-full truncate font-mono text-small hover:underline"
        >
          {session.id}
        </button>
      </Td>
      <Td className="max-w-32 truncate sm:max-w-48">{session.agentRole}</Td>
      <Td>
        <StatusBadge kind="session" status={session.status} pending={session.pending} />
      </Td>
      <Td className="hidden max-w-48 lg:table-cell">
        <span className="block truncate font-mono text-small text-muted">{session.taskId ?? "–"}</span>
      </Td>
      <Td numeric className="hidden sm:table-cell">
        <Duration from={session.startedAt ?? session.createdAt} to={session.finishedAt} />
      </Td>
      <Td numeric className="hidden text-muted md:table-cell">
        <RelativeTime at={session.updatedAt} />
      </Td>
      <Td numeric className="hidden text-muted md:table-cell">
        <RelativeTime at={expiry} />
      </Td>
    </TableRow>
  );
});
