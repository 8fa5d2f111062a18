"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ChevronRight } from "lucide-react";
import Link from "next/link";
import { useEffect, useId, useState } from "react";
import { jobEndpoints } from "../../domain/execution/job/endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import { jobHref, runHref } from "../../domain/kernel/links.ts";
import type { Wire } from "../../domain/kernel/wire.ts";
import { api } from "../live/api.ts";
import { StatusBadge } from "../ui/badge.tsx";
import { IconButton } from "../ui/button.tsx";
import { Card } from "../ui/card.tsx";
import { cn } from "../ui/cn.ts";
import { ErrorState } from "../ui/empty-state.tsx";
import { Table, TableBody, TableHead, TableRow, Td, Th } from "../ui/table.tsx";
import { Duration, RelativeTime } from "../ui/time.tsx";
import { JobAttempts } from "./job-attempts.tsx";
import { type JobPage, RECENT_JOBS } from "./jobs-page.ts";

interface RecentJobsProps {
  agentKey: string;
  initial: JobPage;
  /**
   * Changes when the agent starts or ends a job; jobs by agent have no topic, so they are refetched
   * then.
   */
  changed: number;
}

const AT_MOST_EVERY_MS = 3_000;

/** A card of half the page has no room for the run; the job links to it. */
const RUN_CELL = "hidden sm:table-cell xl:hidden 2xl:table-cell";

/** The agent's latest jobs, including queued ones that only it may run. */
export function RecentJobs({ agentKey, initial, changed }: RecentJobsProps) {
  const client = useQueryClient();
  const { data, error, refetch } = useQuery({
    queryKey: ["agent-jobs", agentKey],
    queryFn: ({ signal }) =>
      api.get(pathTo(jobEndpoints.list, { agent: agentKey, limit: RECENT_JOBS, large: "omit" }), signal),
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
        <p className="p-3.5 text-body text-muted">This agent has not run a job yet.</p>
      ) : (
        <Table aria-label="Recent jobs">
          <TableHead>
            <tr>
              <Th>Job</Th>
              <Th>Status</Th>
              <Th className={RUN_CELL}>Run</Th>
              <Th className="hidden text-right sm:table-cell">Try</Th>
              <Th className="text-right">Took</Th>
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
  const [open, setOpen] = useState(false);
  const attempts = useId();
  const name = job.step ?? job.id;
  return (
    <>
      <TableRow>
        <Td className="max-w-64">
          <span className="flex min-w-0 items-center gap-1">
            <IconButton
              size="sm"
              label={`Attempts of ${name}`}
              aria-expanded={open}
              aria-controls={open ? attempts : undefined}
              onClick={() => setOpen(!open)}
              className="-ml-1.5 shrink-0"
            >
              <ChevronRight aria-hidden className={cn("size-3.5 transition-transform", open && "rotate-90")} />
            </IconButton>
            <Link
              href={jobHref(job.runId, job.id)}
              title={job.id}
              className="block min-w-0 truncate font-medium hover:underline"
            >
              {name}
            </Link>
          </span>
        </Td>
        <Td>
          <StatusBadge kind="job" status={job.status} />
        </Td>
        <Td className={cn(RUN_CELL, "max-w-40")}>
          <Link
            href={runHref(job.runId)}
            className="block truncate font-mono text-small text-muted hover:text-ink hover:underline"
          >
            {job.runId}
          </Link>
        </Td>
        <Td numeric className="hidden text-muted sm:table-cell">
          {job.attempt}/{job.maxAttempts}
        </Td>
        <Td numeric>
          {job.status === "running" ? <Duration from={job.startedAt} /> : <Duration ms={job.durationMs} from={null} />}
        </Td>
        <Td numeric className="text-muted">
          <RelativeTime at={job.createdAt} />
        </Td>
      </TableRow>
      {open && (
        <tr id={attempts}>
          <td colSpan={6} className="border-b border-line bg-inset px-3.5 py-2">
            <JobAttempts jobId={job.id} version={job.version} />
          </td>
        </tr>
      )}
    </>
  );
}
