"use client";

import { ArrowRight, ChevronDown } from "lucide-react";
import { WORKSTREAM_MOVES } from "../../domain/statuses.ts";
import { isPending, type Live } from "../live/rows.ts";
import { StatusBadge, StatusIcon } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { Changes } from "../ui/changes.tsx";
import { CopyId } from "../ui/copy-id.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { Menu, MenuItem } from "../ui/menu.tsx";
import { statusLook } from "../ui/status.ts";
import { Table, TableBody, TableHead, TableRow, Td, Th } from "../ui/table.tsx";
import { RelativeTime } from "../ui/time.tsx";
import { JobProgress } from "./job-progress.tsx";
import { useMoveWorkstream } from "./use-run-actions.ts";

/** The run's tracks of work, in the order given: how far each is, and where it can go. */
export function Workstreams({ workstreams }: { workstreams: readonly Live<"workstream">[] }) {
  if (workstreams.length === 0) {
    return (
      <EmptyState title="This run has no workstreams">
        An orchestrator makes them with `workstream.create`; jobs can then name one.
      </EmptyState>
    );
  }
  return (
    <div className="overflow-hidden rounded-lg border border-line bg-surface">
      <Table aria-label="Workstreams">
        <TableHead>
          <tr>
            <Th>Workstream</Th>
            <Th>Status</Th>
            <Th className="min-w-40">Jobs</Th>
            <Th>Moved</Th>
            <Th>
              <span className="sr-only">Move</span>
            </Th>
          </tr>
        </TableHead>
        <TableBody>
          {workstreams.map((workstream) => (
            <TableRow key={workstream.id}>
              <Td>
                <span className="flex items-baseline gap-2">
                  <span className="font-medium">{workstream.title}</span>
                  <CopyId id={workstream.workstreamId} />
                </span>
              </Td>
              <Td>
                <StatusBadge kind="workstream" status={workstream.status} pending={isPending(workstream)} />
              </Td>
              <Td>
                <JobProgress counts={workstream.jobCounts} />
              </Td>
              <Td className="text-muted">
                <RelativeTime at={workstream.enteredAt} />
              </Td>
              <Td className="text-right">
                <Move workstream={workstream} />
              </Td>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </div>
  );
}

function Move({ workstream }: { workstream: Live<"workstream"> }) {
  const move = useMoveWorkstream();
  return (
    <Changes>
      <Menu
        align="end"
        trigger={
          <Button size="sm" busy={move.pending} aria-label={`Move ${workstream.title}`}>
            <ArrowRight aria-hidden className="size-3.5" /> Move <ChevronDown aria-hidden className="size-3" />
          </Button>
        }
      >
        {WORKSTREAM_MOVES[workstream.status].map((to) => (
          <MenuItem
            key={to}
            icon={<StatusIcon kind="workstream" status={to} />}
            onSelect={() => void move.run(workstream, to)}
          >
            {statusLook("workstream", to).label}
          </MenuItem>
        ))}
      </Menu>
    </Changes>
  );
}
