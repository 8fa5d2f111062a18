"use client";

import type { CSSProperties } from "react";
import { useMoment } from "../../ui/use-moment.ts";
import type { TimelineStore } from "./timeline-store.ts";
import { useTicks } from "./use-timeline-store.ts";

interface AxisProps {
  store: TimelineStore;
  origin: number;
  /** Width of the track, CSS pixels. */
  width: number;
}

const PIXELS_PER_TICK = 110;

const mostTicks = (width: number): number => Math.max(2, Math.floor(width / PIXELS_PER_TICK));
const place = (time: number): CSSProperties => ({ "--start": time }) as CSSProperties;

/** The time elapsed since the run was created, at round steps. */
export function Axis({ store, origin, width }: AxisProps) {
  const moment = useMoment();
  return useTicks(store, origin, mostTicks(width)).map((tick) => (
    <span
      key={tick.time}
      className="timeline-at top-0 h-full border-l border-line pt-1.5 pl-1 text-micro whitespace-nowrap text-faint tabular-nums"
      style={place(tick.time - origin)}
      title={moment(tick.time)}
    >
      {tick.label}
    </span>
  ));
}

/** The grid lines behind the rows, and the line of now. */
export function GridLines({ store, origin, width }: AxisProps) {
  const ticks = useTicks(store, origin, mostTicks(width));
  return (
    <>
      {ticks.map((tick) => (
        <span
          key={tick.time}
          className="timeline-at inset-y-0 border-l border-line"
          style={place(tick.time - origin)}
        />
      ))}
      {(store.isLive() || store.isPast()) && <span className="timeline-now inset-y-0 border-l border-status-running" />}
    </>
  );
}
