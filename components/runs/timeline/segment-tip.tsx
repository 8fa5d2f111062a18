"use client";

import { statusLook } from "../../ui/status.ts";
import { Countdown, Duration } from "../../ui/time.tsx";
import { type JobRow, jobLabel } from "./engine/model.ts";
import type { Segment, SegmentKind } from "./engine/segments.ts";

/** What lies under the pointer, and where that is in the window. */
export interface Hovered {
  row: JobRow;
  segment: Segment;
  x: number;
  y: number;
}

const WHAT: { readonly [kind in Exclude<SegmentKind, "run">]: string } = {
  dependencies: "Waiting for other jobs",
  approval: "Waiting for approval",
  scheduled: "Scheduled for later",
  queue: "In the queue",
  gap: "Between two attempts",
  unloaded: "Earlier attempts, not loaded: open the job to see them",
};

const iso = (time: number): string => new Date(time).toISOString();

/** A tooltip next to the pointer. The row's label says the same without a pointer. */
export function SegmentTip({ hovered }: { hovered: Hovered }) {
  const { row, segment, x, y } = hovered;
  const attempt = row.attempts.find(({ number }) => number === segment.attempt);
  const left = Math.min(x + 14, window.innerWidth - 260);
  const top = y + 90 > window.innerHeight ? y - 74 : y + 16;
  return (
    <div
      aria-hidden
      className="popup pointer-events-none fixed z-40 max-w-60 px-2.5 py-1.5 text-small"
      style={{ left, top }}
    >
      <p className="truncate font-medium text-ink">{jobLabel(row.job)}</p>
      <p className="text-muted">
        {segment.kind === "run" ? runText(segment) : WHAT[segment.kind]}
        {" · "}
        <Duration from={iso(segment.start)} to={segment.end === null ? null : iso(segment.end)} className="text-ink" />
      </p>
      {attempt && (
        <p className="truncate text-muted">
          by {attempt.agentKey}
          {attempt.exitCode !== null && ` · exit ${attempt.exitCode}`}
        </p>
      )}
      {attempt?.error && <p className="line-clamp-2 break-words text-danger">{attempt.error.message}</p>}
      {segment.kind === "gap" && segment.end !== null && row.job.status === "queued" && (
        <p className="text-muted">
          next try in <Countdown to={iso(segment.end)} />
        </p>
      )}
    </div>
  );
}

function runText(segment: Segment): string {
  const status = segment.status === null ? "" : statusLook("attempt", segment.status).label.toLowerCase();
  return `Attempt ${segment.attempt}${segment.trial ? " (trial)" : ""} ${status}`;
}
