import { isFinalRun, type WorkstreamStatus } from "../../domain/kernel/statuses.ts";
import type { Wire } from "../../domain/kernel/wire.ts";
import { api, commit } from "../live/api.ts";
import { postIfUnmoved } from "../live/if-unmoved.ts";
import type { Live } from "../live/rows.ts";
import { useCommand } from "../live/use-command.ts";
import { serverNow } from "../ui/now.ts";
import { statusLook } from "../ui/status.ts";

const nowIso = (): string => new Date(serverNow()).toISOString();
const because = (reason: string) => (reason === "" ? {} : { reason });

const cancelled = (run: Live<"run">): Live<"run"> => ({ ...run, status: "cancelled", finishedAt: nowIso() });
const revived = (run: Live<"run">): Live<"run"> => ({ ...run, status: "running", finishedAt: null, error: null });

/** What an operator can do to a run. Each shows at once and is taken back when it is refused. */
export function useRunActions(run: Live<"run">) {
  const path = `/runs/${encodeURIComponent(run.runId)}`;
  const cancel = useCommand((reason: string) => api.post<Wire<"run">>(`${path}/cancel`, because(reason)), {
    optimistic: () => [cancelled(run)],
    success: "Run cancelled",
    failure: "The run could not be cancelled",
  });
  const retry = useCommand((reason: string) => api.post<Wire<"run">>(`${path}/retry`, because(reason)), {
    optimistic: () => [revived(run)],
    success: "Run retried: its jobs that did not complete are queued again",
    failure: "The run could not be retried",
  });
  return { cancel, retry };
}

/** What an operator can do to a job of a run. A job of a run that has ended brings the run back first. */
export function useJobActions(run: Live<"run">) {
  const revives = isFinalRun(run.status);
  const retry = useCommand(
    ({ jobId }: Wire<"job">, reason: string) =>
      commit([
        ...(revives
          ? [{ type: "run.retry" as const, runId: run.runId, jobs: "none" as const, ...because(reason) }]
          : []),
        { type: "job.retry", jobId, ...because(reason) },
      ]),
    {
      optimistic: (job) => [
        { ...job, status: "queued", finishedAt: null, queuedAt: nowIso(), runAt: nowIso(), attemptBase: job.attempt },
        ...(revives ? [revived(run)] : []),
      ],
      success: revives ? "Job queued again, and the run goes on" : "Job queued again",
      failure: "The job could not be retried",
    },
  );
  const cancel = useCommand(
    ({ jobId }: Wire<"job">, reason: string) => commit([{ type: "job.cancel", jobId, ...because(reason) }]),
    {
      optimistic: (job) => [{ ...job, status: "cancelled", finishedAt: nowIso(), reason: "cancelled" }],
      success: "Job cancelled",
      failure: "The job could not be cancelled",
    },
  );
  return { retry, cancel };
}

/** Moves a workstream to another status; only legal moves are accepted. */
export function useMoveWorkstream() {
  return useCommand(
    (workstream: Wire<"workstream">, to: WorkstreamStatus) =>
      postIfUnmoved<Wire<"workstream">, Wire<"workstream">>(
        `/workstreams/${encodeURIComponent(workstream.workstreamId)}/transition`,
        workstream,
        { to },
        (now) => `It was moved to ${statusLook("workstream", now.status).label} meanwhile.`,
      ),
    {
      optimistic: (workstream, to) => [
        { ...workstream, status: to, follow: "manual", reason: null, enteredAt: nowIso() },
      ],
      failure: "The workstream could not be moved",
    },
  );
}
