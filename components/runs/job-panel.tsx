"use client";

import { X } from "lucide-react";
import Link from "next/link";
import { useContext, useEffect, useRef, useState } from "react";
import type { DependencyFacts } from "../../domain/execution/timeline.ts";
import type { LogEvent } from "../../domain/kernel/event.ts";
import { approvalHref, pathTo } from "../../domain/kernel/links.ts";
import { isFinalJob } from "../../domain/kernel/statuses.ts";
import { jsonBeginning } from "../../domain/kernel/text.ts";
import type { Wire } from "../../domain/kernel/wire.ts";
import { isPending, type Live } from "../live/rows.ts";
import { StatusBadge, StatusIcon } from "../ui/badge.tsx";
import { IconButton } from "../ui/button.tsx";
import { cn } from "../ui/cn.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import { CopyId } from "../ui/copy-id.tsx";
import { Fact, Facts } from "../ui/fact.tsx";
import { JsonTree } from "../ui/json-tree.tsx";
import { Part } from "../ui/part.tsx";
import { Countdown, RelativeTime } from "../ui/time.tsx";
import { AttemptView } from "./attempt-view.tsx";
import { JobHints } from "./hints.tsx";
import { JobActions } from "./job-actions.tsx";
import { PastPosition } from "./replay/past.ts";
import { type JobRow, jobLabel } from "./timeline/engine/model.ts";
import type { Selection } from "./timeline/timeline.tsx";
import { useWholeJob } from "./use-whole-job.ts";

/** How much of a job's progress text is shown, characters. */
const LONGEST_PROGRESS = 400;

interface JobPanelProps {
  run: Live<"run">;
  row: JobRow;
  workstream: Wire<"workstream"> | undefined;
  jobs: ReadonlyMap<string, Wire<"job">>;
  /** Jobs of other runs, or not loaded, that these depend on, and that depend on these. */
  dependencies: readonly DependencyFacts[];
  /** Number of the attempt to expand; null: the newest. */
  attempt: number | null;
  trials: ReadonlySet<string>;
  events: readonly LogEvent[];
  onSelect: (selection: Selection | null) => void;
}

/**
 * One job with all its attempts: next to the timeline, on small screens over it. Escape closes it.
 */
export function JobPanel(props: JobPanelProps) {
  const { run, row, onSelect } = props;
  const job = row.job as Live<"job">;
  const isPresent = useContext(PastPosition) === null;
  const close = useRef(onSelect);
  close.current = onSelect;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const inDialog = event.target instanceof Element && event.target.closest("[role=dialog],[role=menu]");
      if (event.key === "Escape" && !event.defaultPrevented && !inDialog) close.current(null);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
  return (
    <>
      <div aria-hidden className="backdrop fixed inset-0 z-30 xl:hidden" onClick={() => onSelect(null)} />
      <aside
        aria-label={`Job ${jobLabel(job)}`}
        className="fixed inset-x-0 bottom-0 z-40 flex max-h-[85dvh] flex-col rounded-t-xl border border-line bg-surface shadow-2xl md:inset-y-0 md:right-0 md:left-auto md:max-h-none md:w-[30rem] md:rounded-none xl:sticky xl:top-16 xl:z-0 xl:max-h-[calc(100dvh-5.5rem)] xl:w-auto xl:rounded-lg xl:shadow-none"
      >
        <header className="space-y-2 border-b border-line px-3 py-2.5">
          <div className="flex items-start gap-2">
            <h2 className="min-w-0 flex-1 text-lead leading-6 font-semibold break-words">{jobLabel(job)}</h2>
            <IconButton size="sm" label="Close" shortcut="Esc" onClick={() => onSelect(null)}>
              <X aria-hidden className="size-4" />
            </IconButton>
          </div>
          <div className="flex flex-wrap items-center gap-2">
            <StatusBadge kind="job" status={job.status} pending={isPending(job)} />
            <CopyId id={job.jobId} className="min-w-0" />
            <span className="ml-auto flex gap-1.5">{isPresent && <JobActions run={run} job={job} />}</span>
          </div>
        </header>
        <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain">
          <Part key={job.jobId} name="This job">
            <PanelBody {...props} job={job} />
          </Part>
        </div>
      </aside>
    </>
  );
}

function PanelBody({
  run,
  row,
  job,
  jobs,
  dependencies,
  workstream,
  attempt,
  trials,
  events,
  onSelect,
}: JobPanelProps & { job: Live<"job"> }) {
  const newest = row.attempts.at(-1)?.number ?? null;
  const isPresent = useContext(PastPosition) === null;
  const selectJob = (jobId: string) => onSelect({ jobId, attempt: null });
  const whole = useWholeJob(job, row.attempts);
  return (
    <>
      <div className="space-y-2.5 p-3 empty:hidden">
        {isPresent && job.status !== "completed" && <JobHints job={job} jobs={jobs} onSelectJob={selectJob} />}
        <JobFacts job={whole.job} workstream={workstream} />
      </div>
      <Attempts
        key={`${attempt} ${newest}`}
        attempts={whole.attempts}
        chosen={attempt ?? newest}
        trials={trials}
        events={events}
      />
      <div className="space-y-3 border-t border-line p-3 empty:hidden">
        <JobLinks
          title="Depends on"
          ids={job.dependsOn}
          run={run.runId}
          {...{ jobs, dependencies }}
          onSelect={selectJob}
        />
        <JobLinks
          title="Needed by"
          ids={job.dependents}
          run={run.runId}
          {...{ jobs, dependencies }}
          onSelect={selectJob}
        />
        {whole.loading && <p className="text-small text-muted">Loading large values…</p>}
        {whole.failed && (
          <p role="alert" className="text-small text-danger">
            Large values could not be loaded. Open the job again.
          </p>
        )}
        {whole.job.input !== null && (
          <section aria-label="Input">
            <div className="flex items-center justify-between">
              <h3 className="text-small font-medium text-muted">Input</h3>
              <CopyButton label="Copy the input" text={() => JSON.stringify(whole.job.input, null, 2)} />
            </div>
            <JsonTree value={whole.job.input} />
          </section>
        )}
      </div>
    </>
  );
}

