"use client";

import { Ban, RotateCw } from "lucide-react";
import { useState } from "react";
import { openJobs, totalJobs } from "../../domain/execution/contract.ts";
import { isFinalRun, isRetryableRun } from "../../domain/kernel/statuses.ts";
import { isPending, type Live } from "../live/rows.ts";
import { Button } from "../ui/button.tsx";
import { Changes } from "../ui/changes.tsx";
import { ConfirmDialog } from "../ui/dialog.tsx";
import { formatPlural } from "../ui/format.ts";
import { useRunActions } from "./use-run-actions.ts";

/** Cancel a run that is active, retry one that did not complete. */
export function RunActions({ run }: { run: Live<"run"> }) {
  const [asks, setAsks] = useState<"cancel" | "retry" | null>(null);
  const { cancel, retry } = useRunActions(run);
  const left = openJobs(run.jobCounts);
  const notDone = totalJobs(run.jobCounts) - left - run.jobCounts.completed;
  const close = (open: boolean) => !open && setAsks(null);
  const waits = isPending(run) || cancel.pending || retry.pending;
  return (
    <>
      <Changes>
        {!isFinalRun(run.status) && (
          <Button variant="danger" busy={waits} onClick={() => setAsks("cancel")}>
            <Ban aria-hidden className="size-3.5" /> Cancel run
          </Button>
        )}
        {isRetryableRun(run.status) && (
          <Button variant="primary" busy={waits} onClick={() => setAsks("retry")}>
            <RotateCw aria-hidden className="size-3.5" /> Retry run
          </Button>
        )}
      </Changes>
      <ConfirmDialog
        open={asks === "cancel"}
        onOpenChange={close}
        title="Cancel this run?"
        description={
          left > 0
            ? `${formatPlural(left, "job")} that ${left === 1 ? "has" : "have"} not ended will be cancelled with it.`
            : "All its jobs have ended."
        }
        confirm="Cancel run"
        danger
        reason="optional"
        onConfirm={async (reason) => (await cancel.run(reason)) !== undefined}
      />
      <ConfirmDialog
        open={asks === "retry"}
        onOpenChange={close}
        title="Retry this run?"
        description={`It is running again. ${formatPlural(notDone, "job")} that did not complete will be queued again; completed ones stay as they are.`}
        confirm="Retry run"
        reason="optional"
        onConfirm={async (reason) => (await retry.run(reason)) !== undefined}
      />
    </>
  );
}
