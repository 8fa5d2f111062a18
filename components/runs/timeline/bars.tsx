import type { CSSProperties } from "react";
import { statusLook, toneColor } from "../../ui/status.ts";
import type { GroupRow, JobRow } from "./engine/model.ts";
import type { Segment } from "./engine/segments.ts";

interface JobBarsProps {
  row: JobRow;
  /** The run's creation, epoch ms: positions are relative to it. */
  origin: number;
  /** Number of the attempt the reader has chosen. */
  chosen: number | null;
}

/**
 * A job's segments on the track. One listener for all of them reads their `data-` attributes on
 * hover and click.
 */
export function JobBars({ row, origin, chosen }: JobBarsProps) {
  return row.segments.map((segment, index) => (
    <span
      // biome-ignore lint/suspicious/noArrayIndexKey: segments are only added at the end
      key={index}
      className="timeline-bar"
      data-segment={index}
      data-kind={segment.kind}
      data-status={segment.status ?? undefined}
      data-open={segment.end === null || undefined}
      data-trial={segment.trial || undefined}
      data-chosen={(segment.attempt !== null && segment.attempt === chosen) || undefined}
      style={barStyle(segment, origin)}
    />
  ));
}

function barStyle(segment: Segment, origin: number): CSSProperties {
  const tone = segment.status === null ? undefined : toneColor(statusLook("attempt", segment.status).tone);
  return {
    "--start": segment.start - origin,
    ...(segment.end !== null && { "--end": segment.end - origin }),
    ...(tone && { "--tone": tone }),
  } as CSSProperties;
}

/** Waiting before a job can be queued does not count as work of its group. */
const BEFORE: ReadonlySet<Segment["kind"]> = new Set(["dependencies", "approval", "scheduled"]);

/** One bar across the work of a group's jobs. */
export function GroupBar({ group, origin }: { group: GroupRow; origin: number }) {
  let start = Number.POSITIVE_INFINITY;
  let end: number | null = 0;
  for (const { segments } of group.jobs) {
    for (const segment of segments) {
      if (BEFORE.has(segment.kind)) continue;
      start = Math.min(start, segment.start);
      if (segment.end === null) end = null;
      else if (end !== null) end = Math.max(end, segment.end);
    }
  }
  if (start === Number.POSITIVE_INFINITY) return null;
  const style = { "--start": start - origin, ...(end !== null && { "--end": end - origin }) } as CSSProperties;
  return <span className="timeline-bar" data-kind="group" data-open={end === null || undefined} style={style} />;
}
