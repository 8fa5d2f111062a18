"use client";

import { useEffect, useMemo } from "react";
import type { LogView } from "../../live/use-log.ts";
import { Card } from "../../ui/card.tsx";
import { useNow } from "../../ui/now.ts";
import { Skeleton } from "../../ui/skeleton.tsx";
import { type Band, bandsOf } from "./breaker-bands.ts";
import type { BreakerRow } from "./breaker-view.ts";
import { HistoryStrip } from "./history-strip.tsx";

/** The first event that is still in the log. */
export interface LogStart {
  seq: number;
  at: string;
}

interface StateHistoryProps {
  log: LogView;
  /** Null: the log is empty. */
  logStart: LogStart | null;
  createdAt: string;
  state: BreakerRow["state"];
  windowMs: number;
}

/** Most pages of earlier events that are loaded automatically. */
const MOST_EVENTS = 10_000;

/** The states of the breaker over the chosen window; loads missing events. */
export function StateHistory({ log, logStart, createdAt, state, windowMs }: StateHistoryProps) {
  const now = useNow();
  // In steps of a few hundredths of a percent, so that bands do not move with every tick.
  const step = Math.max(1_000, windowMs / 3_600);
  const end = now === null ? null : Math.ceil(now / step) * step;
  const start = (end ?? 0) - windowMs;

  const oldest = log.rows.find((row) => row.kind === "event");
  const oldestAt = oldest?.kind === "event" ? Date.parse(oldest.event.at) : null;
  const wanted = end !== null && log.hasOlder && (oldestAt === null || oldestAt > start);
  const { loadOlder, loading, error } = log;
  const reads = wanted && !loading && error === null && log.rows.length < MOST_EVENTS;
  useEffect(() => {
    if (reads) loadOlder();
  }, [reads, loadOlder]);

  const bands = useMemo<Band[]>(() => {
    if (end === null) return [];
    const whole = logStart === null || logStart.seq <= 1;
    const floor = whole ? 0 : Date.parse(logStart.at);
    const knownFrom = log.hasOlder ? oldestAt : floor;
    return bandsOf({ rows: log.rows, knownFrom, createdAt: Date.parse(createdAt), state }, start, end);
  }, [log.rows, log.hasOlder, oldestAt, logStart, createdAt, state, start, end]);

  return (
    <Card title="Breaker states">
      {end === null ? (
        <Skeleton className="h-20 w-full" />
      ) : (
        <HistoryStrip bands={bands} start={start} end={end} loading={loading && wanted} />
      )}
    </Card>
  );
}
