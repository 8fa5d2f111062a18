"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Range } from "../../client/core/cursor.ts";
import { pagesOf } from "../../client/core/pages.ts";
import { eventEndpoints } from "../../domain/commit/endpoints.ts";
import { runEndpoints } from "../../domain/execution/endpoints.ts";
import type { DependencyFacts, GateFacts, TimelineAnswer } from "../../domain/execution/timeline.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import type { LogEvent } from "../../domain/kernel/event.ts";
import { leanOlder } from "../../domain/kernel/lean.ts";
import { api } from "./api.ts";
import { createFrameQueue } from "./frame-queue.ts";
import { useEngine } from "./live-provider.tsx";
import { type Live, type Whole, wholeOf } from "./newer.ts";
import { seedTopic } from "./row-cache.ts";
import { useRow, useTopicList, useTopicRows } from "./rows.ts";

/** The parts of `GET /runs/{id}/timeline` that a page needs, at position `seq`. */
export type Timeline = Pick<
  TimelineAnswer,
  "run" | "workstreams" | "jobs" | "attempts" | "seq" | "nextCursor" | "totals"
> &
  Partial<Pick<TimelineAnswer, "approvals" | "dependencies">>;

/** Rows of a run that were loaded in addition to the initial ones. */
export type RunPart = Partial<Pick<TimelineAnswer, "workstreams" | "jobs" | "attempts" | "approvals" | "dependencies">>;

export interface RunLive {
  run: Whole<"run">;
  workstreams: readonly Live<"workstream">[];
  jobs: readonly Live<"job">[];
  attempts: readonly Live<"attempt">[];
  /** The run's events, oldest first: those of `initial` and later ones; the newest 5,000. */
  events: readonly LogEvent[];
  /** Approvals and dependencies of the loaded jobs that were loaded with them. */
  approvals: readonly GateFacts[];
  dependencies: readonly DependencyFacts[];
  /** Adds more rows of the run: they are live from then on. */
  take: (part: RunPart) => void;
}

const KEPT_EVENTS = 5_000;

/**
 * Everything of one run, live. `initial` is the server-rendered timeline; `events` its latest
 * events, oldest first, up to at least `initial.seq`, or absent to start with those after it.
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

  const [facts, setFacts] = useState(() => factsOf(NO_FACTS, initial));
  const take = useCallback(
    (part: RunPart) => {
      seedTopic(client, topic, "workstream", part.workstreams ?? []);
      seedTopic(client, topic, "job", part.jobs ?? []);
      seedTopic(client, topic, "attempt", part.attempts ?? []);
      setFacts((known) => factsOf(known, part));
    },
    [client, topic],
  );

  // A snapshot that left rows out may hide changes since they were loaded.
  const loadedAt = useRef(initial.seq);
  useEffect(() => {
    const from = loadedAt.current;
    if (cut === 0 || from >= seq) return;
    loadedAt.current = seq;
    const abort = new AbortController();
    catchUp(runId, from, abort.signal, (part) => {
      seedTopic(client, topic, "run", [part.run]);
      take(part);
    }).catch(() => {
      loadedAt.current = Math.min(from, loadedAt.current);
    });
    return () => abort.abort();
  }, [client, cut, seq, runId, topic, take]);

  return { run, workstreams, jobs: jobs as readonly Live<"job">[], attempts, events, ...facts, take };
}

/** Most pages of changes loaded after a disconnect; beyond that the page starts over. */
const MOST_PAGES = 10;

/** Loads the rows of a run that changed after a position. */
async function catchUp(
  runId: string,
  from: number,
  signal: AbortSignal,
  take: (part: TimelineAnswer) => void,
): Promise<void> {
  const asked = { id: runId, large: "omit" } as const;
  let left = MOST_PAGES;
  const changed = (cursor: string | undefined) =>
    api.get(pathTo(runEndpoints.timeline, { ...asked, changedAfter: from, cursor }), signal);
  for await (const page of pagesOf(changed)) {
    take(page);
    left -= 1;
    if (page.nextCursor === null) return;
    if (left === 0) break;
  }
  take(await api.get(pathTo(runEndpoints.timeline, asked), signal));
}

type Facts = Pick<RunLive, "approvals" | "dependencies">;
const NO_FACTS: Facts = { approvals: [], dependencies: [] };

/** The facts merged with newer ones; the same object when there are none. */
function factsOf(known: Facts, { approvals = [], dependencies = [] }: RunPart): Facts {
  if (approvals.length + dependencies.length === 0) return known;
  const gates = new Map([...known.approvals, ...approvals].map((one) => [one.approvalId, one]));
  const jobs = new Map([...known.dependencies, ...dependencies].map((one) => [one.jobId, one]));
  return { approvals: [...gates.values()], dependencies: [...jobs.values()] };
}

/** The run's events, oldest first, from `initial` on. */
function useRunEvents(runId: string, initial: readonly LogEvent[], seq: number): readonly LogEvent[] {
  const engine = useEngine();
  const [events, setEvents] = useState(initial);
  const start = useRef(Math.max(seq, initial.at(-1)?.seq ?? 0));

  useEffect(() => {
    const queue = createFrameQueue<LogEvent[]>((batches) => setEvents((known) => merge(known, batches.flat())));
    const fill = async ({ from, to }: Range) => {
      // Of the missed events the newest are kept.
      const missed = { id: runId, order: "desc", after: from - 1, before: to + 1, limit: 1000, large: "omit" } as const;
      let loaded = 0;
      const read = (cursor: string | undefined) => api.get(pathTo(eventEndpoints.ofRun, { ...missed, cursor }));
      for await (const { items } of pagesOf(read)) {
        queue.push(items);
        loaded += items.length;
        if (loaded >= KEPT_EVENTS) return;
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
    return leanOlder([...known, ...more].slice(-KEPT_EVENTS));
  const bySeq = new Map([...known, ...more].map((event) => [event.seq, event]));
  return leanOlder([...bySeq.values()].sort((a, b) => a.seq - b.seq).slice(-KEPT_EVENTS));
}

const NONE: readonly LogEvent[] = [];
