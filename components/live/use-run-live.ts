"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import type { LogEvent } from "../../domain/event.ts";
import type { Wire } from "../../domain/wire.ts";
import { api } from "./api.ts";
import type { Range } from "./cursor.ts";
import { createFrameQueue } from "./frame-queue.ts";
import { useEngine } from "./live-provider.tsx";
import { type Live, type Whole, wholeOf } from "./newer.ts";
import { seedTopic } from "./row-cache.ts";
import { useRow, useTopicList, useTopicRows } from "./rows.ts";

/** What `GET /runs/{id}/timeline` answers; true at position `seq`. */
export interface Timeline {
  run: Wire<"run">;
  workstreams: Wire<"workstream">[];
  jobs: Wire<"job">[];
  attempts: Wire<"attempt">[];
  seq: number;
}

export interface RunLive {
  run: Whole<"run">;
  workstreams: readonly Live<"workstream">[];
  jobs: readonly Live<"job">[];
  attempts: readonly Live<"attempt">[];
  /** The run's events, oldest first: those of `initial` and what came since; the newest 5,000. */
  events: readonly LogEvent[];
}

const KEPT_EVENTS = 5_000;

/**
 * Everything of one run, live. `initial` is the server-rendered timeline; `events` its latest events, oldest first, up to at least
 * `initial.seq`, or left out to begin with those after it.
 */
export function useRunLive(runId: string, initial: Timeline & { events?: LogEvent[] }): RunLive {
  const topic = `run:${runId}`;
  const client = useQueryClient();
  const seen = useRow("run", runId, initial.run) ?? initial.run;
  const run = useMemo(() => wholeOf(seen, initial.run), [seen, initial.run]);
  const workstreams = useTopicRows(topic, "workstream", initial.workstreams);
  const { rows: jobs, cut, seq } = useTopicList(topic, "job", initial.jobs);
  const attempts = useTopicRows(topic, "attempt", initial.attempts);
  const events = useRunEvents(runId, initial.events ?? NONE, initial.seq);

  // A snapshot that left rows out may hide changes made between the server's rendering and now.
  const loadedAt = useRef(initial.seq);
  useEffect(() => {
    if (cut === 0 || loadedAt.current >= seq) return;
    loadedAt.current = seq;
    const abort = new AbortController();
    const load = async () => {
      const whole = await api.get<Timeline>(`/runs/${encodeURIComponent(runId)}/timeline`, abort.signal);
      seedTopic(client, topic, "run", [whole.run]);
      seedTopic(client, topic, "workstream", whole.workstreams);
      seedTopic(client, topic, "job", whole.jobs);
      seedTopic(client, topic, "attempt", whole.attempts);
    };
    load().catch(() => {
      loadedAt.current = 0;
    });
    return () => abort.abort();
  }, [client, cut, seq, runId, topic]);

  return { run, workstreams, jobs: jobs as readonly Live<"job">[], attempts, events };
}

/** The run's events, oldest first, from `initial` on. */
function useRunEvents(runId: string, initial: readonly LogEvent[], seq: number): readonly LogEvent[] {
  const engine = useEngine();
  const [events, setEvents] = useState(initial);
  const start = useRef(Math.max(seq, initial.at(-1)?.seq ?? 0));

  useEffect(() => {
    const queue = createFrameQueue<LogEvent[]>((batches) => setEvents((known) => merge(known, batches.flat())));
    const fill = async ({ from, to }: Range) => {
      // The newest of what is missed are the ones that are kept.
      const path = `/runs/${encodeURIComponent(runId)}/events?order=desc&after=${from - 1}&before=${to + 1}&limit=1000`;
      let cursor: string | null = null;
      for (let loaded = 0; loaded < KEPT_EVENTS; ) {
        const page: EventPage = await api.get<EventPage>(
          cursor === null ? path : `${path}&cursor=${encodeURIComponent(cursor)}`,
        );
        queue.push(page.items);
        loaded += page.items.length;
        cursor = page.nextCursor;
        if (cursor === null) return;
      }
    };
    const stop = engine.read(`run:${runId}`, {
      position: start.current,
      onEvents: (batch, position) => {
        start.current = position;
        queue.push(batch);
      },
      onHole: (missing) => void fill(missing).catch(() => undefined),
    });
    return () => {
      queue.flush();
      stop();
    };
  }, [engine, runId]);
  return events;
}

/** Both lists in order of position, without repeats; the newest `KEPT_EVENTS`. */
function merge(known: readonly LogEvent[], more: readonly LogEvent[]): readonly LogEvent[] {
  if (more.length === 0) return known;
  const last = known.at(-1)?.seq ?? 0;
  if (more.every((event, at) => event.seq > (more[at - 1]?.seq ?? last)))
    return [...known, ...more].slice(-KEPT_EVENTS);
  const bySeq = new Map([...known, ...more].map((event) => [event.seq, event]));
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq).slice(-KEPT_EVENTS);
}

interface EventPage {
  items: LogEvent[];
  nextCursor: string | null;
}

const NONE: readonly LogEvent[] = [];
