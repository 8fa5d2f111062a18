"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ChevronRight } from "lucide-react";
import { memo, type RefObject, useLayoutEffect, useMemo, useRef, useState } from "react";
import { eventEndpoints } from "../../domain/commit/endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import type { LogEvent } from "../../domain/kernel/event.ts";
import type { Wire } from "../../domain/kernel/wire.ts";
import { eventSummary, QUIET_TYPES } from "../events/event-line.ts";
import { EventPayload } from "../events/event-payload.tsx";
import { api } from "../live/api.ts";
import { useCommand } from "../live/use-command.ts";
import { Button } from "../ui/button.tsx";
import { cn } from "../ui/cn.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { formatClock, formatUtc } from "../ui/format.ts";
import { Input } from "../ui/input.tsx";
import { formatLocal } from "../ui/local-time.ts";
import { Part } from "../ui/part.tsx";
import { useHydrated } from "../ui/use-hydrated.ts";
import { useMoment } from "../ui/use-moment.ts";
import { jobLabel } from "./timeline/engine/model.ts";

const ROW = 32;
const PAGE = 200;

interface RunEventsProps {
  runId: string;
  /** The latest events and new ones, oldest first. */
  events: readonly LogEvent[];
  jobs: ReadonlyMap<string, Wire<"job">>;
  onSelectJob: (jobId: string) => void;
}

/** The run's log, oldest first; scrolls along while the reader is at its end. */
export function RunEvents({ runId, events, jobs, onSelectJob }: RunEventsProps) {
  const { all, loadEarlier, loading, atStart } = useEarlier(runId, events);
  const [text, setText] = useState("");
  const [quiet, setQuiet] = useState(false);
  const shown = useMemo(() => filterEvents(all, text, quiet), [all, text, quiet]);
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const scroller = useRef<HTMLDivElement>(null);
  const [follows, setFollows] = useState(true);
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    getItemKey: (index) => shown[index]?.seq ?? index,
    overscan: 12,
    initialRect: { width: 1000, height: 640 },
  });
  const lastSeq = shown.at(-1)?.seq;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new last event triggers the scroll
  useLayoutEffect(() => {
    if (follows && shown.length > 0) virtual.scrollToIndex(shown.length - 1, { align: "end" });
  }, [lastSeq, follows]);
  useKeptPlace(scroller, shown, follows);
  const toggle = (seq: number) =>
    setOpen((before) => new Set(before.has(seq) ? [...before].filter((one) => one !== seq) : [...before, seq]));

  return (
    <>
      <div className="mb-2 flex flex-wrap items-center gap-x-4 gap-y-2">
        <Input
          type="search"
          aria-label="Find events"
          placeholder="Type, id or text"
          value={text}
          onChange={(event) => setText(event.target.value)}
          className="w-60"
        />
        <label className="flex items-center gap-1.5 text-body text-muted">
          <input
            type="checkbox"
            checked={quiet}
            onChange={(event) => setQuiet(event.target.checked)}
            className="accent-accent"
          />
          Output, heartbeats and progress
        </label>
        <span className="text-small text-muted tabular-nums">{shown.length} events</span>
      </div>
      <div className="relative">
        <div
          ref={scroller}
          role="log"
          aria-label="Events of this run"
          aria-live="off"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
          tabIndex={0}
          onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) =>
            setFollows(scrollHeight - scrollTop - clientHeight < ROW)
          }
          className="max-h-[max(20rem,calc(100dvh-20rem))] overflow-auto rounded-lg border border-line bg-surface [overflow-anchor:none]"
        >
          {!atStart && (
            <div className="flex h-10 items-center justify-center border-b border-line">
              <Button size="sm" variant="ghost" busy={loading} onClick={loadEarlier}>
                Load earlier events
              </Button>
            </div>
          )}
          {shown.length === 0 && <EmptyState title={all.length === 0 ? "No events" : "No event matches"} />}
          <div className="relative" style={{ height: virtual.getTotalSize() }}>
            {virtual.getVirtualItems().map(({ index, start }) => {
              const event = shown[index];
              if (!event) return null;
              return (
                <div
                  key={event.seq}
                  ref={virtual.measureElement}
                  data-index={index}
                  className="absolute inset-x-0 border-b border-line"
                  style={{ transform: `translateY(${start}px)` }}
                >
                  <Part name="This event">
                    <EventLine
                      event={event}
                      job={event.subject.kind === "job" ? jobs.get(event.subject.id) : undefined}
                      open={open.has(event.seq)}
                      onToggle={toggle}
                      onSelectJob={onSelectJob}
                    />
                  </Part>
                </div>
              );
            })}
          </div>
        </div>
        {!follows && (
          <Button
            size="sm"
            className="absolute right-4 bottom-3 rounded-full! shadow-lg"
            onClick={() => setFollows(true)}
          >
            <ArrowDown aria-hidden className="size-3.5" /> To the end
          </Button>
        )}
      </div>
    </>
  );
}