function JobFacts({ job, workstream }: { job: Live<"job">; workstream: Wire<"workstream"> | undefined }) {
  const used = job.attempt - job.attemptBase;
  return (
    <Facts>
      <Fact name="Attempts">
        {used} of {job.maxAttempts}
        {job.attemptBase > 0 && <span className="text-muted"> since it was retried, {job.attempt} in all</span>}
      </Fact>
      {job.status === "running" && job.claimedBy && <Fact name="Runs on">{job.claimedBy}</Fact>}
      {job.status === "running" && job.timeoutAt && (
        <Fact name="Times out in">
          <Countdown to={job.timeoutAt} />
        </Fact>
      )}
      {job.status === "running" && job.leaseExpiresAt && (
        <Fact name="Lease ends in">
          <Countdown to={job.leaseExpiresAt} />
        </Fact>
      )}
      {job.progress !== null && (
        <Fact name="Progress">
          <span className="font-mono text-small">{jsonBeginning(job.progress, LONGEST_PROGRESS)}</span>
        </Fact>
      )}
      {workstream && <Fact name="Workstream">{workstream.title}</Fact>}
      {job.agentKey && <Fact name="For agent">{job.agentKey} only</Fact>}
      {job.approvalId && (
        <Fact name="Approval">
          <Link href={approvalHref(job.approvalId)} className="link">
            {job.approvalId}
          </Link>
        </Fact>
      )}
      {job.escalatedAt && (
        <Fact name="Escalated">
          <RelativeTime at={job.escalatedAt} />
        </Fact>
      )}
      {job.tokenId && <Fact name="For token">{job.tokenId}</Fact>}
      {job.capability && <Fact name="Needs">{job.capability}</Fact>}
      {job.tool && <Fact name="Tool">{job.tool}</Fact>}
      <Fact name="Queue">
        {job.queue}
        {job.priority !== 0 && <span className="text-muted">, priority {job.priority}</span>}
      </Fact>
      <Fact name="Created">
        <RelativeTime at={job.createdAt} />
      </Fact>
      {isFinalJob(job.status) && (
        <Fact name="Ended">
          <RelativeTime at={job.finishedAt} />
        </Fact>
      )}
      {job.reason && <Fact name="Reason">{job.reason.replaceAll("_", " ")}</Fact>}
    </Facts>
  );
}

interface AttemptsProps {
  attempts: JobRow["attempts"];
  chosen: number | null;
  trials: ReadonlySet<string>;
  events: readonly LogEvent[];
}

/** Newest first; the chosen one is expanded. */
function Attempts({ attempts, chosen, trials, events }: AttemptsProps) {
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set(chosen === null ? [] : [chosen]));
  if (attempts.length === 0) return null;
  const toggle = (number: number) =>
    setOpen(
      (before) => new Set(before.has(number) ? [...before].filter((one) => one !== number) : [...before, number]),
    );
  return (
    <section aria-label="Attempts" className="border-t border-line">
      <ul>
        {attempts.toReversed().map((attempt) => (
          <AttemptView
            key={attempt.attemptId}
            attempt={attempt}
            trial={trials.has(attempt.attemptId)}
            open={open.has(attempt.number)}
            onToggle={() => toggle(attempt.number)}
            events={events}
          />
        ))}
      </ul>
    </section>
  );
}

interface JobLinksProps {
  title: string;
  ids: readonly string[];
  /** The run that is shown. */
  run: string;
  jobs: ReadonlyMap<string, Wire<"job">>;
  dependencies: readonly DependencyFacts[];
  onSelect: (jobId: string) => void;
}

const CHIP = "flex h-7 items-center gap-1.5 rounded-md border border-line px-2 text-body";

function JobLinks({ title, ids, run, jobs, dependencies, onSelect }: JobLinksProps) {
  const isPresent = useContext(PastPosition) === null;
  if (ids.length === 0) return null;
  return (
    <section aria-label={title}>
      <h3 className="mb-1 text-small font-medium text-muted">{title}</h3>
      <ul className="flex flex-wrap gap-1.5">
        {ids.map((id) => {
          const job = jobs.get(id);
          const other = job ? undefined : dependencies.find(({ jobId, runId }) => jobId === id && runId !== run);
          const href = other && pathTo({ kind: "job", id }, other.runId);
          return (
            <li key={id}>
              {other && href ? (
                <Link href={href} className={cn(CHIP, "hover:bg-hover")}>
                  <StatusIcon kind="job" status={other.status} />
                  {other.step ?? id} <span className="text-muted">of run {other.runId}</span>
                </Link>
              ) : (
                <button
                  type="button"
                  // A job that is not loaded is fetched; at a past position only loaded jobs exist.
                  disabled={!job && !isPresent}
                  onClick={() => onSelect(id)}
                  className={cn(CHIP, "enabled:hover:bg-hover")}
                >
                  {job && <StatusIcon kind="job" status={job.status} />}
                  {job ? jobLabel(job) : id}
                </button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
