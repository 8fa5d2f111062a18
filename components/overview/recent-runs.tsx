"use client";

import { ListTree } from "lucide-react";
import Link from "next/link";
import { runHref } from "../../domain/kernel/links.ts";
import { isPending, type Live } from "../live/rows.ts";
import { JobProgress } from "../runs/job-progress.tsx";
import { StatusBadge } from "../ui/badge.tsx";
import { Card } from "../ui/card.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { Table, TableBody, TableHead, TableRow, Td, Th } from "../ui/table.tsx";
import { Duration, RelativeTime } from "../ui/time.tsx";

/** The latest runs, live. */
export function RecentRuns({ runs }: { runs: readonly Live<"run">[] }) {
  return (
    <Card
      title="Recent runs"
      actions={
        <Link href="/runs" className="link">
          All runs
        </Link>
      }
      flush
    >
      {runs.length === 0 ? (
        <EmptyState icon={<ListTree />} title="No runs yet" command="npm run demo">
          The demo submits this repository’s own checks as a run and starts workers for it. Every duration is a real
          process’s.
        </EmptyState>
      ) : (
        <Table aria-label="Recent runs">
          <TableHead>
            <tr>
              <Th className="w-30">Status</Th>
              <Th>Run</Th>
              <Th className="w-40 max-sm:hidden">Jobs</Th>
              <Th className="w-20 text-right max-md:hidden">Duration</Th>
              <Th className="w-24 text-right">Created</Th>
            </tr>
          </TableHead>
          <TableBody>
            {runs.map((run) => (
              <Row key={run.id} run={run} />
            ))}
          </TableBody>
        </Table>
      )}
    </Card>
  );
}

function Row({ run }: { run: Live<"run"> }) {
  return (
    <TableRow className="relative">
      <Td>
        <StatusBadge kind="run" status={run.status} pending={isPending(run)} />
      </Td>
      <Td className="max-w-0">
        <Link
          href={runHref(run.id)}
          className="flex min-w-0 gap-x-2 after:absolute after:inset-0 max-sm:flex-col max-sm:py-1 sm:items-baseline"
        >
          <span className="shrink-0 truncate font-medium max-sm:max-w-full sm:max-w-[55%]">{run.workflow}</span>
          <span className="truncate font-mono text-small text-muted max-sm:text-micro">{run.id}</span>
        </Link>
      </Td>
      <Td className="max-sm:hidden">
        <JobProgress counts={run.jobCounts} />
      </Td>
      <Td numeric className="max-md:hidden">
        <Duration from={run.startedAt} to={run.finishedAt} />
      </Td>
      <Td numeric className="text-muted">
        <RelativeTime at={run.createdAt} />
      </Td>
    </TableRow>
  );
}