interface EventLineProps {
  event: LogEvent;
  job: Wire<"job"> | undefined;
  open: boolean;
  onToggle: (seq: number) => void;
  onSelectJob: (jobId: string) => void;
}

const EventLine = memo(function EventLine({ event, job, open, onToggle, onSelectJob }: EventLineProps) {
  const moment = useMoment();
  return (
    <>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => onToggle(event.seq)}
        className="flex h-[31px] w-full min-w-0 items-center gap-3 px-2 text-left text-body hover:bg-hover"
      >
        <ChevronRight
          aria-hidden
          className={cn("size-3.5 shrink-0 text-faint transition-transform", open && "rotate-90")}
        />
        <At at={event.at} />
        <span className="w-44 shrink-0 truncate font-mono text-small max-sm:w-32">{event.type}</span>
        <span className="w-40 shrink-0 truncate max-md:hidden" title={event.subject.id}>
          {job ? jobLabel(job) : event.subject.id}
        </span>
        <span className="min-w-0 flex-1 truncate text-muted">{eventSummary(event)}</span>
        <span className="shrink-0 text-small text-faint max-lg:hidden">{event.actor}</span>
        <span className="w-14 shrink-0 text-right font-mono text-micro text-faint max-sm:hidden">{event.seq}</span>
      </button>
      {open && (
        <div className="bg-inset/50 px-8 py-2">
          <p className="mb-1 text-small text-muted">
            {moment(event.at)} · {event.actor}
            {job && (
              <button type="button" className="link ml-2" onClick={() => onSelectJob(job.jobId)}>
                Show the job
              </button>
            )}
          </p>
          <EventPayload event={event} />
        </div>
      )}
    </>
  );
});

/** In the reader's time zone, once the browser has rendered it. */
function At({ at }: { at: string }) {
  const browser = useHydrated();
  return (
    <time
      dateTime={at}
      title={browser ? formatLocal(at) : formatUtc(at)}
      className="shrink-0 font-mono text-small text-muted tabular-nums"
    >
      {browser ? formatClock(at, true) : formatUtc(at).slice(11, 23)}
    </time>
  );
}

function filterEvents(events: readonly LogEvent[], text: string, quiet: boolean): readonly LogEvent[] {
  const sought = text.trim().toLowerCase();
  return events.filter((event) => {
    if (!quiet && QUIET_TYPES.has(event.type)) return false;
    if (sought === "") return true;
    return `${event.type}\n${event.subject.id}\n${event.actor}\n${eventSummary(event)}`.toLowerCase().includes(sought);
  });
}

/** The events that the page was loaded with, and the earlier pages that the reader has loaded. */
function useEarlier(runId: string, events: readonly LogEvent[]) {
  const [earlier, setEarlier] = useState<readonly LogEvent[]>([]);
  const [atStart, setAtStart] = useState(false);
  const first = earlier[0] ?? events[0];
  const load = useCommand(
    (before: number | undefined) =>
      api.get(pathTo(eventEndpoints.ofRun, { id: runId, order: "desc", limit: PAGE, large: "omit", before })),
    {
      failure: "Earlier events could not be loaded",
      onDone: ({ items, nextCursor }) => {
        setEarlier((known) => [...items.toReversed(), ...known]);
        setAtStart(nextCursor === null);
      },
    },
  );
  const all = useMemo(() => {
    const start = events[0]?.seq ?? Number.POSITIVE_INFINITY;
    return [...earlier.filter((event) => event.seq < start), ...events];
  }, [earlier, events]);
  // Every run's log begins with its creation.
  const begins = all[0]?.type === "run.created";
  return { all, loading: load.pending, atStart: atStart || begins, loadEarlier: () => void load.run(first?.seq) };
}

/** Keeps the visible events in place when earlier ones are added above. */
function useKeptPlace(scroller: RefObject<HTMLDivElement | null>, shown: readonly LogEvent[], follows: boolean): void {
  const before = useRef({ first: shown[0]?.seq, height: 0 });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const first = shown[0]?.seq;
    if (!follows && first !== before.current.first) element.scrollTop += element.scrollHeight - before.current.height;
    before.current = { first, height: element.scrollHeight };
  }, [scroller, shown, follows]);
}
