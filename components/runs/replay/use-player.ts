"use client";

import { useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import type { GateFacts } from "../../../domain/execution/timeline.ts";
import type { LogEvent } from "../../../domain/kernel/event.ts";
import { createReplay, type ReplayView } from "../../../domain/replay/replay.ts";
import { startOf } from "../../../domain/replay/replay-start.ts";
import { gatesAfter } from "../timeline/engine/gates.ts";
import { advance, failureCounts, type Speed, trialsOf } from "./player.ts";
import type { RunLog } from "./use-run-log.ts";

/**
 * A run's log being played. Counts are of events: 0 is before the first of them, `total` after the
 * last.
 */
export interface Player {
  count: number;
  total: number;
  /** The run at that position; slightly behind `count` while the slider is dragged. */
  view: ReplayView;
  /** The last event before the position. */
  event: LogEvent | undefined;
  playing: boolean;
  speed: Speed;
  failures: readonly number[];
  /** Attempts that were trials of a half-open breaker, of the whole log. */
  trials: ReadonlySet<string>;
  /** The approvals that jobs waited for, at the position. */
  approvals: readonly GateFacts[];
  go: (count: number) => void;
  play: (playing: boolean) => void;
  setSpeed: (speed: Speed) => void;
}

/**
 * Plays a log; does nothing while `log` is null.
 *
 * @param now the run as it is now, for what a log without its beginning cannot say.
 * @param at the position to show; null: the end of the log, also as it grows. `onAt` is called with
 *   every new position.
 */
export function usePlayer(
  log: RunLog | null,
  now: Parameters<typeof startOf>[1],
  at: number | null,
  onAt: (seq: number | null) => void,
): Player {
  const events = log?.events ?? NONE;
  const latestNow = useRef(now);
  latestNow.current = now;
  const replay = useMemo(() => createReplay(events, startOf(events, latestNow.current)), [events]);
  const failures = useMemo(() => failureCounts(events), [events]);
  const trials = useMemo(() => new Set(trialsOf(events)), [events]);
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState<Speed>(4);
  const total = events.length;
  const count = at === null ? total : replay.countAt(at);
  const shown = useDeferredValue(count);
  const view = useMemo(() => replay.after(shown), [replay, shown]);
  const decisions = useMemo(() => events.filter(({ type }) => type.startsWith("approval.")), [events]);
  const upTo = events[shown - 1]?.seq ?? 0;
  const approvals = useMemo(() => {
    const before = decisions.filter(({ seq }) => seq <= upTo);
    return gatesAfter([], before);
  }, [decisions, upTo]);

  const go = (next: number) => {
    const to = Math.max(0, Math.min(total, Math.round(next)));
    onAt(to === total ? null : (events[to - 1]?.seq ?? 0));
  };
  const play = (next: boolean) => {
    // At the end, it starts from the beginning.
    if (next && count === total) go(0);
    setPlaying(next);
  };

  const latest = useRef({ count, total, go });
  latest.current = { count, total, go };
  useEffect(() => {
    if (!playing) return;
    let [frame, before, rest] = [0, performance.now(), 0];
    const step = (now: number) => {
      const { events: by, rest: left } = advance(now - before + rest, speed);
      [before, rest] = [now, left];
      const { count: from, total: end, go: to } = latest.current;
      if (by > 0) to(from + by);
      if (from + by >= end) setPlaying(false);
      else frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);
    return () => cancelAnimationFrame(frame);
  }, [playing, speed]);

  return {
    count,
    total,
    view,
    event: events[shown - 1],
    playing,
    speed,
    failures,
    trials,
    approvals,
    go: (next) => {
      setPlaying(false);
      go(next);
    },
    play,
    setSpeed,
  };
}

const NONE: readonly LogEvent[] = [];
