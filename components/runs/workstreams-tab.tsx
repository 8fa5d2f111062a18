"use client";

import { ArrowRight, ChevronDown, Link2 } from "lucide-react";
import { useState } from "react";
import { workstreamEndpoints } from "../../domain/execution/endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import { WORKSTREAM_MOVES } from "../../domain/kernel/statuses.ts";
import { PlacedByHand } from "../board/card-view.tsx";
import { useFollowJobs, useMoveCard } from "../board/use-move-card.ts";
import { api } from "../live/api.ts";
import { isPending, type Live } from "../live/rows.ts";
import { useCommand } from "../live/use-command.ts";
import type { RunPart } from "../live/use-run-live.ts";
import { StatusBadge, StatusIcon } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { Changes } from "../ui/changes.tsx";
import { CopyId } from "../ui/copy-id.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { formatCount } from "../ui/format.ts";
import { Menu, MenuItem } from "../ui/menu.tsx";
import { statusLook } from "../ui/status.ts";
import { Table, TableBody, TableHead, TableRow, Td, Th } from "../ui/table.tsx";
import { RelativeTime } from "../ui/time.tsx";
import { JobProgress } from "./job-progress.tsx";

interface WorkstreamsProps {
  runId: string;
  /** The loaded ones. */
  workstreams: readonly Live<"workstream">[];
  /** How many the run has. */
  total: number;
  /** Adds ones that were loaded later. */
  take: (part: RunPart) => void;
}

/** The run's workstreams, in the given order: progress of each, and the statuses it can move to. */
export function Workstreams({ runId, workstreams, total, take }: WorkstreamsProps) {
  const more = useMoreWorkstreams(runId, take);
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
                <span className="flex items-center gap-1.5">
                  <StatusBadge kind="workstream" status={workstream.status} pending={isPending(workstream)} />
                  {workstream.follow === "manual" && <PlacedByHand />}
                </span>
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
      {workstreams.length < total && more.hasMore && (
        <div className="flex items-center gap-3 border-t border-line p-2.5 text-small text-muted">
          {formatCount(workstreams.length)} of {formatCount(total)} workstreams are loaded.
          <Button size="sm" busy={more.loading} onClick={more.load}>
            Load more
          </Button>
        </div>
      )}
    </div>
  );
}

/** Pages of the run's workstreams, the newest first: including those loaded with the run. */
function useMoreWorkstreams(runId: string, take: WorkstreamsProps["take"]) {
  const [cursor, setCursor] = useState<string | null>("");
  const { run, pending } = useCommand(
    (at: string) => {
      const asked = { runId, limit: 100, ...(at !== "" && { cursor: at }) };
      return api.get(pathTo(workstreamEndpoints.list, asked));
    },
    { failure: "More workstreams could not be loaded", reads: true },
  );
  const load = async () => {
    if (cursor === null) return;
    const page = await run(cursor);
    if (!page) return;
    take({ workstreams: page.items });
    setCursor(page.nextCursor);
  };
  return { hasMore: cursor !== null, loading: pending, load: () => void load() };
}

function Move({ workstream }: { workstream: Live<"workstream"> }) {
  const move = useMoveCard();
  const followJobs = useFollowJobs();
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
        {workstream.follow === "manual" && (
          <MenuItem icon={<Link2 aria-hidden className="size-3.5" />} onSelect={() => void followJobs.run(workstream)}>
            Follow its jobs again
          </MenuItem>
        )}
      </Menu>
    </Changes>
  );
}
