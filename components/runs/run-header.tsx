"use client";

import { ChevronRight } from "lucide-react";
import Link from "next/link";
import { type ReactNode, useContext } from "react";
import { runHref } from "../../domain/kernel/links.ts";
import type { Wire } from "../../domain/kernel/wire.ts";
import { isPending, type Live } from "../live/rows.ts";
import { StatusBadge } from "../ui/badge.tsx";
import { CopyId } from "../ui/copy-id.tsx";
import { Countdown, Duration, RelativeTime } from "../ui/time.tsx";
import { JobProgress } from "./job-progress.tsx";
import { PastPosition } from "./replay/past.ts";
import { RunActions } from "./run-actions.tsx";
import { firstFailure } from "./run-facts.ts";
import { Tags } from "./run-row.tsx";
import { jobLabel } from "./timeline/engine/model.ts";

/** A run's name, status and facts, with its actions. */
export function RunHeader({ run }: { run: Live<"run"> }) {
  const isPresent = useContext(PastPosition) === null;
  return (
    <header className="mb-3">
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <div className="min-w-0">
          <nav aria-label="Breadcrumb" className="flex items-center gap-1 text-small text-muted">
            <Link href="/runs" className="hover:text-ink">
              Runs
            </Link>
            <ChevronRight aria-hidden className="size-3 text-faint" />
            <CopyId id={run.runId} className="min-w-0" />
          </nav>
          <div className="mt-0.5 flex min-h-8 flex-wrap items-center gap-2">
            <h1 className="min-w-0 truncate text-title font-semibold tracking-tight">{run.workflow}</h1>
            <StatusBadge kind="run" status={run.status} pending={isPending(run)} />
          </div>
        </div>
        <div className="flex items-center gap-2">{isPresent && <RunActions run={run} />}</div>
      </div>
      <dl className="mt-1.5 flex flex-wrap items-center gap-x-5 gap-y-1 text-body">
        <Item name="Jobs">
          <JobProgress counts={run.jobCounts} className="w-44" />
        </Item>
        <Item name="Duration">
          <Duration from={run.startedAt} to={run.finishedAt} />
        </Item>
        <Item name="Created">
          <RelativeTime at={run.createdAt} />
        </Item>
        {run.initiatedBy && <Item name="By">{run.initiatedBy}</Item>}
        {run.deadlineAt && run.finishedAt === null && (
          <Item name="Times out in">
            <Countdown to={run.deadlineAt} />
          </Item>
        )}
        {run.parentRunId && (
          <Item name="Parent">
            <Link className="link font-mono text-small" href={runHref(run.parentRunId)}>
              {run.parentRunId}
            </Link>
          </Item>
        )}
        {run.tags.length > 0 && (
          <Item name="Tags">
            <span className="flex flex-wrap gap-1">
              <Tags tags={run.tags} />
            </span>
          </Item>
        )}
      </dl>
    </header>
  );
}

function Item({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex min-w-0 items-center gap-1.5">
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </div>
  );
}

interface RunErrorProps {
  run: Wire<"run">;
  jobs: readonly Wire<"job">[];
  onSelectJob: (jobId: string) => void;
}

/** What went wrong, with the first job that failed. Renders nothing when nothing did. */
export function RunError({ run, jobs, onSelectJob }: RunErrorProps) {
  const failure = firstFailure(jobs, run.jobCounts);
  const isUnsuccessful = run.status === "failed" || run.status === "timed_out";
  const message = run.error?.message ?? (isUnsuccessful ? run.reason : null);
  if (!failure && !message) return null;
  return (
    <div
      role="note"
      aria-label="What went wrong"
      className="mb-3 rounded-lg border border-danger/30 bg-danger-soft px-3 py-2 text-body"
    >
      {message && <p className="break-words text-danger">{message}</p>}
      {failure && (
        <p className="flex min-w-0 flex-wrap items-baseline gap-x-2">
          <button type="button" className="link font-medium" onClick={() => onSelectJob(failure.job.jobId)}>
            {jobLabel(failure.job)}
          </button>
          <span className="min-w-0 truncate text-ink">{failureText(failure.job)}</span>
          {failure.count > 1 && <span className="text-muted">and {failure.count - 1} more</span>}
        </p>
      )}
    </div>
  );
}

/** `failed: the tests failed (exit 1)`; an exit code that the message names is not repeated. */
function failureText({ status, exitCode, error }: Wire<"job">): string {
  const what = status === "timed_out" ? "timed out" : "failed";
  if (!error) return exitCode === null ? what : `${what} with exit code ${exitCode}`;
  const says = error.message.includes(String(exitCode));
  return `${what}: ${error.message}${exitCode === null || says ? "" : ` (exit ${exitCode})`}`;
}
