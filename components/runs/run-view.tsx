"use client";

import { useQueryStates } from "nuqs";
import { useMemo, useRef } from "react";
import type { LogEvent } from "../../domain/event.ts";
import { type Timeline as TimelineData, useRunLive } from "../live/use-run-live.ts";
import { buildModel, type TimelineModel } from "../timeline/engine/model.ts";
import { type Selection, Timeline } from "../timeline/timeline.tsx";
import { cn } from "../ui/cn.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { type TabItem, Tabs } from "../ui/tabs.tsx";
import { useTitle } from "../ui/use-title.ts";
import { RunContext } from "./context-tab.tsx";
import { RunEvents } from "./events-tab.tsx";
import { RunHints } from "./hints.tsx";
import { JobPanel } from "./job-panel.tsx";
import { JobsTable } from "./jobs-tab.tsx";
import { runTitle } from "./run-facts.ts";
import { RunError, RunHeader } from "./run-header.tsx";
import { runPageSearch, TABS, type Tab } from "./run-search.ts";
import { useTrials } from "./use-trials.ts";
import { Workstreams } from "./workstreams-tab.tsx";

interface RunViewProps {
  runId: string;
  initial: TimelineData & { events: LogEvent[]; truncated?: boolean };
}

/** One run: its header, what went wrong or holds it up, and its timeline, workstreams, jobs, events and context, all live. */
export function RunView({ runId, initial }: RunViewProps) {
  const [search, setSearch] = useQueryStates(runPageSearch, { history: "push" });
  const { run, workstreams, jobs, attempts, events } = useRunLive(runId, initial);
  const trials = useTrials(runId, events, attempts.length > 0);
  const model = useModel({ workstreams, jobs, attempts, trials });
  const byId = useMemo(() => new Map(jobs.map((job) => [job.jobId, job])), [jobs]);
  useTitle(runTitle(run));

  const selection: Selection | null = search.job === null ? null : { jobId: search.job, attempt: search.attempt };
  const select = (next: Selection | null) => {
    // Going from job to job is no step that "back" should take back one by one.
    const history = next !== null && selection !== null ? "replace" : "push";
    void setSearch({ job: next?.jobId ?? null, attempt: next?.attempt ?? null }, { history });
  };
  const selectJob = (jobId: string) => select({ jobId, attempt: null });
  const row = selection ? model.rows.get(selection.jobId) : undefined;
  const workstream = workstreams.find((one) => one.workstreamId === row?.job.workstreamId);

  const tabs: TabItem[] = [
    {
      value: "timeline",
      label: "Timeline",
      content:
        jobs.length === 0 ? (
          <EmptyState title="This run has no jobs yet">
            They appear here as soon as its orchestrator enqueues them.
          </EmptyState>
        ) : (
          <Timeline run={run} model={model} selection={selection} onSelect={select} />
        ),
    },
    {
      value: "workstreams",
      label: "Workstreams",
      count: workstreams.length,
      content: <Workstreams workstreams={model.groups.flatMap(({ workstream }) => workstream ?? [])} />,
    },
    {
      value: "jobs",
      label: "Jobs",
      count: jobs.length,
      content: <JobsTable model={model} selected={selection?.jobId ?? null} onSelect={selectJob} />,
    },
    {
      value: "events",
      label: "Events",
      content: <RunEvents runId={runId} events={events} jobs={byId} onSelectJob={selectJob} />,
    },
    { value: "context", label: "Context", content: <RunContext run={run} /> },
  ];
  const anyQueued = run.jobCounts.queued > 0;
  return (
    <>
      <RunHeader run={run} />
      <RunError run={run} jobs={jobs} onSelectJob={selectJob} />
      {anyQueued && (
        <div className="mb-3 empty:hidden">
          <RunHints jobs={byId} onSelectJob={selectJob} />
        </div>
      )}
      {initial.truncated && jobs.length >= initial.jobs.length && (
        <p className="mb-3 text-[13px] text-muted">
          This run is larger than one page shows: its first {jobs.length} jobs are here.
        </p>
      )}
      <div className={cn("min-w-0 items-start gap-4", row && "xl:grid xl:grid-cols-[minmax(0,1fr)_27rem]")}>
        <Tabs
          label="Run"
          items={tabs}
          value={search.tab}
          onValueChange={(tab) =>
            void setSearch({ tab: TABS.find((one) => one === tab) ?? ("timeline" satisfies Tab) })
          }
          className="min-w-0"
        />
        {row && selection && (
          <JobPanel
            run={run}
            row={row}
            workstream={workstream}
            jobs={byId}
            attempt={selection.attempt}
            trials={trials}
            events={events}
            onSelect={select}
          />
        )}
      </div>
    </>
  );
}

/** The model of what is live now; rows that have not changed stay the same objects. */
function useModel(input: Parameters<typeof buildModel>[0]): TimelineModel {
  const { workstreams, jobs, attempts, trials } = input;
  const previous = useRef<TimelineModel | undefined>(undefined);
  return useMemo(() => {
    previous.current = buildModel({ workstreams, jobs, attempts, trials }, previous.current);
    return previous.current;
  }, [workstreams, jobs, attempts, trials]);
}
