"use client";

import { ArrowRight } from "lucide-react";
import { memo } from "react";
import { StatusBadge } from "../ui/badge.tsx";
import { cn } from "../ui/cn.ts";
import { Table, TableBody, TableHead, TableRow, Td, Th } from "../ui/table.tsx";
import { TableCard } from "../ui/table-card.tsx";
import { Duration, RelativeTime } from "../ui/time.tsx";
import { isFinalTask, type TaskRow } from "./sessions-model.ts";

interface TaskTableProps {
  tasks: readonly TaskRow[];
  openId: string | null;
  onOpen: (id: string) => void;
}

/** Tasks: type, sender, receiver and status. */
export function TaskTable({ tasks, openId, onOpen }: TaskTableProps) {
  return (
    <TableCard>
      <Table aria-label="Tasks">
        <TableHead>
          <tr>
            <Th>Task</Th>
            <Th className="hidden sm:table-cell">Type</Th>
            <Th>Status</Th>
            <Th>From → to</Th>
            <Th className="hidden lg:table-cell">Key</Th>
            <Th className="hidden text-right md:table-cell">Took</Th>
            <Th className="hidden text-right sm:table-cell">Created</Th>
          </tr>
        </TableHead>
        <TableBody>
          {tasks.map((task) => (
            <TaskLine key={task.id} task={task} open={task.id === openId} onOpen={onOpen} />
          ))}
        </TableBody>
      </Table>
    </TableCard>
  );
}

interface TaskLineProps {
  task: TaskRow;
  open: boolean;
  onOpen: (id: string) => void;
}

const TaskLine = memo(function TaskLine({ task, open, onOpen }: TaskLineProps) {
  return (
    <TableRow
      aria-busy={task.pending || undefined}
      onClick={() => onOpen(task.id)}
      className={cn("cursor-pointer", open && "bg-hover", isFinalTask(task.status) && "text-muted")}
    >
      <Td className="max-w-32 sm:max-w-64">
        <button
          type="button"
          title={task.id}
          className="block max-w-full truncate font-mono text-small hover:underline"
        >
          {task.id}
        </button>
      </Td>
      <Td className="hidden max-w-40 truncate sm:table-cell">{task.taskType}</Td>
      <Td>
        <StatusBadge kind="task" status={task.status} pending={task.pending} />
      </Td>
      <Td className="max-w-40 sm:max-w-72">
        <FromTo task={task} />
      </Td>
      <Td className="hidden max-w-40 lg:table-cell">
        <span className="block truncate font-mono text-small text-muted">{task.idempotencyKey ?? "–"}</span>
      </Td>
      <Td numeric className="hidden md:table-cell">
        <Duration from={task.startedAt} to={task.finishedAt} />
      </Td>
      <Td numeric className="hidden text-muted sm:table-cell">
        <RelativeTime at={task.createdAt} />
      </Td>
    </TableRow>
  );
});

/** `planner → coder`. */
export function FromTo({ task }: { task: TaskRow }) {
  return (
    <span className="flex min-w-0 items-center gap-1">
      <span className="truncate">{task.fromAgent ?? "–"}</span>
      <ArrowRight aria-label="to" className="size-3 shrink-0 text-faint" />
      <span className="truncate">{task.toAgent ?? "–"}</span>
    </span>
  );
}
