"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { SwitchyardError } from "../../client/core/problem.ts";
import { queueEndpoints, runEndpoints } from "../../domain/execution/endpoints.ts";
import { jobEndpoints } from "../../domain/execution/job/endpoints.ts";
import type { Endpoint } from "../../domain/kernel/endpoint.ts";
import { type AnswerOf, type PathOf, pathTo } from "../../domain/kernel/endpoint.ts";
import { api } from "../live/api.ts";

/** Queues, agents and breakers can change without an event of the job: refetch this often. */
const EVERY_MS = 3_000;

/** Why a job does not run now. `seq` is the job's: a new one refetches at once. */
export const useWhy = (jobId: string, seq: number) => useAnswer(pathTo(jobEndpoints.why, { id: jobId }), seq);

/** Why the jobs of a run wait. */
export const useRunWhy = (runId: string, seq: number) => useAnswer(pathTo(runEndpoints.why, { id: runId }), seq);

/** Which job of a queue has been due the longest, and why it waits. */
export const useQueueWhy = (queue: string, seq: number) => useAnswer(pathTo(queueEndpoints.why, { id: queue }), seq);

function useAnswer<E extends Endpoint & { readonly method: "GET" }>(
  url: PathOf<E>,
  seq: number,
): AnswerOf<E> | undefined {
  const { data } = useQuery<AnswerOf<E>, SwitchyardError>({
    queryKey: ["why", url, seq],
    queryFn: ({ signal }) => api.get(url, signal),
    refetchInterval: EVERY_MS,
    placeholderData: (previous, query) => (query?.queryKey[1] === url ? keepPreviousData(previous) : undefined),
    retry: false,
  });
  return data;
}
