"use client";

import { useEffect, useRef, useState } from "react";
import { errorOf, SwitchyardError } from "../../../client/core/problem.ts";
import type { eventEndpoints } from "../../../domain/commit/endpoints.ts";
import type { AnswerOf } from "../../../domain/kernel/endpoint.ts";
import type { LogEvent } from "../../../domain/kernel/event.ts";
import { api } from "../../live/api.ts";
import { useEngine } from "../../live/live-provider.tsx";
import { append, isFolded, logPath, share } from "./run-log.ts";

/** A run's log from its beginning, with the events that the fold reads. */
export interface RunLog {
  /** Oldest first; those loaded so far. */
  events: readonly LogEvent[];
  phase: "idle" | "loading" | "ready" | "failed";
  /** How much is loaded, 0–1. */
  progress: number;
  /** Retention has deleted the log up to this position; 0: it is complete. */
  floor: number;
  error: SwitchyardError | null;
  retry: () => void;
}

type Loaded = Omit<RunLog, "retry">;

const IDLE: Loaded = { events: [], phase: "idle", progress: 0, floor: 0, error: null };
/** New events are added this often at most, ms: each time the whole log is folded again. */
const GATHER_MS = 400;

/**
 * Loads the log page by page once `wanted`, then follows it live. `last` is the known end, for the
 * progress.
 */
export function useRunLog(runId: string, wanted: boolean, last: number): RunLog {
  const engine = useEngine();
  const [tries, setTries] = useState(0);
  const [log, setLog] = useState<Loaded>(IDLE);
  const end = useRef(last);
  end.current = last;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a retry loads again
  useEffect(() => {
    if (!wanted) return;
    const abort = new AbortController();
    let stop = (): void => undefined;
    setLog({ ...IDLE, phase: "loading" });
    loadLog(runId, abort.signal, (events, floor) => {
      const progress = share(events[0]?.seq ?? 0, events.at(-1)?.seq ?? 0, end.current);
      setLog({ events, phase: "loading", progress, floor, error: null });
    }).then(
      ({ events, floor }) => {
        if (abort.signal.aborted) return;
        setLog({ events, phase: "ready", progress: 1, floor, error: null });
        const gather = gatherer((more) => setLog((known) => ({ ...known, events: append(known.events, more) })));
        const leave = engine.read(`run:${runId}`, {
          position: events.at(-1)?.seq ?? floor,
          onEvents: (more) => gather.push(more.filter(isFolded)),
          onHole: () => setTries((count) => count + 1),
        });
        stop = () => {
          leave();
          gather.stop();
        };
      },
      (thrown: unknown) => {
        if (abort.signal.aborted) return;
        const error = errorOf(thrown);
        setLog((known) => ({ ...known, phase: "failed", error }));
      },
    );
    return () => {
      abort.abort();
      stop();
    };
  }, [engine, runId, wanted, tries]);

  return { ...log, retry: () => setTries((count) => count + 1) };
}

/**
 * Loads every page and reports each. When retention deletes the next events meanwhile, it starts
 * after those.
 */
async function loadLog(
  runId: string,
  signal: AbortSignal,
  onPage: (events: readonly LogEvent[], floor: number) => void,
): Promise<{ events: readonly LogEvent[]; floor: number }> {
  let events: readonly LogEvent[] = [];
  for (let after: number | null = null; ; ) {
    try {
      const page: LogPage = await api.get(logPath(runId, after), signal);
      events = append(events, page.items);
      if (page.nextCursor === null || page.items.length === 0) return { events, floor: floorOf(events) };
      after = page.items.at(-1)?.seq ?? after;
      onPage(events, floorOf(events));
    } catch (thrown) {
      const isGone = thrown instanceof SwitchyardError && thrown.status === 410 && after !== null;
      if (!isGone) throw thrown;
      after = null;
      events = [];
    }
  }
}

type LogPage = AnswerOf<typeof eventEndpoints.ofRun>;

/** A log that does not begin with the run's creation has lost its beginning, perhaps all of it. */
const floorOf = ([first]: readonly LogEvent[]): number =>
  first?.type === "run.created" ? 0 : Math.max(1, (first?.seq ?? 0) - 1);

function gatherer(take: (events: LogEvent[]) => void) {
  let waiting: LogEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;
  return {
    push(events: LogEvent[]) {
      waiting.push(...events);
      if (waiting.length === 0) return;
      timer ??= setTimeout(() => {
        timer = null;
        const batch = waiting;
        waiting = [];
        take(batch);
      }, GATHER_MS);
    },
    stop() {
      if (timer !== null) clearTimeout(timer);
    },
  };
}
