"use client";

import { useQueryStates } from "nuqs";
import { useMemo } from "react";
import type { LogEvent } from "../../domain/kernel/event.ts";
import { type Timeline as TimelineData, useRunLive } from "../live/use-run-live.ts";
import { cn } from "../ui/cn.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { type TabItem, Tabs } from "../ui/tabs.tsx";
import { useTitle } from "../ui/use-title.ts";
import { RunEvents } from "./events-tab.tsx";
import { RunHints } from "./hints.tsx";
import { JobPanel } from "./job-panel.tsx";
import { JobsTable } from "./jobs-tab.tsx";
import { LinkedPanel } from "./linked-panel.tsx";
import { RadarTab } from "./radar/radar-tab.tsx";
import { RunReceipts } from "./receipts/receipts-tab.tsx";
import { ReplayBanner } from "./replay/banner.tsx";
import { PastView } from "./replay/past-view.tsx";
import { ReplayStage, useReplayModel } from "./replay/replay-stage.tsx";
import { usePlayer } from "./replay/use-player.ts";
import { useRunLog } from "./replay/use-run-log.ts";
import { RunApprovals } from "./run-approvals.tsx";
import { runTitle } from "./run-facts.ts";
import { RunError, RunHeader } from "./run-header.tsx";
import { runPageSearch, TABS, type Tab } from "./run-search.ts";
import { SizeNotice } from "./size-notice.tsx";
import { RunStateTab } from "./state/state-tab.tsx";
import { gatesAfter } from "./timeline/engine/gates.ts";
import { type Selection, Timeline } from "./timeline/timeline.tsx";
import { useModel } from "./timeline/use-model.ts";
import { useLinkedJob, useRunParts } from "./use-run-parts.ts";
import { useTrials } from "./use-trials.ts";
import { Workstreams } from "./workstreams-tab.tsx";

interface RunViewProps {
  runId: string;
  initial: TimelineData & { events: LogEvent[] };
}

/**
 * One run, live: its header, what went wrong or what it waits for, and tabs with its details. The
 * Replay tab shows the whole page at a past position of the run's log.
 */
