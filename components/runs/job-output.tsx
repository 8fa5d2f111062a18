"use client";

import { useQuery } from "@tanstack/react-query";
import { ArrowDownToLine, WrapText } from "lucide-react";
import { useContext, useEffect, useMemo, useRef, useState } from "react";
import { eventEndpoints } from "../../domain/commit/endpoints.ts";
import { type Asked, pathTo } from "../../domain/kernel/endpoint.ts";
import type { LogEvent } from "../../domain/kernel/event.ts";
import type { Wire } from "../../domain/kernel/wire.ts";
import { api } from "../live/api.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { cn } from "../ui/cn.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import { lengthOf, MAX_CHARS, OUTPUT_EVENT, OutputScreen, plainOutput, splitResult } from "../ui/output.ts";
import { PastPosition } from "./replay/past.ts";

interface JobOutputProps {
  attempt: Wire<"attempt">;
  /** The run's events that are loaded, live. */
  events: readonly LogEvent[];
}

/**
 * Events per page, and the most pages: for the end of a running attempt's output, or for all of it.
 */
const PAGE_EVENTS = 100;
const TAIL_PAGES = 5;
const ALL_PAGES = 100;

/**
 * An attempt's output: live while it runs, later the tail kept in its result, and all of it on
 * request.
 */
export function JobOutput({ attempt, events }: JobOutputProps) {
  const { output: kept } = useMemo(() => splitResult(attempt.result), [attempt.result]);
  const runs = attempt.finishedAt === null;
  const until = useContext(PastPosition);
  const [asked, setAll] = useState(false);
  // At a past position, all pages are needed: the output written by then may be in any of them.
  const all = asked || (until !== null && runs);
  const logged = useQuery({
    queryKey: ["output", attempt.attemptId, all],
    queryFn: ({ signal }) => outputOf(attempt, all ? ALL_PAGES : TAIL_PAGES, signal),
    enabled: all || kept === null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const fromResult = !runs && kept && !(all && logged.data) ? kept : null;
  const [screen] = useState(() => new OutputScreen(attempt.jobId, attempt.number));
  const { text: shown, truncated } = useMemo(
    () => (fromResult ? plainOutput(fromResult) : screen.show(upTo(until, [...(logged.data ?? []), ...events]))),
    [fromResult, screen, logged.data, events, until],
  );
  if (shown === "" && !logged.isFetching) {
    return <p className="px-1 text-small text-faint">{runs ? "No output yet" : "No output"}</p>;
  }
  return (
    <OutputBox text={shown} follows={runs && until === null}>
      {truncated && !all && !runs && (
        <Button size="sm" variant="ghost" onClick={() => setAll(true)}>
          <ArrowDownToLine aria-hidden className="size-3.5" /> Whole output
        </Button>
      )}
      {truncated && (all || runs) && <span className="text-small text-faint">the beginning is not shown</span>}
      {logged.isFetching && <span className="text-small text-faint">loading…</span>}
      {logged.isError && <span className="text-small text-danger">The output could not be loaded</span>}
    </OutputBox>
  );
}

function OutputBox({ text, follows, children }: { text: string; follows: boolean; children: React.ReactNode }) {
  const box = useRef<HTMLElement>(null);
  const atEnd = useRef(true);
  const [wraps, setWraps] = useState(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: new text triggers the scroll
  useEffect(() => {
    if (box.current && (atEnd.current || !follows)) box.current.scrollTop = box.current.scrollHeight;
  }, [text, follows]);
  return (
    <div className="overflow-hidden rounded-md border border-line bg-inset">
      <div className="flex items-center gap-1 border-b border-line pl-2">
        <span className="flex-1 text-small font-medium text-muted">Output{follows && " (live)"}</span>
        {children}
        <IconButton
          size="sm"
          label={wraps ? "Do not wrap lines" : "Wrap lines"}
          aria-pressed={wraps}
          onClick={() => setWraps(!wraps)}
        >
          <WrapText aria-hidden className={cn("size-3.5", wraps && "text-accent")} />
        </IconButton>
        <CopyButton label="Copy the output" text={() => text} />
      </div>
      <section
        ref={box}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
        tabIndex={0}
        aria-label="Output"
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          atEnd.current = scrollHeight - scrollTop - clientHeight < 24;
        }}
        className="max-h-80 min-h-16 overflow-auto p-2"
      >
        <pre className={cn("font-mono text-small leading-[1.45] text-ink", wraps && "break-words whitespace-pre-wrap")}>
          {text}
        </pre>
      </section>
    </div>
  );
}

const upTo = (until: number | null, events: LogEvent[]): LogEvent[] =>
  until === null ? events : events.filter((event) => event.seq <= until);

/**
 * The attempt's output from its end, newest first: as much as is drawn, or back to the attempt's
 * start, at most `pages` pages.
 */
async function outputOf(attempt: Wire<"attempt">, pages: number, signal: AbortSignal): Promise<LogEvent[]> {
  const events: LogEvent[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < pages && lengthOf(events, attempt.number) < MAX_CHARS; page += 1) {
    const newest = { type: OUTPUT_EVENT, subject: `job:${attempt.jobId}`, order: "desc", limit: PAGE_EVENTS } as const;
    const next: Asked<typeof eventEndpoints.list> = { ...newest, ...(cursor !== null && { cursor }) };
    const answer = await api.get(pathTo(eventEndpoints.list, next), signal);
    events.push(...answer.items);
    cursor = answer.nextCursor;
    const first = answer.items.at(-1)?.payload.attempt;
    if (cursor === null || (typeof first === "number" && first < attempt.number)) break;
  }
  return events;
}
