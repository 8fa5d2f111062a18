"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { useEffect } from "react";
import type { Wire } from "../../domain/wire.ts";
import { api } from "../live/api.ts";
import { StatusBadge } from "../ui/badge.tsx";
import { Card } from "../ui/card.tsx";
import { ErrorState } from "../ui/empty-state.tsx";
import { Table, TableBody, TableHead, TableRow, Td, Th } from "../ui/table.tsx";
import { Duration, RelativeTime } from "../ui/time.tsx";
import { type JobPage, RECENT_JOBS } from "./jobs-page.ts";

interface RecentJobsProps {
  agentKey: string;
  initial: JobPage;
  /** Changes whenever the agent starts or ends a job: no topic tells jobs by agent, so they are read again then. */
  changed: number;
}

const AT_MOST_EVERY_MS = 1_000;

/** The agent's latest jobs, those it alone may run included. */
export function RecentJobs({ agentKey, initial, changed }: RecentJobsProps) {
  const client = useQueryClient();
  const { data, error, refetch } = useQuery({
    queryKey: ["agent-jobs", agentKey],
    queryFn: ({ signal }) =>
      api.get<JobPage>(`/jobs?${new URLSearchParams({ agent: agentKey, limit: String(RECENT_JOBS) })}`, signal),
    initialData: initial,
    refetchOnMount: false,
  });
  useEffect(() => {
    if (changed === 0) return;
    const timer = setTimeout(
      () => void client.invalidateQueries({ queryKey: ["agent-jobs", agentKey] }),
      AT_MOST_EVERY_MS,
    );
    return () => clearTimeout(timer);
  }, [client, agentKey, changed]);

  return (
    <Card title="Recent jobs" flush>
      {error ? (
        <ErrorState detail={error.message} onRetry={() => void refetch()} />
      ) : data.items.length === 0 ? (
        <p className="p-3.5 text-[13px] text-muted">This agent has run no job yet.</p>
      ) : (
        <Table aria-label="Recent jobs">
          <TableHead>
            <tr>
              <Th>Job</Th>
              <Th>Status</Th>
              <Th className="hidden sm:table-cell">Run</Th>
              <Th className="text-right">Try</Th>
              <Th className="text-right">Took</Th>
              <Th className="hidden text-right sm:table-cell">Exit</Th>
              <Th className="text-right">Created</Th>
            </tr>
          </TableHead>
          <TableBody>
            {data.items.map((job) => (
              <JobLine key={job.id} job={job} />
            ))}
          </TableBody>
        </Table>
      )}
    </Card>
  );
}

function JobLine({ job }: { job: Wire<"job"> }) {
  const run = `/runs/${encodeURIComponent(job.runId)}`;
  return (
    <TableRow>
      <Td className="max-w-64">
        <Link
          href={`${run}?job=${encodeURIComponent(job.id)}`}
          title={job.id}
          className="block truncate font-medium hover:underline"
        >
          {job.step ?? job.id}
        </Link>
      </Td>
      <Td>
        <StatusBadge kind="job" status={job.status} />
      </Td>
      <Td className="hidden max-w-48 sm:table-cell">
        <Link href={run} className="block truncate font-mono text-[12px] text-muted hover:text-ink hover:underline">
          {job.runId}
        </Link>
      </Td>
      <Td numeric className="text-muted">
        {job.attempt}/{job.maxAttempts}
      </Td>
      <Td numeric>
        {job.status === "running" ? <Duration from={job.startedAt} /> : <Duration ms={job.durationMs} from={null} />}
      </Td>
      <Td numeric className="hidden sm:table-cell">
        {job.exitCode ?? "–"}
      </Td>
      <Td numeric className="text-muted">
        <RelativeTime at={job.createdAt} />
      </Td>
    </TableRow>
  );
}
