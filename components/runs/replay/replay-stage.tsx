"use client";

import { useMemo } from "react";
import { Button } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { StateView } from "../state/state-view.tsx";
import type { TimelineModel } from "../timeline/engine/model.ts";
import { type Selection, Timeline } from "../timeline/timeline.tsx";
import { useModel } from "../timeline/use-model.ts";
import { EventNow } from "./event-now.tsx";
import { LogNotice } from "./log-notice.tsx";
import { ReplayBoard } from "./replay-board.tsx";
import { SHOWS, type Show } from "./shows.ts";
import { TransportBar } from "./transport-bar.tsx";
import type { Player } from "./use-player.ts";
import type { RunLog } from "./use-run-log.ts";

const NAMES: { readonly [show in Show]: string } = { timeline: "Timeline", board: "Workstreams", state: "State" };

interface ReplayStageProps {
  log: RunLog;
  player: Player;
  model: TimelineModel;
  show: Show;
  onShow: (show: Show) => void;
  selection: Selection | null;
  onSelect: (selection: Selection | null) => void;
}

/**
 * The run at a position of its log: the slider, the event there, and the timeline, board or state
 * at that time.
 */
export function ReplayStage({ log, player, model, show, onShow, selection, onSelect }: ReplayStageProps) {
  if (log.phase !== "ready" || log.events.length === 0) return <LogNotice log={log} />;
  return (
    <>
      {log.floor > 0 && (
        <p role="note" className="mb-2 text-body text-status-blocked">
          The log starts at position {log.floor + 1}: a job appears with its first event from there on.
        </p>
      )}
      <TransportBar player={player} events={log.events} />
      <div className="my-2 flex flex-wrap items-start gap-2">
        <fieldset aria-label="Shown" className="flex gap-1">
          {SHOWS.map((one) => (
            <Button
              key={one}
              size="sm"
              variant="ghost"
              aria-pressed={one === show}
              onClick={() => onShow(one)}
              className="aria-pressed:bg-inset aria-pressed:text-ink"
            >
              {NAMES[one]}
            </Button>
          ))}
        </fieldset>
        <div className="min-w-0 flex-1 rounded-md border border-line bg-surface max-md:basis-full">
          <EventNow key={player.event?.seq} event={player.event} />
        </div>
      </div>
      <Shown player={player} log={log} model={model} show={show} selection={selection} onSelect={onSelect} />
    </>
  );
}

function Shown({ player, log, model, show, selection, onSelect }: Omit<ReplayStageProps, "onShow">) {
  const { view } = player;
  const jobs = useMemo(() => [...view.jobs.values()], [view]);
  const workstreams = useMemo(() => [...view.workstreams.values()], [view]);
  if (!view.run || view.at === null) {
    return <EmptyState title={log.floor > 0 ? "Earlier events were deleted" : "The run did not exist yet"} />;
  }
  if (show === "board") return <ReplayBoard workstreams={workstreams} />;
  if (show === "state" && log.floor > 0) return <LogNotice log={log} />;
  if (show === "state") {
    return <StateView run={view.run} jobs={jobs} onSelectJob={(jobId) => onSelect({ jobId, attempt: null })} />;
  }
  if (jobs.length === 0) return <EmptyState title="The run had no jobs yet" />;
  const past = { at: Date.parse(view.at), end: Date.parse(log.events.at(-1)?.at ?? view.at) };
  return <Timeline run={view.run} model={model} selection={selection} onSelect={onSelect} past={past} />;
}

/** The timeline's model of a replayed position. */
export function useReplayModel({
  view,
  trials,
  approvals,
}: Pick<Player, "view" | "trials" | "approvals">): TimelineModel {
  const workstreams = useMemo(() => [...view.workstreams.values()], [view]);
  const jobs = useMemo(() => [...view.jobs.values()], [view]);
  const attempts = useMemo(() => [...view.attempts.values()], [view]);
  return useModel({ workstreams, jobs, attempts, trials, approvals });
}
