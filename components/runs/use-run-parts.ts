"use client";

import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { SwitchyardError } from "../../client/core/problem.ts";
import type { JobWithAttempts } from "../../domain/execution/answers.ts";
import type { JobCounts } from "../../domain/execution/contract.ts";
import { NO_JOBS, totalJobs } from "../../domain/execution/contract.ts";
import { runEndpoints } from "../../domain/execution/endpoints.ts";
import { jobEndpoints } from "../../domain/execution/job/endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import { JOB_STATUSES } from "../../domain/kernel/statuses.ts";
import type { Wire } from "../../domain/kernel/wire.ts";
import { api } from "../live/api.ts";
import { useCommand } from "../live/use-command.ts";
import type { RunLive, Timeline } from "../live/use-run-live.ts";

/** How much of a run is loaded, and how to load more of it. */
export interface RunParts {
  loaded: number;
  total: number;
  /** Jobs that are not loaded, by status. */
  left: JobCounts;
  /** Workstreams of the run in all. */
  workstreams: number;
  /** Whether there are pages that are not loaded. */
  hasMore: boolean;
  loading: boolean;
  more: () => void;
}

/** The pages of a run that does not fit in one; everything loaded is live. */
export function useRunParts(live: RunLive, initial: Timeline): RunParts {
  const { run, jobs, take } = live;
  const [cursor, setCursor] = useState(initial.nextCursor);
  const { run: load, pending } = useCommand(
    (at: string) => api.get(pathTo(runEndpoints.timeline, { id: run.runId, large: "omit", cursor: at })),
    { failure: "More jobs could not be loaded", reads: true },
  );
  const more = async () => {
    if (cursor === null || pending) return;
    const page = await load(cursor);
    if (!page) return;
    take(page);
    setCursor(page.nextCursor);
  };
  const left = leftOf(run.jobCounts, jobs);
  const total = Math.max(totalJobs(run.jobCounts), jobs.length);
  return {
    loaded: jobs.length,
    total,
    left,
    workstreams: Math.max(initial.totals.workstreams, live.workstreams.length),
    hasMore: cursor !== null && jobs.length < total,
    loading: pending,
    more: () => void more(),
  };
}

/**
 * How many jobs of each status are not loaded; a job can change a moment before its run's counts.
 */
export function leftOf(counts: Readonly<JobCounts>, jobs: readonly Pick<Wire<"job">, "status">[]): JobCounts {
  const left = { ...NO_JOBS };
  for (const status of JOB_STATUSES) left[status] = counts[status];
  for (const { status } of jobs) left[status] -= 1;
  for (const status of JOB_STATUSES) left[status] = Math.max(0, left[status]);
  return left;
}

/** The result of loading a job by its id. */
export type Linked =
  | { state: "here" }
  | { state: "loading" }
  | { state: "unknown" }
  | { state: "elsewhere"; runId: string }
  | { state: "failed"; detail: string; retry: () => void };

/** Loads a job that is not loaded, or not with all its attempts. `jobId` null: none. */
export function useLinkedJob({ run, jobs, attempts, take }: RunLive, jobId: string | null): Linked {
  const job = jobId === null ? undefined : jobs.find((one) => one.jobId === jobId);
  const tried = job ? attempts.filter((attempt) => attempt.jobId === jobId).length : 0;
  const { data, error, refetch } = useQuery<JobWithAttempts, SwitchyardError>({
    queryKey: ["linked-job", jobId],
    queryFn: ({ signal }) => api.get(pathTo(jobEndpoints.one, { id: jobId ?? "" }), signal),
    enabled: jobId !== null && (job === undefined || tried < job.attempt),
    retry: false,
    gcTime: 0,
  });
  useEffect(() => {
    if (!data || data.runId !== run.runId) return;
    const { attempts: tries, ...row } = data;
    take({ jobs: [row], attempts: tries });
  }, [data, run.runId, take]);
  if (job || jobId === null) return { state: "here" };
  if (data) return data.runId === run.runId ? { state: "loading" } : { state: "elsewhere", runId: data.runId };
  if (!error) return { state: "loading" };
  // A text that is not an id is treated like an unknown id.
  if (error instanceof SwitchyardError && (error.status === 404 || error.status === 400)) return { state: "unknown" };
  return { state: "failed", detail: error.message, retry: () => void refetch() };
}
