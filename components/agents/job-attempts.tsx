"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { jobEndpoints } from "../../domain/execution/job/endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import { agentHref } from "../../domain/kernel/links.ts";
import { api } from "../live/api.ts";
import { StatusBadge } from "../ui/badge.tsx";
import { Duration, RelativeTime } from "../ui/time.tsx";

/** The attempts of one job: agent, duration, status. Refetched with every version of the job. */
export function JobAttempts({ jobId, version }: { jobId: string; version: number }) {
  const { data, error } = useQuery({
    queryKey: ["job-attempts", jobId, version],
    queryFn: ({ signal }) => api.get(pathTo(jobEndpoints.one, { id: jobId }), signal),
  });
  if (error) return <p role="alert">The attempts could not be loaded: {error.message}</p>;
  if (!data) return <p role="status">Loading the attempts…</p>;
  if (data.attempts.length === 0) return <p className="text-muted">No attempt yet.</p>;
  return (
    <ol aria-label="Attempts" className="space-y-1 text-small">
      {data.attempts.map((attempt) => (
        <li key={attempt.id} className="flex flex-wrap items-center gap-x-3 gap-y-0.5">
          <span className="text-muted tabular-nums">#{attempt.number}</span>
          <StatusBadge kind="attempt" status={attempt.status} />
          <Link href={agentHref(attempt.agentKey)} className="hover:underline">
            {attempt.agentKey}
          </Link>
          {attempt.finishedAt === null ? (
            <Duration from={attempt.startedAt} />
          ) : (
            <Duration from={attempt.startedAt} to={attempt.finishedAt} />
          )}
          {attempt.exitCode !== null && <span className="text-muted">exit {attempt.exitCode}</span>}
          {attempt.error && (
            <span className="min-w-0 break-words text-muted" title={attempt.error.message}>
              {attempt.error.message}
            </span>
          )}
          <RelativeTime at={attempt.startedAt} className="ml-auto text-muted" />
        </li>
      ))}
    </ol>
  );
}
