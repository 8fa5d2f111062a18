"use client";

import { useMemo } from "react";
import { jobEndpoints } from "../../domain/execution/job/endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import type { Live } from "../live/rows.ts";
import { isLean, useWhole } from "../live/whole.ts";
import type { JobRow } from "./timeline/engine/model.ts";

type Attempts = JobRow["attempts"];

interface WholeJob {
  job: Live<"job">;
  attempts: Attempts;
  /** A large value of it is still loading. */
  loading: boolean;
  failed: boolean;
}

/** A job with its attempts, with the large values that the run's timeline leaves out. */
export function useWholeJob(job: Live<"job">, attempts: Attempts): WholeJob {
  const omits = isLean(job) || attempts.some(isLean);
  const path = pathTo(jobEndpoints.one, { id: job.jobId });
  const { whole, loading, failed } = useWhole(omits, path, job.version);
  return useMemo(() => {
    if (!whole) return { job, attempts, loading, failed };
    const byId = new Map(whole.attempts.map((attempt) => [attempt.id, attempt]));
    const { input, progress, result, error } = whole;
    return {
      job: isLean(job) ? { ...job, input, progress, result, error, omitted: [] } : job,
      attempts: attempts.map((attempt) => (isLean(attempt) ? (byId.get(attempt.id) ?? attempt) : attempt)),
      loading,
      failed,
    };
  }, [job, attempts, whole, loading, failed]);
}