export function RunView({ runId, initial }: RunViewProps) {
  const [search, setSearch] = useQueryStates(runPageSearch, { history: "push" });
  const live = useRunLive(runId, initial);
  const { run, workstreams, jobs, attempts, events } = live;
  const liveTrials = useTrials(runId, events, attempts.length > 0);
  const approvals = useMemo(() => gatesAfter(live.approvals, events), [live.approvals, events]);
  const { dependencies } = live;
  const liveModel = useModel({ workstreams, jobs, attempts, trials: liveTrials, dependencies, approvals });
  const replays = search.tab === "replay";
  const compares = search.tab === "state" && search.compare;
  const log = useRunLog(runId, replays || compares, run.seq);
  const player = usePlayer(
    replays ? log : null,
    { run, workstreams },
    search.at,
    (at) => void setSearch({ at }, { history: "replace" }),
  );
  const past = replays && log.phase === "ready" && player.total > 0 ? player : null;
  const pastModel = useReplayModel(player);
  const shownRun = past ? (past.view.run ?? { ...run, status: "pending" as const }) : run;
  useTitle(past ? `Replay · ${runTitle(shownRun)}` : runTitle(run));
  const model = past ? pastModel : liveModel;
  const trials = past ? past.trials : liveTrials;
  const pastJobs = past?.view.jobs;
  const shownJobs = useMemo(() => (pastJobs ? [...pastJobs.values()] : jobs), [pastJobs, jobs]);
  const byId = useMemo(() => new Map(shownJobs.map((job) => [job.jobId, job])), [shownJobs]);

  const selection: Selection | null = search.job === null ? null : { jobId: search.job, attempt: search.attempt };
  const select = (next: Selection | null) => {
    // Selecting another job replaces the history entry, so that "back" leaves the page.
    const history = next !== null && selection !== null ? "replace" : "push";
    void setSearch({ job: next?.jobId ?? null, attempt: next?.attempt ?? null }, { history });
  };
  const selectJob = (jobId: string) => select({ jobId, attempt: null });
  const parts = useRunParts(live, initial);
  const linked = useLinkedJob(live, past ? null : search.job);
  const row = selection ? model.rows.get(selection.jobId) : undefined;
  const panel = selection !== null && (row !== undefined || (!replays && linked.state !== "here"));

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
          <Timeline run={run} model={liveModel} total={parts.total} selection={selection} onSelect={select} />
        ),
    },
    {
      value: "workstreams",
      label: "Workstreams",
      count: parts.workstreams,
      content: (
        <Workstreams
          runId={runId}
          workstreams={liveModel.groups.flatMap(({ workstream }) => workstream ?? [])}
          total={parts.workstreams}
          take={live.take}
        />
      ),
    },
    {
      value: "jobs",
      label: "Jobs",
      count: parts.total,
      content: (
        <JobsTable
          run={run}
          model={liveModel}
          parts={parts}
          take={live.take}
          selected={selection?.jobId ?? null}
          onSelect={selectJob}
        />
      ),
    },
    {
      value: "radar",
      label: "Radar",
      content: <RadarTab model={liveModel} selected={selection?.jobId ?? null} onOpen={selectJob} />,
    },
    {
      value: "state",
      label: "State",
      content: (
        <RunStateTab
          run={run}
          jobs={jobs}
          log={log}
          compared={search.compare ? { from: search.from, to: search.to } : null}
          onCompare={(next) =>
            void setSearch(next === null ? { compare: null, from: null, to: null } : { compare: true, ...next }, {
              history: "replace",
            })
          }
          onSelectJob={selectJob}
        />
      ),
    },
    {
      value: "events",
      label: "Events",
      content: <RunEvents runId={runId} events={events} jobs={byId} onSelectJob={selectJob} />,
    },
    {
      value: "receipts",
      label: "Receipts",
      content: <RunReceipts runId={runId} head={events.at(-1)?.seq ?? initial.seq} />,
    },
    {
      value: "replay",
      label: "Replay",
      content: (
        <ReplayStage
          log={log}
          player={player}
          model={pastModel}
          show={search.show}
          onShow={(show) => void setSearch({ show }, { history: "replace" })}
          selection={selection}
          onSelect={select}
        />
      ),
    },
  ];
  return (
    <PastView player={past}>
      {past && (
        <ReplayBanner player={past} onLive={() => void setSearch({ tab: null, at: null, show: null, job: null })} />
      )}
      <RunHeader run={shownRun} />
      {events.at(-1)?.type === "run.removed" && (
        <p
          role="note"
          aria-label="Cleaned up"
          className="mb-3 rounded-lg border border-line bg-inset px-3 py-2 text-body"
        >
          This run was just deleted by retention. This page shows its last known state, which is no longer stored.
        </p>
      )}
      {/* Not at a past position: it would appear and disappear with each step, and move the slider away from the pointer. */}
      {!replays && (
        <>
          <RunError run={run} jobs={jobs} onSelectJob={selectJob} />
          <RunApprovals runId={runId} jobs={byId} onSelectJob={selectJob} />
          {run.jobCounts.queued + run.jobCounts.waiting > 0 && (
            <div className="mb-3 empty:hidden">
              <RunHints run={run} jobs={byId} onSelectJob={selectJob} />
            </div>
          )}
        </>
      )}
      {!replays && <SizeNotice parts={parts} onFind={() => void setSearch({ tab: "jobs" })} />}
      <div className={cn("min-w-0 items-start gap-4", panel && "xl:grid xl:grid-cols-[minmax(0,1fr)_27rem]")}>
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
            run={shownRun}
            row={row}
            workstream={model.groups.find(({ id }) => id === row.job.workstreamId)?.workstream ?? undefined}
            jobs={byId}
            dependencies={dependencies}
            attempt={selection.attempt}
            trials={trials}
            events={events}
            onSelect={select}
          />
        )}
        {panel && !row && linked.state !== "here" && (
          <LinkedPanel jobId={selection.jobId} linked={linked} onClose={() => select(null)} />
        )}
      </div>
    </PastView>
  );
}
