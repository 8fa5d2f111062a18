"use client";

import { ArrowUp, Pause, Play, ScrollText } from "lucide-react";
import { useQueryStates } from "nuqs";
import { useCallback, useEffect, useMemo, useRef, useState, useTransition } from "react";
import type { EventFilter } from "../live/feed.ts";
import { type LogPage, useLog } from "../live/use-log.ts";
import { Button } from "../ui/button.tsx";
import { cn } from "../ui/cn.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { formatCount, formatPlural } from "../ui/format.ts";
import { useHotkey } from "../ui/hotkeys.ts";
import { PageHeader } from "../ui/page-header.tsx";
import { useTitle } from "../ui/use-title.ts";
import { EventFilters } from "./event-filters.tsx";
import { EventList } from "./event-list.tsx";
import { eventSearch, isOpenFilter } from "./event-search.ts";
import { FindBar } from "./find-bar.tsx";
import { useFind } from "./use-find.ts";

interface EventsScreenProps {
  filter: EventFilter;
  initial: LogPage;
}

/**
 * The log: filtered by the URL, followed, paused, searched. A changed filter is a new page from the
 * server.
 */
export function EventsScreen({ filter, initial }: EventsScreenProps) {
  const [changing, startTransition] = useTransition();
  const [, setSearch] = useQueryStates(eventSearch, { shallow: false, history: "push", startTransition });
  const onChange = ({ types, subject, runId }: Partial<EventFilter>) =>
    void setSearch({
      ...(types !== undefined && { type: types.length > 0 ? [...types] : null }),
      ...(subject !== undefined && { subject }),
      ...(runId !== undefined && { runId }),
    });
  return (
    <div className="flex h-[calc(100dvh-3rem-6rem)] min-h-96 flex-col lg:h-[calc(100dvh-3rem-3rem)]">
      <Log key={JSON.stringify(filter)} filter={filter} initial={initial} changing={changing} onFilter={onChange} />
    </div>
  );
}

interface LogProps extends EventsScreenProps {
  changing: boolean;
  onFilter: (change: Partial<EventFilter>) => void;
}

function Log({ filter, initial, changing, onFilter }: LogProps) {
  const log = useLog(filter, initial);
  /** Paused by the button, not by scrolling away from the newest. */
  const [stopped, setStopped] = useState(false);
  const [atTop, setAtTop] = useState(true);
  const handle = useRef<{ scrollTo: (seq: number) => void; toTop: () => void } | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const rows = useMemo(() => log.rows.toReversed(), [log.rows]);
  const find = useFind(rows, (seq) => handle.current?.scrollTo(seq));
  const { pause, resume, loadOlder } = log;

  // While scrolled away or on a match, rows must not move: new events are held until the reader
  // returns to the top.
  const hold = stopped || !atTop || find.current !== null;
  useEffect(() => (hold ? pause() : resume()), [hold, pause, resume]);

  const follow = () => {
    setStopped(false);
    setAtTop(true);
    find.leave();
    handle.current?.toTop();
  };
  useHotkey("space", () => (stopped ? follow() : setStopped(true)), "Pause or follow the log");
  useHotkey("/", () => field.current?.focus(), "Find in log");
  useTitle(stopped ? `Events, paused${log.held > 0 ? ` (${formatCount(log.held)} new)` : ""}` : "Events");

  const { hasOlder, loading, error } = log;
  const onNearEnd = useCallback(() => {
    if (hasOlder && !loading && error === null) loadOlder();
  }, [hasOlder, loading, error, loadOlder]);

  return (
    <>
      <PageHeader
        title="Events"
        className="mb-2.5"
        badge={
          <span className="text-small text-muted">
            {stopped ? "paused" : hold ? "holding while you read" : "following"}
          </span>
        }
        actions={
          <>
            <FindBar
              ref={field}
              text={find.text}
              onText={find.setText}
              at={find.at}
              count={find.count}
              partial={hasOlder}
              onStep={find.step}
            />
            <Button onClick={stopped ? follow : () => setStopped(true)} aria-pressed={stopped} className="min-w-24">
              {stopped ? <Play aria-hidden className="size-3.5" /> : <Pause aria-hidden className="size-3.5" />}
              {stopped ? "Follow" : "Pause"}
            </Button>
          </>
        }
      />
      <div className="mb-2.5">
        <EventFilters filter={filter} onChange={onFilter} />
      </div>
      <div
        className={cn("relative flex min-h-0 flex-1 flex-col", changing && "opacity-60")}
        aria-busy={changing || undefined}
      >
        {hold && log.held > 0 && (
          <button
            type="button"
            onClick={follow}
            className="absolute top-2 left-1/2 z-10 flex h-7 -translate-x-1/2 items-center gap-1.5 rounded-full bg-accent px-3 text-small font-medium text-accent-contrast shadow-lg hover:bg-accent-strong md:top-10"
          >
            <ArrowUp aria-hidden className="size-3.5" /> {formatCount(log.held)} new
          </button>
        )}
        <EventList
          rows={rows}
          find={find.term}
          current={find.current}
          loading={loading}
          onLoadHole={log.loadHole}
          onAtTop={setAtTop}
          onNearEnd={onNearEnd}
          handle={handle}
          footer={<Footer log={log} shown={rows.length} filtered={!isOpenFilter(filter)} />}
        />
      </div>
    </>
  );
}

interface FooterProps {
  log: ReturnType<typeof useLog>;
  shown: number;
  filtered: boolean;
}

function Footer({ log, shown, filtered }: FooterProps) {
  if (log.error) {
    return (
      <p role="alert" className="flex items-center justify-center gap-3 px-3 py-4 text-body text-danger">
        {log.error.detail} <Button onClick={log.loadOlder}>Try again</Button>
      </p>
    );
  }
  if (log.hasOlder) {
    return (
      <div className="flex justify-center py-3">
        <Button variant="ghost" busy={log.loading} onClick={log.loadOlder}>
          {log.loading ? "Loading…" : shown === 0 ? "Nothing so far: search further back" : "Older events"}
        </Button>
      </div>
    );
  }
  if (shown > 0)
    return <p className="py-3 text-center text-small text-faint">The beginning: {formatPlural(shown, "event")}</p>;
  if (filtered) {
    return (
      <EmptyState icon={<ScrollText />} title="No event matches this filter">
        New events that match appear here.
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={<ScrollText />} title="The log is empty" command="npm run demo">
      Every commit writes its events here. The demo submits a real workflow:
    </EmptyState>
  );
}
