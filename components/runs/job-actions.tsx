"use client";

import { useQuery } from "@tanstack/react-query";
import { Ban, RotateCw } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import type { SwitchyardError } from "../../client/core/problem.ts";
import { jobEndpoints } from "../../domain/execution/job/endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import { runHref } from "../../domain/kernel/links.ts";
import { isFinalJob, isFinalRun, isRetryableJob } from "../../domain/kernel/statuses.ts";
import { api } from "../live/api.ts";
import { isPending, type Live } from "../live/rows.ts";
import { Button } from "../ui/button.tsx";
import { Changes } from "../ui/changes.tsx";
import { ConfirmDialog } from "../ui/dialog.tsx";
import { comingBack, type RetryPreview, stayingCancelled } from "./retry-words.ts";
import { useJobActions } from "./use-run-actions.ts";

/** Retry a job that did not complete, cancel one that has not ended. */
export function JobActions({ run, job }: { run: Live<"run">; job: Live<"job"> }) {
  const [asks, setAsks] = useState<"cancel" | "retry" | null>(null);
  const { cancel, retry } = useJobActions(run);
  const close = (open: boolean) => !open && setAsks(null);
  const waits = isPending(job) || cancel.pending || retry.pending;
  const canRetry = isRetryableJob(job.status) && run.status !== "completed";
  return (
    <>
      <Changes>
        {canRetry && (
          <Button size="sm" busy={waits} onClick={() => setAsks("retry")}>
            <RotateCw aria-hidden className="size-3.5" /> Retry job
          </Button>
        )}
        {!isFinalJob(job.status) && (
          <Button size="sm" variant="danger" busy={waits} onClick={() => setAsks("cancel")}>
            <Ban aria-hidden className="size-3.5" /> Cancel job
          </Button>
        )}
      </Changes>
      <ConfirmDialog
        open={asks === "retry"}
        onOpenChange={close}
        title="Retry this job?"
        description={
          <>
            {isFinalRun(run.status) && "The run is running again. "}
            It is queued again with all its attempts. <ComesBack job={job} asked={asks === "retry"} />
          </>
        }
        confirm="Retry job"
        reason="optional"
        onConfirm={async (reason) => (await retry.run(job, reason)) !== undefined}
      />
      <ConfirmDialog
        open={asks === "cancel"}
        onOpenChange={close}
        title="Cancel this job?"
        description={
          job.dependents.length > 0
            ? "Jobs that depend on it will be cancelled as well."
            : "It does not run unless it is retried."
        }
        confirm="Cancel job"
        danger
        reason="optional"
        onConfirm={async (reason) => (await cancel.run(job, reason)) !== undefined}
      />
    </>
  );
}

/**
 * Which jobs that were cancelled because of this one are queued again with it, which are not and
 * why, by run.
 */
function ComesBack({ job, asked }: { job: Live<"job">; asked: boolean }) {
  const { data, isError } = useQuery<RetryPreview, SwitchyardError>({
    queryKey: ["retry-preview", job.jobId, job.seq],
    queryFn: ({ signal }) => api.get(pathTo(jobEndpoints.retryPreview, { id: job.jobId }), signal),
    enabled: asked && job.dependents.length > 0,
    gcTime: 0,
  });
  if (job.dependents.length === 0) return null;
  if (isError) return "Could not load which jobs come back with it.";
  if (!data) return "Loading which jobs come back with it…";
  return (
    <>
      {comingBack(data, job.runId)}
      {stayingCancelled(data)
        .slice(0, 5)
        .map(({ runId, before, after }) => (
          <span key={`${runId} ${after}`} className="block">
            {before}{" "}
            {runId === job.runId ? (
              "this run"
            ) : (
              <Link className="link" href={runHref(runId)}>
                run {runId}
              </Link>
            )}{" "}
            {after}
          </span>
        ))}
    </>
  );
}
