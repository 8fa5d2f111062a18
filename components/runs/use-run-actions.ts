import type { ClientMutationInput } from "../../domain/commit/mutations.ts";
import { runEndpoints } from "../../domain/execution/endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import { isFinalRun } from "../../domain/kernel/statuses.ts";
import type { Wire } from "../../domain/kernel/wire.ts";
import { api, commit } from "../live/api.ts";
import type { Live } from "../live/rows.ts";
import { useCommand } from "../live/use-command.ts";

const because = (reason: string) => (reason === "" ? {} : { reason });

/** The operator's actions on a run. Each is shown at once and undone when it is refused. */
export function useRunActions({ runId }: Live<"run">) {
  const cancel = useCommand((reason: string) => api.post(pathTo(runEndpoints.cancel, { id: runId }), because(reason)), {
    commits: (reason) => [[{ type: "run.transition", runId, to: "cancelled", ...because(reason) }]],
    success: "Run cancelled",
    failure: "The run could not be cancelled",
  });
  const retry = useCommand((reason: string) => api.post(pathTo(runEndpoints.retry, { id: runId }), because(reason)), {
    commits: (reason) => [[{ type: "run.retry", runId, ...because(reason) }]],
    success: "Run retried: its jobs that did not complete are queued again",
    failure: "The run could not be retried",
  });
  return { cancel, retry };
}

/**
 * The operator's actions on a job. Retrying a job of a run that has ended retries the run first.
 */
export function useJobActions({ runId, status }: Live<"run">) {
  const revives = isFinalRun(status);
  const retrying = ({ jobId }: Wire<"job">, reason: string): ClientMutationInput[] => [
    ...(revives ? [{ type: "run.retry" as const, runId, jobs: "none" as const, ...because(reason) }] : []),
    { type: "job.retry", jobId, ...because(reason) },
  ];
  const cancelling = ({ jobId }: Wire<"job">, reason: string): ClientMutationInput[] => [
    { type: "job.cancel", jobId, ...because(reason) },
  ];
  const retry = useCommand((job: Wire<"job">, reason: string) => commit(retrying(job, reason)), {
    commits: (job, reason) => [retrying(job, reason)],
    success: revives ? "Job queued again, and the run is running" : "Job queued again",
    failure: "The job could not be retried",
  });
  const cancel = useCommand((job: Wire<"job">, reason: string) => commit(cancelling(job, reason)), {
    commits: (job, reason) => [cancelling(job, reason)],
    success: "Job cancelled",
    failure: "The job could not be cancelled",
  });
  return { retry, cancel };
}
