"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { SwitchyardError } from "../../client/core/problem.ts";
import type { QueueWaiting, RunWaiting, Waiting } from "../../domain/execution/waiting-answers.ts";
import { api } from "../live/api.ts";

/** Queues, agents and breakers can change without an event of the job: refetch this often. */
const EVERY_MS = 3_000;

const path = (kind: "jobs" | "runs" | "queues", id: string): string => `/${kind}/${encodeURIComponent(id)}/why`;

/** Why a job does not run now. `seq` is the job's: a new one refetches at once. */
export const useWhy = (jobId: string, seq: number) => useAnswer<Waiting>(path("jobs", jobId), seq);

/** Why the jobs of a run wait. */
export const useRunWhy = (runId: string, seq: number) => useAnswer<RunWaiting>(path("runs", runId), seq);

/** Which job of a queue has been due the longest, and why it waits. */
export const useQueueWhy = (queue: string, seq: number) => useAnswer<QueueWaiting>(path("queues", queue), seq);

function useAnswer<T>(url: string, seq: number): T | undefined {
  const { data } = useQuery<T, SwitchyardError>({
    queryKey: ["why", url, seq],
    queryFn: ({ signal }) => api.get<T>(url, signal),
    refetchInterval: EVERY_MS,
    placeholderData: (previous, query) => (query?.queryKey[1] === url ? keepPreviousData(previous) : undefined),
    retry: false,
  });
  return data;
}
